// What happens in a cluster all the time, one change a call: anything at all for the chaos run, the usual for the soak.

import type { ApiObject } from "@/lib/sources/demo/api-object";
import type { ApiServer } from "@/lib/sources/demo/api-server";
import { pick } from "./random";

type Change = (server: ApiServer, random: () => number) => void;

/** One change that the random numbers choose: pods come, go, become ready and unready; Services are changed, deleted and made again under their name; nodes too. */
export function changeSomething(server: ApiServer, random: () => number): void {
  pick(random, changes)(server, random);
}

const changes: readonly [Change, ...Change[]] = [
  touch("Pod"),
  touch("Pod"),
  touch("EndpointSlice"),
  touch("Service"),
  touch("Node"),
  add("Pod"),
  add("Service"),
  drop("Pod"),
  drop("Pod"),
  remake("Pod"),
  remake("Service"),
  remake("EndpointSlice"),
];

let made = 0;

function anyOf(server: ApiServer, kind: string, random: () => number): ApiObject | undefined {
  const objects = server.store.list(kind, null);
  return objects[Math.floor(random() * objects.length)];
}

function touch(kind: string): Change {
  return (server, random) => {
    const object = anyOf(server, kind, random);
    if (object !== undefined) server.apply(relabelled(object));
  };
}

function add(kind: string): Change {
  return (server, random) => {
    const object = anyOf(server, kind, random);
    if (object === undefined) return;
    made += 1;
    server.apply({
      ...object,
      metadata: { ...object.metadata, name: `${kind.toLowerCase()}-${String(made)}`, uid: `made-${String(made)}` },
    });
  };
}

function drop(kind: string): Change {
  return (server, random) => {
    const object = anyOf(server, kind, random);
    // Something must be left to be changed.
    if (object !== undefined && server.store.list(kind, null).length > 40) server.remove(object);
  };
}

/** Deleted and at once created again under the same name: another object. */
function remake(kind: string): Change {
  return (server, random) => {
    const object = anyOf(server, kind, random);
    if (object === undefined) return;
    server.remove(object);
    made += 1;
    server.apply({ ...relabelled(object), metadata: { ...relabelled(object).metadata, uid: `made-${String(made)}` } });
  };
}

function relabelled(object: ApiObject): ApiObject {
  made += 1;
  const labels = object.metadata["labels"] as Readonly<Record<string, string>> | undefined;
  return { ...object, metadata: { ...object.metadata, labels: { ...labels, generation: String(made) } } };
}

/**
 * A large cluster at work. Returns: what makes one change: in ten, four statuses of nodes (nothing that is kept changes), four of pods (one is replaced by another,
 * or becomes ready or unready), two endpoint slices that follow.
 */
export function createBusyCluster({ store }: ApiServer, random: () => number): () => void {
  const [nodes, pods, slices] = ["Node", "Pod", "EndpointSlice"].map((kind) => [...store.list(kind, null)]);
  let turn = 0;
  const change = (objects: ApiObject[] | undefined, next: (object: ApiObject) => ApiObject): void => {
    const place = Math.floor(random() * (objects?.length ?? 0));
    const object = objects?.[place];
    if (objects === undefined || object === undefined) return;
    const made = next(object);
    if (made.metadata.name !== object.metadata.name) store.remove(object);
    store.apply(made);
    objects[place] = made;
  };
  return () => {
    turn += 1;
    const step = turn % 10;
    if (step < 4) change(nodes, (node) => withAnnotation(node, "heartbeat", String(turn)));
    else if (step < 6) change(pods, (pod) => withName(pod, `${pod.metadata.name.replace(/-r\d+$/, "")}-r${String(turn)}`));
    else if (step < 8) change(pods, toggleReady);
    else change(slices, toggleEndpoint);
  };
}

/** The others stay: what a node's annotations tell of its proxy is kept. */
function withAnnotation(object: ApiObject, name: string, value: string): ApiObject {
  const annotations = object.metadata["annotations"] as Readonly<Record<string, string>> | undefined;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [name]: value } } };
}

function withName(pod: ApiObject, name: string): ApiObject {
  return { ...pod, metadata: { ...pod.metadata, name, uid: `uid-${name}` } };
}

function toggleReady(pod: ApiObject): ApiObject {
  const status = pod["status"] as { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
  const conditions = status.conditions.map((each) =>
    each.type === "Ready" ? { ...each, status: each.status === "True" ? "False" : "True" } : each,
  );
  return { ...pod, status: { ...status, conditions } };
}

function toggleEndpoint(slice: ApiObject): ApiObject {
  const [first, ...rest] = slice["endpoints"] as readonly { readonly conditions: { readonly ready: boolean } }[];
  if (first === undefined) return slice;
  return {
    ...slice,
    endpoints: [
      { ...first, conditions: { ...first.conditions, ready: !first.conditions.ready, serving: !first.conditions.ready } },
      ...rest,
    ],
  };
}
