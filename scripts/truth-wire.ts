// An answer of the HTTP API in the engine's own shape, as far as the comparison looks at it.

import type { Route } from "@/lib/core";
import type { WireRoute } from "@/lib/wire/schemas";

export function routeOfAnswer(answer: WireRoute): Route {
  return {
    query: { address: "", port: 0, protocol: "TCP", node: null, from: { kind: "outside", address: null } },
    outcome: outcomeOf(answer),
    claim: null,
    node: answer.node,
    source: answer.source,
    affinitySeconds: answer.affinitySeconds,
    assumptions: [],
    steps: [],
    whyNot: null,
  };
}

function outcomeOf(answer: WireRoute): Route["outcome"] {
  const { outcome: kind, reason, backends, claim, healthCheck } = answer;
  const alternatives = answer.alternatives.map(routeOfAnswer);
  return {
    kind,
    reason,
    backends,
    alternatives,
    likely: null,
    missing: [],
    localEndpoints: healthCheck?.localEndpoints ?? 0,
    pods: claim === null ? [] : [{ kind: "Pod", namespace: claim.namespace, name: claim.name }],
  } as unknown as Route["outcome"];
}
