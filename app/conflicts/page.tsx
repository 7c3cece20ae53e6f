import type { Metadata } from "next";
import { FindingsView } from "@/components/findings/findings-view";
import { initialOf, pickParams, type PageProps } from "@/lib/server/page-params";
import { loadFindings } from "@/lib/server/queries";
import { encodeRules } from "@/lib/wire/rule-text";

export const metadata: Metadata = { title: "Conflicts" };

export default async function ConflictsPage({ searchParams }: PageProps) {
  return <FindingsView findings={initialOf(loadFindings(pickParams(await searchParams, "cluster")))} rules={encodeRules()} />;
}
