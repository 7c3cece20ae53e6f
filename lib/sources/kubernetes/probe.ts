// What may be done with an API server, found by doing it: GET requests only, as always. (Asking the server for one's rights is a POST, and Portolan sends none.)

import type { ResourceKind } from "@/lib/core";
import type { SourceError } from "../source";
import { keyOf } from "./collection";
import type { Connection } from "./connect";
import { isStatus, notAnApiServer } from "./end";
import { collectionPath, kindTable, type KindRow } from "./kinds";
import { readText } from "./lines";
import { asObject, asObjects, asText } from "./slim/read";

/** `absent`: the server does not have this kind; `failed`: it answered with something else than yes or no. */
export type Access = "allowed" | "forbidden" | "absent" | "failed";

export const verbs = ["get", "list", "watch"] as const;
export type Verb = (typeof verbs)[number];

/**
 * `verbs`: everywhere in the cluster; null = Portolan does not do this with the kind. `readable` and `forbidden`: the namespaces that were tried one by one
 * because the cluster-wide list is forbidden. `message`: what the server said to the first refusal or failure.
 */
export type KindAccess = {
  readonly kind: ResourceKind;
  readonly required: boolean;
  readonly verbs: Readonly<Record<Verb, Access | null>>;
  readonly readable: readonly string[];
  readonly forbidden: readonly string[];
  readonly message: string | null;
};

/** `error`: why nothing could be asked; the kinds are empty then. `user`: who the server takes us for, where it said so. */
export type Probe = {
  readonly server: string;
  readonly version: string | null;
  readonly latencyMs: number | null;
  readonly error: SourceError | null;
  readonly user: string | null;
  readonly kinds: readonly KindAccess[];
};

const latencyTries = 3;
/** No object is called that: "not found" is only said to somebody who may look. */
const nobody = "portolan-doctor-asks-for-nothing";

type Answer = { readonly access: Access; readonly message: string | null; readonly body: unknown };
type Ask = (path: string) => Promise<Answer>;

/**
 * Tries every verb on every kind.
 *
 * Input:   `namespaces`: to try where a cluster-wide list is forbidden, besides those that other kinds show.
 * Returns: kinds in the order of the table. Units: `latencyMs`, the quickest of a few requests for the version.
 * Errors:  never throws; the first request's failure is `error`.
 */
export async function probeCluster(connection: Connection, namespaces: readonly string[], now: () => number): Promise<Probe> {
  const times: number[] = [];
  let version: string | null = null;
  for (let turn = 0; turn < latencyTries; turn += 1) {
    const began = now();
    const response = await connection.get("/version", AbortSignal.timeout(60_000));
    const said = response.ok ? await readBody(response.value.body) : "";
    version = asText(asObject(parse(said))["gitVersion"]) || null;
    // Who may not see the version may be allowed the rest.
    const isAnswered = version !== null || (response.ok && response.value.status === 403 && isStatus(parse(said)));
    const error = response.ok ? (isAnswered ? null : refusal(connection, response.value.status)) : response.error;
    if (error !== null) return { server: connection.server(), version, latencyMs: null, error, user: null, kinds: [] };
    times.push(now() - began);
  }
  const ask: Ask = (path) => askOnce(connection, path);
  const everywhere = await Promise.all(
    kindTable.map((row) => (row.names === null ? probeCollection(ask, connection, row) : probeNamed(ask, row))),
  );
  const known = await knownNamespaces(ask, everywhere, namespaces);
  const kinds = await Promise.all(everywhere.map((kind, place) => probeNamespaces(ask, kind, kindTable[place], known)));
  const said = kinds.map(({ message }) => /User "([^"]+)"/.exec(message ?? "")?.[1]).find((user) => user !== undefined);
  return { server: connection.server(), version, latencyMs: Math.min(...times), error: null, user: said ?? null, kinds };
}

/** What keeps everything else from being asked. */
function refusal({ server }: Connection, status: number): SourceError {
  if (status === 401)
    return {
      kind: "unauthorized",
      what: "the credentials are refused (401)",
      where: server(),
      todo: "log in again, or renew the token of this context's user",
      retryable: true,
    };
  const todo = status >= 500 ? "the API server, or a proxy before it, is in trouble: try again" : notAnApiServer;
  return {
    kind: "bad-response",
    what: `this does not answer as an API server (${String(status)})`,
    where: server(),
    todo,
    retryable: true,
  };
}

async function probeCollection(ask: Ask, connection: Connection, row: KindRow): Promise<KindAccess> {
  const path = collectionPath(row, null);
  const list = await ask(`${path}?limit=1`);
  const version = asText(asObject(asObject(list.body)["metadata"])["resourceVersion"]);
  const get = await ask(`${collectionPath(row, row.namespaced ? (connection.namespace ?? "default") : null)}/${nobody}`);
  // A watch that may be opened is ended at once, and by the server after a second.
  const watch = await ask(`${path}?watch=1&timeoutSeconds=1&resourceVersion=${encodeURIComponent(version || "0")}`);
  const { kind, required } = row;
  const absent = list.access === "absent";
  const refused = [list, watch, ...(absent || get.access === "absent" ? [] : [get])].find(({ message }) => message !== null);
  return {
    kind,
    required,
    verbs: { get: absent ? "absent" : get.access === "absent" ? "allowed" : get.access, list: list.access, watch: watch.access },
    readable: [],
    forbidden: [],
    message: refused?.message ?? null,
  };
}

/** Objects that are read by name alone: one that is not there may be looked for. */
async function probeNamed(ask: Ask, row: KindRow): Promise<KindAccess> {
  const { namespace, names } = row.names ?? { namespace: "", names: [] };
  const answers = await Promise.all(names.map((name) => ask(`${collectionPath(row, namespace)}/${name}`)));
  const refused = answers.find(({ access }) => access === "forbidden") ?? answers.find(({ access }) => access === "failed");
  return {
    kind: row.kind,
    required: row.required,
    verbs: { get: refused?.access ?? "allowed", list: null, watch: null },
    readable: [],
    forbidden: [],
    message: refused?.message ?? null,
  };
}

/** The namespaces that were named and those in which a readable kind has objects. */
async function knownNamespaces(ask: Ask, kinds: readonly KindAccess[], named: readonly string[]): Promise<readonly string[]> {
  const namespaced = kinds.filter((_, place) => kindTable[place]?.namespaced === true);
  if (!namespaced.some(({ verbs: { list } }) => list === "forbidden")) return [];
  const place = kinds.findIndex(({ kind, verbs: { list } }) => list === "allowed" && ["services", "endpointslices", "pods"].includes(kind));
  const seen = new Set(named);
  const row = kindTable[place];
  let next = "";
  const begins = new Set<string>();
  do {
    if (row === undefined) break;
    const { body } = await ask(`${collectionPath(row, null)}?limit=500${next === "" ? "" : `&continue=${encodeURIComponent(next)}`}`);
    const items = asObjects(asObject(body)["items"]);
    // Where something in between takes `continue` away every page is the first one.
    const begin = keyOf(items[0]);
    if (begins.has(begin)) break;
    begins.add(begin);
    for (const item of items) seen.add(asText(asObject(item["metadata"])["namespace"]));
    next = asText(asObject(asObject(body)["metadata"])["continue"]);
  } while (next !== "");
  return [...seen].filter((name) => name !== "").sort();
}

async function probeNamespaces(ask: Ask, kind: KindAccess, row: KindRow | undefined, namespaces: readonly string[]): Promise<KindAccess> {
  if (row?.namespaced !== true || kind.verbs.list !== "forbidden") return kind;
  const readable: string[] = [];
  const forbidden: string[] = [];
  for (const namespace of namespaces) {
    const { access } = await ask(`${collectionPath(row, namespace)}?limit=1`);
    (access === "allowed" ? readable : forbidden).push(namespace);
  }
  return { ...kind, readable, forbidden };
}

async function askOnce(connection: Connection, path: string): Promise<Answer> {
  const request = new AbortController();
  const timer = setTimeout(() => {
    request.abort();
  }, 60_000);
  try {
    const response = await connection.get(path, request.signal);
    if (!response.ok) return { access: "failed", message: `${response.error.what}: ${response.error.todo}`, body: null };
    const { status, body } = response.value;
    const watching = path.includes("watch=1") && status === 200;
    if (watching) request.abort();
    const text = await readBody(body);
    if (status === 200) return { access: "allowed", message: null, body: watching ? null : parse(text) };
    const said = parse(text);
    const message = asText(asObject(said)["message"]).slice(0, 300) || `the server answers ${String(status)}`;
    return { access: status === 403 && isStatus(said) ? "forbidden" : status === 404 ? "absent" : "failed", message, body: null };
  } finally {
    clearTimeout(timer);
  }
}

function readBody(body: AsyncIterable<Buffer>): Promise<string> {
  // A watch was cut by ourselves; of a list that broke off nothing is known.
  return readText(body).catch(() => "");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
