import type { WireRecognition } from "@/lib/wire/schemas";

/** One line: "Troubleshoot support bundle, Kubernetes 1.33, 1 node, 13 pods, 4 services; no deployments; only in part: pods: 2 rules not evaluated". */
export function describeRecognition({ format, kubernetes, counts, missing, partly, rulesNotEvaluated }: WireRecognition): string {
  const held = [
    format,
    ...(kubernetes === null ? [] : [`Kubernetes ${kubernetes}`]),
    inNumbers(counts.nodes, "node"),
    inNumbers(counts.pods, "pod"),
    inNumbers(counts.services, "service"),
  ].join(", ");
  const rules = rulesNotEvaluated === 0 ? "" : `: ${inNumbers(rulesNotEvaluated, "rule")} not evaluated`;
  const lacks = [
    ...(missing.length === 0 ? [] : [`no ${missing.join(", ")}`]),
    ...(partly.length === 0 ? [] : [`only in part: ${partly.join(", ")}`]),
  ];
  return lacks.length === 0 ? held : `${held}; ${lacks.join("; ")}${rules}`;
}

function inNumbers(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
