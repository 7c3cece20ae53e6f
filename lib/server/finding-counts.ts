import type { FindingFacts } from "@/lib/core";
import type { WireCluster } from "@/lib/wire/schemas";

/** Findings by severity; an acknowledged one counts as acknowledged only. */
export function countFindings(findings: readonly Pick<FindingFacts, "severity" | "acknowledged">[]): WireCluster["findings"] {
  const counts = { critical: 0, warning: 0, info: 0, acknowledged: 0 };
  for (const finding of findings) counts[finding.acknowledged === null ? finding.severity : "acknowledged"] += 1;
  return counts;
}
