// Small changes that the served demo plays in a loop, so that live updates can be seen. Three rows of the table at most are touched; the incident never heals.

import type { ApiObject } from "./api-object";
import type { ApiServer } from "./api-server";

/** `every`: calls back again and again until the returned function is called. */
export type Timers = { readonly now: () => number; readonly every: (ms: number, callback: () => void) => () => void };

type Endpoint = { readonly conditions: { readonly ready: boolean }; readonly targetRef: { readonly name: string } };

const stepMs = 7000;

export const realTimers: Timers = {
  now: Date.now,
  every: (ms, callback) => {
    const timer = setInterval(callback, ms).unref();
    return () => {
      clearInterval(timer);
    };
  },
};

/** Services whose last pod becomes ready and unready in turn; each has another one that stays ready. 31002, and 32053 over TCP and UDP. */
const wavering: readonly (readonly [namespace: string, service: string])[] = [
  ["inference", "embed-bge"],
  ["infra", "lab-dns"],
];

/** Plays until the returned function is called. */
export function playScript(server: ApiServer, timers: Timers): () => void {
  let turn = 0;
  return timers.every(stepMs, () => {
    playStep(server, turn, timers.now());
    turn += 1;
  });
}

/** One step: the last pod of one Service changes its readiness, and the Service's slice follows. */
export function playStep(server: ApiServer, turn: number, nowMs: number): void {
  const [namespace, service] = wavering[turn % wavering.length] ?? ["", ""];
  const slice = server.store
    .list("EndpointSlice", namespace)
    .find(({ metadata }) => (metadata["labels"] as Readonly<Record<string, string>>)["kubernetes.io/service-name"] === service);
  const endpoints = (slice?.["endpoints"] ?? []) as readonly Endpoint[];
  const last = endpoints.at(-1);
  if (slice === undefined || last === undefined || endpoints.length < 2) return;
  const ready = !last.conditions.ready;
  const pod = server.store.get("Pod", namespace, last.targetRef.name);
  if (pod !== undefined) server.apply(withReadiness(pod, ready, nowMs));
  server.apply({
    ...slice,
    endpoints: endpoints.map((endpoint) =>
      endpoint === last ? { ...endpoint, conditions: { ready, serving: ready, terminating: false } } : endpoint,
    ),
  });
}

function withReadiness(pod: ApiObject, ready: boolean, nowMs: number): ApiObject {
  const status = pod["status"] as { readonly conditions: readonly { readonly type: string }[] };
  const lastTransitionTime = new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");
  const conditions = status.conditions.map((condition) =>
    condition.type === "Ready" ? { ...condition, status: ready ? "True" : "False", lastTransitionTime } : condition,
  );
  return { ...pod, status: { ...status, conditions } };
}
