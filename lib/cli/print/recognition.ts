import type { WireRecognition } from "@/lib/wire/schemas";

/** One line: "Troubleshoot support bundle, Kubernetes 1.33, 1 node, 13 pods, 4 services; no deployments: 2 rules not evaluated". */
export function describeRecognition({ format, kubernetes, counts, missing, rulesNotEvaluated }: WireRecognition): string {
  const held = [
    format,
    ...(kubernetes === null ? [] : [`Kubernetes ${kubernetes}`]),
    inNumbers(counts.nodes, "node"),
    inNumbers(counts.pods, "pod"),
    inNumbers(counts.services, "service"),
  ].join(", ");
  const rules = rulesNotEvaluated === 0 ? "" : `: ${inNumbers(rulesNotEvaluated, "rule")} not evaluated`;
  return missing.length === 0 ? held : `${held}; no ${missing.join(", ")}${rules}`;
}

function inNumbers(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
