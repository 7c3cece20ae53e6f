import type { Metadata } from "next";
import { TraceView } from "@/components/trace/trace-view";
import { initialOf, pickParams, type PageProps } from "@/lib/server/page-params";
import { loadFindings, loadTracePage } from "@/lib/server/queries";

export const metadata: Metadata = { title: "Trace" };

export default async function TracePage({ searchParams }: PageProps) {
  const search = await searchParams;
  return (
    <TraceView
      trace={initialOf(loadTracePage(pickParams(search, "cluster", "to", "from", "node", "why")))}
      findings={initialOf(loadFindings(pickParams(search, "cluster")))}
    />
  );
}
