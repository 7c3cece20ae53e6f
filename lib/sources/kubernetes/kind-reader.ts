// Reads one kind: everywhere when that is allowed, else namespace by namespace; and says how fresh it is as a whole.

import type { Delta, KindStatus } from "@/lib/core";
import type { SourceError } from "../source";
import { createBackoff, type Surroundings } from "./backoff";
import type { ReflectorEvents, ReflectorState } from "./collection";
import type { Connection } from "./connect";
import { createDeadline } from "./deadline";
import { isStatus, parseBody } from "./end";
import { collectionPath, type KindRow } from "./kinds";
import type { Limits } from "./limits";
import { readText } from "./lines";
import { runReflector } from "./reflector";
import { asText } from "./slim/read";
import { isOfKind, slimAs } from "./slim/slim-object";
import type { Wake } from "./wake";

export type KindReaderOptions = {
  readonly connection: Connection;
  readonly row: KindRow;
  readonly signal: AbortSignal;
  readonly surroundings: Surroundings;
  readonly limits: Limits;
  readonly wake: Wake;
  readonly deltas: (deltas: readonly Delta[]) => void;
  readonly trouble: (key: string, error: SourceError | null) => void;
  /** Namespaces to try when reading everywhere is refused; asked when that happens. */
  readonly namespaces: () => Promise<readonly string[]>;
  /** The kind was read or refused for good. */
  readonly settled: () => void;
};

const namedIntervalMs = 60_000;

/** Starts reading; ends with the signal. */
export function startKindReader(options: KindReaderOptions): void {
  if (options.row.names !== null) void pollNamed(options);
  else void readEverywhere(options);
}

type Part = { state: ReflectorState; sinceMs: number };

/** The cluster-wide reader never ends: while it is refused, namespaces are read one by one, and it takes over again once it is allowed. */
async function readEverywhere(options: KindReaderOptions): Promise<void> {
  const { row, signal, surroundings } = options;
  const parts = new Map<string, Part>();
  let split: AbortController | null = null;
  const stopSplit = (): void => split?.abort();
  signal.addEventListener("abort", stopSplit, { once: true });

  const report = (): void => {
    const status = mergeParts(parts, surroundings.now());
    options.deltas([{ type: "status", kind: row.kind, status }]);
    if (status.state !== "syncing") options.settled();
  };
  // Once it is stopped a reader says nothing more: what it still had in hand may be older than what its successor has told.
  const run = (
    namespace: string | null,
    runSignal: AbortSignal,
    state: ReflectorEvents["state"],
    listed = (): void => undefined,
  ): Promise<void> =>
    runReflector({
      connection: options.connection,
      row,
      namespace,
      surroundings,
      limits: options.limits,
      wake: options.wake,
      signal: runSignal,
      events: {
        deltas: (deltas) => {
          if (!runSignal.aborted) options.deltas(deltas);
        },
        trouble: (error) => {
          if (!runSignal.aborted) options.trouble(`${row.kind} ${namespace ?? ""}`, error);
        },
        state: (now) => {
          if (!runSignal.aborted) state(now);
        },
        listed,
      },
    });
  const note = (key: string, state: ReflectorState): void => {
    const known = parts.get(key);
    // What was refused stays so while it is tried again.
    if (known?.state.state === "forbidden" && state.state === "syncing") return;
    const sinceMs = known?.state.state === state.state ? known.sinceMs : surroundings.now();
    parts.set(key, { state, sinceMs });
    report();
  };
  /** Reads the namespaces that are not read yet; `refused` is what holds where none is known. */
  const addNamespaces = async (refused: ReflectorState, mine: AbortController): Promise<void> => {
    const first = parts.get("")?.state.state !== "forbidden" && parts.size <= 1;
    const added = (await options.namespaces()).filter((namespace) => !parts.has(namespace));
    if (mine.signal.aborted || (added.length === 0 && !parts.has(""))) return;
    if (added.length === 0) {
      note("", refused);
      return;
    }
    parts.delete("");
    // One that turns up later is unknown by itself and does not make the others so.
    const sinceMs = surroundings.now();
    for (const namespace of added) parts.set(namespace, { state: first ? beginning : refused, sinceMs });
    for (const namespace of added) {
      void run(namespace, mine.signal, (state) => {
        note(namespace, state);
      });
    }
  };

  const takeOver = (): void => {
    if (split === null) return;
    split.abort();
    split = null;
    for (const namespace of parts.keys()) options.trouble(`${row.kind} ${namespace}`, null);
    parts.clear();
  };
  const noteWide = (state: ReflectorState): void => {
    if (split === null && !(state.state === "forbidden" && row.namespaced)) {
      note("", state);
    } else if (state.state === "forbidden") {
      split ??= new AbortController();
      void addNamespaces(state, split);
    }
  };
  await run(null, signal, noteWide, takeOver);
}

const beginning: ReflectorState = { state: "syncing", message: null, expected: null, retryAtMs: null };

/** One status for all parts: live where it can be read, with the namespaces where it cannot. */
function mergeParts(parts: ReadonlyMap<string, Part>, nowMs: number): KindStatus {
  const all = [...parts];
  const everywhere = parts.get("");
  const worst =
    (["syncing", "stale", "live", "forbidden"] as const).find((state) => all.some(([, part]) => part.state.state === state)) ?? "syncing";
  const forbidden = all.filter(([namespace, part]) => namespace !== "" && part.state.state === "forbidden").map(([namespace]) => namespace);
  const chosen = all.filter(([, part]) => part.state.state === worst);
  const message =
    chosen.map(([, part]) => part.state.message).find((each) => each !== null) ??
    all.find(([, part]) => part.state.state === "forbidden")?.[1].state.message ??
    null;
  return {
    state: worst,
    sinceMs: chosen.length === 0 ? nowMs : Math.max(...chosen.map(([, part]) => part.sinceMs)),
    expected: chosen.reduce<number | null>(
      (sum, [, part]) => (part.state.expected === null ? sum : (sum ?? 0) + part.state.expected),
      null,
    ),
    namespaces:
      everywhere === undefined && worst !== "forbidden"
        ? all
            .map(([namespace]) => namespace)
            .filter((namespace) => !forbidden.includes(namespace))
            .sort()
        : "all",
    forbiddenNamespaces: worst === "forbidden" ? [] : forbidden.sort(),
    message,
    retryAtMs: chosen.map(([, part]) => part.state.retryAtMs).find((each) => each !== null) ?? null,
  };
}

/** A few objects by name (RBAC resourceNames): asked one by one, again every minute, or sooner after a failure. */
async function pollNamed(options: KindReaderOptions): Promise<void> {
  const { row, signal, surroundings, deltas, settled } = options;
  const { namespace, names } = row.names ?? { namespace: "", names: [] };
  let state: KindStatus["state"] = "syncing";
  let sinceMs = surroundings.now();
  const backoff = createBackoff(surroundings.random);
  while (!signal.aborted) {
    const answers = await Promise.all(names.map((name) => getNamed(options, `${collectionPath(row, namespace)}/${name}`)));
    if (isStopped(signal)) return;
    const failures = answers.filter((answer) => answer !== "forbidden" && "why" in answer);
    const next: KindStatus["state"] =
      failures.length > 0
        ? state === "syncing"
          ? "syncing"
          : "stale"
        : answers.every((answer) => answer === "forbidden")
          ? "forbidden"
          : "live";
    if (next !== state) sinceMs = surroundings.now();
    state = next;
    const found = answers.flatMap((answer) => (answer === "forbidden" || "why" in answer ? [] : answer));
    const warnings = found.flatMap(({ key, warnings: list }): Delta[] => [{ type: "warnings", kind: row.kind, key, warnings: list }]);
    const records = found.flatMap(({ records: each }) => each);
    // The row's kind made these records; the union cannot tell.
    if (failures.length === 0) deltas([{ type: "replace", kind: row.kind, scope: "all", records } as Delta, ...warnings]);
    if (failures.length === 0) backoff.reset();
    const delay =
      failures.length === 0 ? namedIntervalMs : backoff.next(Math.max(0, ...failures.map(({ retryAfterMs }) => retryAfterMs ?? 0)));
    const status: KindStatus = {
      state,
      sinceMs,
      expected: null,
      namespaces: "all",
      forbiddenNamespaces: [],
      message: failures[0]?.why ?? null,
      retryAtMs: surroundings.now() + delay,
    };
    deltas([{ type: "status", kind: row.kind, status }]);
    if (state !== "syncing") settled();
    await surroundings.sleep(delay, signal);
  }
}

/** It changes while an answer is waited for. */
function isStopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

type Named = readonly {
  readonly key: string;
  readonly records: readonly unknown[];
  readonly warnings: ReturnType<typeof slimAs>["warnings"];
}[];

type NamedFailure = { readonly why: string; readonly retryAfterMs: number | null };

async function getNamed(
  { connection, row: { kind }, signal, limits }: KindReaderOptions,
  path: string,
): Promise<Named | "forbidden" | NamedFailure> {
  const deadline = createDeadline(signal);
  deadline.atMost(limits.pageMaxMs, "the answer takes too long");
  try {
    const response = await connection.get(path, deadline.signal, limits.answerMaxMs);
    if (!response.ok) return { why: `${response.error.what}: ${response.error.where}`, retryAfterMs: null };
    const feed = (): void => {
      deadline.within(limits.answerMaxMs, "the answer stopped in the middle");
    };
    feed();
    const { status, retryAfterMs, body } = response.value;
    const object = parseBody(await readText(body, 4 << 20, feed));
    // Whoever answers otherwise (a proxy, a login page) does not know whether the object is there.
    if (status === 403 && isStatus(object)) return "forbidden";
    if (status === 404 && isStatus(object)) return [];
    if (status !== 200) return { why: `the server answers ${String(status)}: ${connection.server()}`, retryAfterMs };
    const slim = slimAs(kind, object);
    const isThere = slim.skipped === null && isOfKind(kind, asText(object["apiVersion"]), asText(object["kind"]));
    if (!isThere) return { why: `the answer is something else: ${connection.server()}`, retryAfterMs };
    return [{ key: path.slice(path.lastIndexOf("/") + 1), records: slim.records.map(({ record }) => record), warnings: slim.warnings }];
  } catch {
    return { why: `${deadline.reason() ?? "the answer is cut short"}: ${connection.server()}`, retryAfterMs: null };
  } finally {
    deadline.end();
  }
}
