// Snapshots that somebody brings through the page: read as they arrive, kept in memory beside the clusters of this server, and taken away again.
// Nothing is written to disk, and nothing but slim records is kept. Whoever reaches the server sees them, as everything else here.

import { mistake } from "@/lib/core";
import { openUpload } from "@/lib/sources/open";
import type { SourceError } from "@/lib/sources/source";
import type { WireCluster } from "@/lib/wire/schemas";
import { readServeConfig } from "./config";
import { describeCluster } from "./describe-cluster";
import { log } from "./log";
import { problem, type Problem } from "./problem";
import { getRuntime } from "./runtime";
import { follow } from "./start";
import { deriveView } from "./views";

const uploadsMax = 4;
const nameLengthMax = 255;

let isReading = false;
const stopsFollowing = new Map<string, () => void>();

/** POST /api/v1/snapshots?name=: the file as the body. One at a time, since each holds what it reads. */
export async function receiveSnapshot(request: Request): Promise<{ readonly cluster: WireCluster } | Problem> {
  const runtime = getRuntime();
  if (runtime === undefined) return problem("not-found", mistake("no-cluster"));
  const name = readName(new URL(request.url).searchParams);
  if (typeof name !== "string") return name;
  // A page of another site cannot send this type without being asked first.
  if (request.headers.get("content-type") !== "application/octet-stream")
    return problem("bad-query", "send the file as application/octet-stream", "Content-Type");
  if (request.body === null) return problem("bad-query", mistake("snapshot-empty"));
  if (runtime.clusters().filter(({ removable }) => removable).length >= uploadsMax)
    return problem("no-room", mistake("snapshots-full", { count: String(uploadsMax) }));
  if (isReading) return { ...problem("too-many-requests", mistake("snapshot-busy")), retryAfterSeconds: 5 };
  isReading = true;
  try {
    const body = request.body.getReader();
    const { policy: file } = readServeConfig();
    const lastGood = runtime.clusters().find(({ policy }) => file !== null && policy.file === file)?.policy.value ?? null;
    const opened = await openUpload(chunksOf(body), name, file, lastGood);
    if (!opened.ok) {
      // A browser hears the answer only once its file is sent.
      void readAway(body);
      return refuse(opened.error);
    }
    const { source, policy, format } = opened.value;
    const view = await runtime.add({ source, policy, format, removable: true });
    stopsFollowing.set(view.name, follow(runtime, { source: { ...source, cluster: view.name }, policy }));
    try {
      deriveView(view);
    } catch (cause) {
      // Records that no collector writes: what cannot be judged is not kept.
      log.error({ err: cause }, "snapshot cannot be judged");
      await removeNamed(view.name);
      return problem("unreadable-snapshot", mistake("snapshot-contradicts", { name }));
    }
    return { cluster: describeCluster(view) };
  } finally {
    isReading = false;
  }
}

/** DELETE /api/v1/snapshots?cluster=: takes one away; the clusters of the server itself stay. */
export async function removeSnapshot(request: Request): Promise<{ readonly removed: string } | Problem> {
  const name = new URL(request.url).searchParams.get("cluster") ?? "";
  return (await removeNamed(name))
    ? { removed: name }
    : problem("not-found", mistake("snapshot-gone", { name: JSON.stringify(name) }), "cluster");
}

async function removeNamed(name: string): Promise<boolean> {
  if ((await getRuntime()?.remove(name)) !== true) return false;
  stopsFollowing.get(name)?.();
  stopsFollowing.delete(name);
  return true;
}

/** Without `return`: whoever stops reading early must not close the connection that the answer goes over. */
function chunksOf(body: ReadableStreamDefaultReader<Uint8Array>): AsyncIterable<Uint8Array> {
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const { done, value } = await body.read();
    return done ? { done, value: undefined } : { done, value };
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

async function readAway(body: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await body.read()).done);
  } catch {
    // The sender has left: nobody waits for the answer.
  }
}

/** The file's name is shown and names the cluster; it opens nothing. */
function readName(params: URLSearchParams): string | Problem {
  const name = (params.get("name") ?? "").split(/[/\\]/).at(-1)?.trim() ?? "";
  if (name === "" || name.length > nameLengthMax || /[\p{Cc}\p{Cf}]/u.test(name))
    return problem("bad-query", mistake("file-name", { count: String(nameLengthMax) }), "name");
  return name;
}

function refuse({ kind, what, where, todo }: SourceError): Problem {
  return { ...problem(kind === "too-large" ? "too-large" : "unreadable-snapshot", `${where}: ${what}: ${todo}`), trouble: { kind, where } };
}
