import { finish, mapInSteps, type Evaluation, type Finding, type Steps } from "@/lib/core";
import type { WireEvaluation, WireFinding } from "./schemas";
import { encodeTime } from "./time";

/** When this process first saw each finding, by fingerprint. */
type FirstSeen = ReadonlyMap<string, number>;

const never: FirstSeen = new Map();

/** A finding as contract.md's JSON. `firstSeen` tells since when it holds where no object does. */
export function encodeFinding(finding: Finding, cluster: string, firstSeen = never): WireFinding {
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
  const seenMs = firstSeen.get(fingerprint) ?? null;
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
    since: encodeTime(sinceMs ?? seenMs),
    sinceFrom: sinceMs !== null ? "objects" : seenMs !== null ? "process" : null,
  };
}

export function encodeEvaluation(evaluation: Evaluation, cluster: string, firstSeen = never): WireEvaluation {
  return finish(encodeEvaluationInSteps(evaluation, cluster, firstSeen));
}

/** The same in steps of one finding. */
export function* encodeEvaluationInSteps(evaluation: Evaluation, cluster: string, firstSeen = never): Steps<WireEvaluation> {
  return {
    findings: yield* mapInSteps(evaluation.findings, (finding) => encodeFinding(finding, cluster, firstSeen)),
    notEvaluated: evaluation.notEvaluated.map(({ rule, missing, settings, namespaces }) => ({
      rule,
      missing: [...missing],
      ...(settings === undefined ? {} : { settings: [...settings] }),
      namespaces: namespaces === "all" ? "all" : [...namespaces],
    })),
    warnings: evaluation.warnings.map((each) => ({ ...each })),
  };
}
