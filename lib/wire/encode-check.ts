import {
  failsCheck,
  finish,
  hideProspectiveAddresses,
  mapInSteps,
  type CheckResult,
  type Finding,
  type Severity,
  type Steps,
  type Warning,
} from "@/lib/core";
import type { WireCheck } from "./check-schemas";
import { encodeEvaluationInSteps, encodeFinding } from "./encode-finding";
import { encodeRoute } from "./encode-route";
import type { WireFinding, WireMistake, WireRoute } from "./schemas";

/** What reading the manifest said beside its objects. */
export type CheckedText = {
  readonly errors: readonly WireMistake[];
  readonly ignored: readonly { readonly kind: string; readonly count: number }[];
  readonly warnings: readonly Warning[];
};

/** contract.md's answer to a check. `failOn`: the severity from which on an introduced finding is a problem. */
export function encodeCheck(result: CheckResult, text: CheckedText, cluster: string, failOn: Severity): WireCheck {
  return finish(encodeCheckInSteps(result, text, cluster, failOn));
}

/** The same in steps of one finding or route. */
export function* encodeCheckInSteps(result: CheckResult, text: CheckedText, cluster: string, failOn: Severity): Steps<WireCheck> {
  const encode = (finding: Finding): WireFinding => encodeFinding(finding, cluster);
  return {
    verdict: text.errors.length > 0 ? "unreadable" : failsCheck(result, failOn) ? "problems" : "ok",
    errors: text.errors.map((each) => ({ ...each })),
    before: yield* encodeEvaluationInSteps(result.before, cluster),
    after: yield* encodeEvaluationInSteps(result.evaluation, cluster),
    introduced: yield* mapInSteps(result.introduced, encode),
    resolved: yield* mapInSteps(result.resolved, encode),
    unchanged: result.unchanged,
    routes: yield* mapInSteps(result.routes, ({ before, after }) => {
      const was = hideIn(encodeRoute(before, []));
      return { query: was.query, before: was, after: hideIn(encodeRoute(after, [])) };
    }),
    positions: Object.fromEntries(
      [...result.positions].map(([fingerprint, fields]) => [
        fingerprint,
        fields.map(({ file, line, column, path }) => ({ file, line, column, path })),
      ]),
    ),
    objects: result.objects.map(({ object, effect, chosen }) => ({ ...object, effect, chosen })),
    ignored: text.ignored.map((each) => ({ ...each })),
    placements: result.placements.map((each) => ({
      ...each,
      object: { ...each.object },
      ports: each.ports.map((port) => ({ ...port })),
      staying: [...each.staying],
      free: [...each.free],
      taken: each.taken.map((taken) => ({ ...taken, holder: { ...taken.holder } })),
    })),
    warnings: text.warnings.map((each) => ({ ...each })),
  };
}

/** Addresses of pods and Services that do not exist yet are placeholders: nobody may take them for real ones. */
function hideIn(route: WireRoute): WireRoute {
  return {
    ...route,
    sentence: hideProspectiveAddresses(route.sentence),
    backends: route.backends.map((backend) => ({ ...backend, address: hideProspectiveAddresses(backend.address) })),
    alternatives: route.alternatives.map(hideIn),
    steps: route.steps.map((step) => ({
      ...step,
      verdict: hideProspectiveAddresses(step.verdict),
      value: step.value === null ? null : hideProspectiveAddresses(step.value),
      facts: Object.fromEntries(
        Object.entries(step.facts).map(([key, fact]) => [key, typeof fact === "string" ? hideProspectiveAddresses(fact) : fact]),
      ),
    })),
  };
}
