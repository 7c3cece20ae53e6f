import { describeRoute, type Backend, type ClientPosition, type Route, type RouteOutcome } from "@/lib/core";
import { encodeTime } from "./time";
import type { WireBackend, WireClientPosition, WireRoute } from "./schemas";

/** A Route as contract.md's JSON, with its English words. `findings`: fingerprints of the findings on this port. */
export function encodeRoute(route: Route, findings: readonly string[]): WireRoute {
  const { query, outcome } = route;
  const words = describeRoute(route);
  return {
    query: {
      address: query.address,
      port: query.port,
      protocol: query.protocol,
      from: encodeClientPosition(query.from),
      ...(query.node === null ? {} : { node: query.node }),
    },
    outcome: outcome.kind,
    reason: "reason" in outcome ? outcome.reason : null,
    sentence: words.sentence,
    claim: route.claim === null ? null : { ...route.claim },
    node: route.node,
    backends: backendsOf(outcome).map(encodeBackend),
    source: route.source,
    affinitySeconds: route.affinitySeconds,
    healthCheck:
      outcome.kind === "healthCheck" ? { status: outcome.localEndpoints > 0 ? 200 : 503, localEndpoints: outcome.localEndpoints } : null,
    alternatives: "alternatives" in outcome ? outcome.alternatives.map((alternative) => encodeRoute(alternative, [])) : [],
    assumptions: route.assumptions.map((assumption) => ({ ...assumption })),
    steps: encodeSteps(route.steps, words.steps),
    missing:
      outcome.kind === "unknown"
        ? outcome.missing.map(({ kind, namespaces }) => ({ kind, namespaces: namespaces === "all" ? "all" : [...namespaces] }))
        : [],
    findings: [...findings],
    whyNot: route.whyNot === null ? null : { pod: { ...route.whyNot.pod }, steps: encodeSteps(route.whyNot.steps, words.whyNot) },
  };
}

export function encodeClientPosition(from: ClientPosition): WireClientPosition {
  if (from.kind !== "outside") return { ...from };
  return from.address === null ? { kind: "outside" } : { kind: "outside", address: from.address };
}

function backendsOf(outcome: RouteOutcome): readonly Backend[] {
  return outcome.kind === "delivered" || outcome.kind === "dropped" ? outcome.backends : [];
}

function encodeBackend({ readySinceMs, ...backend }: Backend): WireBackend {
  const { pod, owner, group } = backend;
  return {
    ...backend,
    readySince: encodeTime(readySinceMs),
    pod: pod === null ? null : { ...pod },
    owner: owner === null ? null : { ...owner },
    group: group === null ? null : { ...group },
  };
}

function encodeSteps(steps: Route["steps"], words: readonly { readonly title: string; readonly verdict: string }[]): WireRoute["steps"] {
  return steps.map(({ code, object, field, value, detail }, place) => ({
    code,
    title: words[place]?.title ?? code,
    verdict: words[place]?.verdict ?? "",
    object,
    field,
    value,
    facts: { ...detail },
  }));
}
