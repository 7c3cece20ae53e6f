import type { Metadata } from "next";
import { AllocationsView } from "@/components/allocations/allocations-view";
import { initialOf, pickParams, type PageProps } from "@/lib/server/page-params";
import { loadAllocations, loadFindings } from "@/lib/server/queries";

export const metadata: Metadata = { title: "Allocations" };

export default async function AllocationsPage({ searchParams }: PageProps) {
  const params = pickParams(await searchParams, "cluster");
  return <AllocationsView allocations={initialOf(loadAllocations(params))} findings={initialOf(loadFindings(params))} />;
}
