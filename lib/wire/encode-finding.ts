import type { Evaluation, Finding } from "@/lib/core";
import type { WireEvaluation, WireFinding } from "./schemas";
import { encodeTime } from "./time";

/** A finding as contract.md's JSON. */
export function encodeFinding(finding: Finding, cluster: string): WireFinding {
  const {
    fingerprint,
    rule,
    severity,
    title,
    summary,
    subjects,
    groups,
    ports,
    nodes,
    evidence,
    symptoms,
    remedies,
    acknowledged,
    sinceMs,
  } = finding;
  return {
    fingerprint,
    cluster,
    rule,
    severity,
    title,
    summary,
    subjects: subjects.map((each) => ({ ...each })),
    groups: groups.map((each) => ({ ...each })),
    ports: ports.map((each) => ({ ...each })),
    nodes: [...nodes],
    evidence: { ...evidence },
    symptoms: [...symptoms],
    remedies: [...remedies],
    acknowledged: acknowledged === null ? null : { ...acknowledged },
    since: encodeTime(sinceMs),
  };
}

export function encodeEvaluation(evaluation: Evaluation, cluster: string): WireEvaluation {
  return {
    findings: evaluation.findings.map((finding) => encodeFinding(finding, cluster)),
    notEvaluated: evaluation.notEvaluated.map(({ rule, missing, settings, namespaces }) => ({
      rule,
      missing: [...missing],
      ...(settings === undefined ? {} : { settings: [...settings] }),
      namespaces: namespaces === "all" ? "all" : [...namespaces],
    })),
    warnings: evaluation.warnings.map((each) => ({ ...each })),
  };
}
