// The one runtime of the server process: it starts the sources, keeps each cluster's current snapshot, and tells listeners of changes.
// It is shared through globalThis because Next loads this module several times in one process (docs/decisions/0004). Only plain data and
// functions are kept there: routes and pages ask core from their own copy of it.

import "server-only";

import {
  createClusterIndex,
  emptyPolicy,
  resourceKinds,
  toKindStatus,
  type Delta,
  type Policy,
  type Snapshot,
  type Steps,
} from "@/lib/core";
import type { ClusterSource, SourceError } from "@/lib/sources/source";
import { count } from "./counters";
import { runInSlices } from "./in-slices";
import type { WireMistake } from "@/lib/wire/schemas";
import { log } from "./log";

/** One cluster as it is known now. Immutable: a change makes a new value with a higher revision. */
export type ClusterView = {
  readonly name: string;
  readonly default: boolean;
  readonly origin: ClusterSource["origin"];
  /** Of a snapshot: what its files were recognised as. */
  readonly format: string | null;
  /** Somebody brought it through the page, and anybody may take it away again. */
  readonly removable: boolean;
  readonly snapshot: Snapshot;
  readonly revision: number;
  readonly policy: PolicyInForce;
  /** The first sync is over: every required kind was read, or refused for good. */
  readonly synced: boolean;
  readonly trouble: SourceError | null;
};

/** `error`: why the file's newest text is not in force. */
export type PolicyInForce = {
  readonly value: Policy;
  readonly file: string | null;
  readonly error: string | null;
  readonly mistakes: readonly WireMistake[];
};

export type ViewChange = { readonly previous: ClusterView; readonly current: ClusterView };

export type Runtime = {
  /** Distinguishes this process from the one before it in event ids. */
  readonly epoch: string;
  readonly startedAtMs: number;
  clusters(): readonly ClusterView[];
  /** Called after each tick in which a cluster changed. Returns: the function that ends it. */
  onChange(listener: (change: ViewChange) => void): () => void;
  /** What is to be done with each view before it is shown, so that nobody waits for it then. Returns: the function that ends it. */
  onPrepare(preparation: Preparation): () => void;
  /** Called after a cluster was taken away. Returns: the function that ends it. */
  onRemoved(listener: (cluster: string) => void): () => void;
  setPolicy(cluster: string, policy: PolicyInForce): void;
  /** Starts a further source and waits for its first sync; a name that is taken gets a number. Rejects with what the source's records made fail. */
  add(served: Served): Promise<ClusterView>;
  /** Returns: false when there is no such cluster, or none that may be taken away. */
  remove(cluster: string): Promise<boolean>;
  stop(): Promise<void>;
};

export type Preparation = (view: ClusterView) => Steps<unknown>;

/** A source with what is known of it besides its data. */
export type Served = {
  readonly source: ClusterSource;
  readonly policy: PolicyInForce;
  readonly format: string | null;
  readonly removable: boolean;
};

type RuntimeOptions = {
  readonly sources: readonly ClusterSource[];
  readonly policies: ReadonlyMap<string, PolicyInForce>;
  readonly formats: ReadonlyMap<string, string | null>;
  readonly tickMs?: number;
  readonly now?: () => number;
};

const key = Symbol.for("portolan.runtime.v1");
const shared = globalThis as { [key]?: Runtime | undefined };

/** Returns: the runtime of this process, undefined before it was started (a build, a test). */
export function getRuntime(): Runtime | undefined {
  return shared[key];
}

/** Starts the sources once per process and shares the runtime. */
export function startRuntime(options: RuntimeOptions): Runtime {
  return (shared[key] ??= createRuntime(options));
}

/**
 * Runs the sources and publishes at most one view per cluster and tick.
 *
 * Units: `tickMs` milliseconds between two views of one cluster (default 250: contract.md allows four events a second); longer where a view is dear to
 * make or to those who hear of it, so that about a fifth of the time goes there. At most a second: what a busy machine makes dear must be told all the same.
 */
export function createRuntime({ sources, policies, formats, tickMs = 250, now = Date.now }: RuntimeOptions): Runtime {
  const listeners = new Set<(change: ViewChange) => void>();
  const preparations = new Set<Preparation>();
  const removalListeners = new Set<(cluster: string) => void>();
  const startedAtMs = now();
  const audience: Audience = {
    *prepare(view) {
      for (const preparation of preparations) yield* preparation(view);
    },
    publish: (change) => {
      for (const listener of listeners) listener(change);
    },
  };
  const clusters = sources.map((source, place) => {
    const policy = policies.get(source.cluster) ?? { value: emptyPolicy, file: null, error: null, mistakes: [] };
    const served = { source, policy, format: formats.get(source.cluster) ?? null, removable: false };
    return runCluster(served, place === 0, tickMs, audience);
  });
  const find = (name: string) => clusters.find((cluster) => cluster.view().name === name);
  return {
    epoch: startedAtMs.toString(36),
    startedAtMs,
    clusters: () => clusters.map((cluster) => cluster.view()),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onPrepare: (preparation) => {
      preparations.add(preparation);
      return () => preparations.delete(preparation);
    },
    onRemoved: (listener) => {
      removalListeners.add(listener);
      return () => removalListeners.delete(listener);
    },
    setPolicy: (name, policy) => find(name)?.setPolicy(policy),
    add: async (added) => {
      const named = { ...added, source: { ...added.source, cluster: freeName(added.source.cluster, find) } };
      const cluster = runCluster(named, clusters.length === 0, tickMs, audience);
      clusters.push(cluster);
      await cluster.synced;
      await cluster.showNow();
      return cluster.view();
    },
    remove: async (name) => {
      const cluster = find(name);
      if (cluster?.view().removable !== true) return false;
      clusters.splice(clusters.indexOf(cluster), 1);
      await cluster.stop();
      for (const listener of removalListeners) listener(name);
      return true;
    },
    stop: async () => {
      listeners.clear();
      preparations.clear();
      removalListeners.clear();
      await Promise.all(clusters.map((cluster) => cluster.stop()));
    },
  };
}

function freeName(name: string, find: (name: string) => unknown): string {
  let free = name;
  // `cluster=*` means all of them.
  for (let number = 2; free === "*" || find(free) !== undefined; number += 1) free = `${name} (${String(number)})`;
  return free;
}

type Part = Partial<Pick<ClusterView, "policy" | "synced" | "trouble">>;

type Audience = { readonly prepare: Preparation; readonly publish: (change: ViewChange) => void };

const showingShare = 5;
const pauseMaxMs = 1000;

function runCluster({ source, policy, format, removable }: Served, isDefault: boolean, tickMs: number, { prepare, publish }: Audience) {
  const index = createClusterIndex(source.cluster);
  /** What the source told and the index does not know yet. */
  const told: (readonly Delta[])[] = [];
  let isStopped = false;
  /** Something that was told is missing in the index: nothing more is taken in, so that nothing looks fresh. */
  let isBroken = false;
  let generation = 0;
  /** What is to be shown next besides the index; null = nothing has changed. */
  let pending: Part | null = null;
  let trouble: SourceError | null = null;
  let timer: NodeJS.Timeout | undefined;
  let view: ClusterView = {
    name: source.cluster,
    default: isDefault,
    origin: source.origin,
    format,
    removable,
    snapshot: index.snapshot(),
    revision: 0,
    policy,
    synced: false,
    trouble: null,
  };
  view = { ...view, revision: view.snapshot.revision };

  // In slices, and one after the other: what is shown is never half applied.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = async (work: () => Steps<void>): Promise<void> => {
    const done = turn.then(() => (isStopped ? undefined : runInSlices(work())));
    turn = done.catch(() => undefined);
    await done;
  };
  function* applyTold(): Steps<void> {
    try {
      for (const deltas of told.splice(0)) yield* index.applyInSteps(deltas);
    } catch (error) {
      isBroken = true;
      const message = "what was told could not be taken in; start Portolan again";
      log.error({ cluster: source.cluster, error: String(error) }, "source not followed any more");
      index.apply(resourceKinds.map((kind) => ({ type: "status", kind, status: toKindStatus("stale", { sinceMs: Date.now(), message }) })));
      void handle.stop();
    }
    change({});
  }
  // The first change after a quiet time is shown at once, the rest of a burst at the next tick.
  const change = (part: Part): void => {
    pending = { ...pending, ...part };
    timer ??= showAfter(0);
  };
  const showAfter = (delayMs: number): NodeJS.Timeout =>
    setTimeout(() => {
      inTurn(show).catch((error: unknown) => {
        log.error({ cluster: source.cluster, error: String(error) }, "view not derived");
      });
    }, delayMs).unref();
  function* show(): Steps<void> {
    clearTimeout(timer);
    const part = pending;
    if (part === null) {
      timer = undefined;
      return;
    }
    pending = null;
    const beganMs = performance.now();
    const previous = view;
    const snapshot = index.snapshot();
    if (Object.keys(part).length > 0) generation += 1;
    const current = { ...view, ...part, snapshot, revision: snapshot.revision + generation };
    try {
      if (current.revision !== previous.revision) yield* prepare(current);
    } finally {
      // What cannot be derived fails whoever asks; the view before it would look fresh.
      view = current;
      const dearMs = Math.min(pauseMaxMs, (performance.now() - beganMs) * (showingShare - 1));
      timer = showAfter(Math.max(tickMs, dearMs));
    }
    if (current.revision !== previous.revision) publish({ previous, current });
  }

  const handle = source.start(
    {
      apply: (deltas) => {
        if (isBroken) return;
        countDeltas(source.cluster, deltas);
        told.push(deltas);
        if (told.length === 1) void inTurn(applyTold);
      },
    },
    (next) => {
      logTrouble(source.cluster, trouble, next);
      trouble = next;
      change({ trouble });
    },
  );
  const synced = handle.synced.then((result) => {
    if (result.ok) change({ synced: true, trouble: null });
    else change({ trouble: result.error });
    log.info({ cluster: source.cluster, ok: result.ok, revision: view.revision }, "first sync ended");
  });

  return {
    view: () => view,
    synced,
    /** Shows at once what is to be shown. */
    showNow: () => inTurn(show),
    setPolicy: (next: PolicyInForce) => {
      change({ policy: next });
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await handle.stop();
    },
  };
}

function countDeltas(cluster: string, deltas: readonly Delta[]): void {
  for (const delta of deltas) {
    if (delta.type === "upsert" || delta.type === "remove") count("portolan_events_total", { cluster, kind: delta.kind });
    else if (delta.type === "replace") count("portolan_lists_total", { cluster, kind: delta.kind });
  }
}

/** Every kind of resource reports the same trouble, and again at each attempt: only a change of it is news. */
function logTrouble(cluster: string, previous: SourceError | null, trouble: SourceError | null): void {
  if (trouble === null) {
    if (previous !== null) log.info({ cluster }, "source recovered");
  } else if (previous?.what !== trouble.what || previous.where !== trouble.where)
    log.warn({ cluster, kind: trouble.kind, what: trouble.what, where: trouble.where, todo: trouble.todo }, "source in trouble");
}
