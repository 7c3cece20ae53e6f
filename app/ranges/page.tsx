import type { Metadata } from "next";
import { RangesView } from "@/components/ranges/ranges-view";
import { initialOf, pickParams, type PageProps } from "@/lib/server/page-params";
import { loadRanges } from "@/lib/server/range-queries";

export const metadata: Metadata = { title: "Ranges" };

export default async function RangesPage({ searchParams }: PageProps) {
  return <RangesView ranges={initialOf(loadRanges(pickParams(await searchParams, "cluster")))} />;
}
