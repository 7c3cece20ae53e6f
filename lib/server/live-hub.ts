// Live updates: one hub per process turns each change of a cluster view into one event, encoded once, and hands it to every subscriber.
// A ring of past events lets a browser that lost its stream go on where it was; beyond the ring it gets a snapshot event (our 410).

import "server-only";

import type { Allocation, Finding, Steps } from "@/lib/core";
import { encodeAllocation } from "@/lib/wire/encode-allocation";
import { encodeFinding } from "@/lib/wire/encode-finding";
import { encodeStaleness } from "@/lib/wire/encode-status";
import type { WireDeltaEvent, WireHeartbeatEvent, WireSnapshotEvent, WireStatusEvent } from "@/lib/wire/schemas";
import { encodeTime } from "@/lib/wire/time";
import { changedPorts } from "./changed-ports";
import { count } from "./counters";
import { encodeEnvelope } from "./envelope";
import { countFindings } from "./finding-counts";
import type { ClusterView, Runtime, ViewChange } from "./runtime";
import { encodeSseEvent } from "./sse-event";
import { deriveView, deriveViewInSteps, isDerived, type DerivedView } from "./views";

/** Takes the bytes of one event, which all streams share; returns how many more its queue has room for. At 0 it wants `resume` before it gets more. */
export type Deliver = (event: Uint8Array) => number;

export type LiveHub = {
  /** Ends by the returned function. `lastEventId` as the browser sent it, null for a new stream; undefined result: no such cluster. */
  subscribe(cluster: string, lastEventId: string | null, deliver: Deliver, closed: () => void): Subscription | undefined;
  subscriberCount(): number;
  /** The smallest room that a subscriber's queue had at its last event, Infinity without subscribers: 0 = somebody is behind. */
  queueRoomMin(): number;
  close(): void;
};

export type Subscription = {
  /** The queue has room again: sends a snapshot event if anything was dropped meanwhile. */
  resume(): void;
  /** Says that the stream lives, and which revision it has come to: a browser cannot tell a dead stream from a quiet one. */
  beat(): void;
  end(): void;
};

type Subscriber = { readonly cluster: string; readonly deliver: Deliver; readonly closed: () => void; behind: boolean; room: number };
type Entry = { readonly base: number; readonly revision: number; readonly event: Uint8Array };

const ringLengthMax = 256;
/** A list that was read anew may change thousands of rows at once. */
const ringBytesMax = 8 << 20;

export function createLiveHub(runtime: Runtime): LiveHub {
  const subscribers = new Set<Subscriber>();
  const rings = new Map<string, Entry[]>();
  /** What the streams of a cluster were told last. */
  const told = new Map<string, DerivedView>();

  const eventId = (revision: number): string => `${runtime.epoch}-${String(revision)}`;
  const find = (name: string): ClusterView | undefined => runtime.clusters().find((cluster) => cluster.name === name);

  const encoder = new TextEncoder();
  const snapshotEvent = (view: ClusterView): Uint8Array => {
    const data: WireSnapshotEvent = { ...encodeEnvelope(view), findings: countFindings(deriveView(view).evaluation.findings) };
    return encoder.encode(encodeSseEvent({ event: "snapshot", id: eventId(view.revision), data: JSON.stringify(data) }));
  };
  const beat = (subscriber: Subscriber): void => {
    const now = find(subscriber.cluster);
    if (now === undefined) return;
    const data: WireHeartbeatEvent = { cluster: now.name, revision: now.revision };
    send(subscriber, encoder.encode(encodeSseEvent({ event: "heartbeat", data: JSON.stringify(data) })));
  };
  const send = (subscriber: Subscriber, event: Uint8Array): void => {
    if (subscriber.behind) return;
    subscriber.room = subscriber.deliver(event);
    subscriber.behind = subscriber.room <= 0;
    if (subscriber.behind) count("portolan_stream_drops_total", { cluster: subscriber.cluster });
  };

  const publish = ({ previous, current }: ViewChange): void => {
    const watching = [...subscribers].filter((subscriber) => subscriber.cluster === current.name);
    if (watching.length === 0) {
      // Nobody looks: nothing is derived, and whoever comes back later starts from a snapshot.
      rings.delete(current.name);
      told.delete(current.name);
      return;
    }
    const texts: string[] = [];
    const statusBefore = JSON.stringify(encodeStaleness(previous.snapshot));
    const staleness = encodeStaleness(current.snapshot);
    if (
      JSON.stringify(staleness) !== statusBefore ||
      previous.synced !== current.synced ||
      previous.trouble !== current.trouble ||
      previous.policy !== current.policy
    ) {
      const data: WireStatusEvent = { cluster: current.name, staleness };
      texts.push(encodeSseEvent({ event: "status", data: JSON.stringify(data) }));
    }
    const known = told.get(current.name);
    const after = deriveView(current);
    texts.push(deltaText(known?.view === previous ? known : deriveView(previous), after, eventId(current.revision)));
    told.set(current.name, after);
    // Whoever lost the stream for a moment must hear of a kind that became stale meanwhile, too.
    const event = encoder.encode(texts.join(""));
    const ring = rings.get(current.name) ?? [];
    ring.push({ base: previous.revision, revision: current.revision, event });
    rings.set(current.name, trimRing(ring));
    for (const subscriber of watching) send(subscriber, event);
  };
  const isWatched = (name: string): boolean => [...subscribers].some(({ cluster }) => cluster === name);
  const stopPreparing = runtime.onPrepare(function* (view): Steps<void> {
    // The first time costs most: whoever comes first is not to wait for it.
    const isFirst = view.synced && view.origin !== "snapshot" && !isDerived(view.name);
    if (isFirst || isWatched(view.name)) yield* deriveViewInSteps(view);
  });
  const stopListening = runtime.onChange(publish);
  const stopWatching = runtime.onRemoved((cluster) => {
    rings.delete(cluster);
    told.delete(cluster);
    for (const subscriber of [...subscribers].filter((each) => each.cluster === cluster)) {
      subscriber.closed();
      subscribers.delete(subscriber);
    }
  });

  return {
    subscribe(cluster, lastEventId, deliver, closed) {
      const view = find(cluster);
      if (view === undefined) return undefined;
      const subscriber: Subscriber = { cluster, deliver, closed, behind: false, room: Infinity };
      subscribers.add(subscriber);
      for (const event of replay(rings.get(cluster) ?? [], lastEventId, runtime.epoch, view.revision) ?? [snapshotEvent(view)])
        send(subscriber, event);
      // A replay may be empty; whoever comes back must hear at once that it is heard.
      beat(subscriber);
      return {
        resume: () => {
          const now = find(cluster);
          if (!subscriber.behind || now === undefined) return;
          subscriber.behind = false;
          send(subscriber, snapshotEvent(now));
        },
        beat: () => {
          beat(subscriber);
        },
        end: () => {
          subscribers.delete(subscriber);
        },
      };
    },
    subscriberCount: () => subscribers.size,
    queueRoomMin: () => Math.min(...[...subscribers].map(({ room }) => room)),
    close() {
      stopPreparing();
      stopListening();
      stopWatching();
      for (const subscriber of subscribers) subscriber.closed();
      subscribers.clear();
    },
  };
}

/** The newest events that fit. */
function trimRing(ring: readonly Entry[]): Entry[] {
  let bytes = 0;
  let from = ring.length;
  while (from > 0 && ring.length - from < ringLengthMax) {
    bytes += ring[from - 1]?.event.length ?? 0;
    if (bytes > ringBytesMax) break;
    from -= 1;
  }
  return ring.slice(from);
}

/** The events that came after the one the browser saw last; undefined when they are no longer (or never were) in the ring. */
function replay(ring: readonly Entry[], lastEventId: string | null, epoch: string, revision: number): readonly Uint8Array[] | undefined {
  if (lastEventId === null || !lastEventId.startsWith(`${epoch}-`)) return undefined;
  const seen = Number(lastEventId.slice(epoch.length + 1));
  if (seen === revision) return [];
  const from = ring.findIndex((entry) => entry.base === seen);
  return from < 0 ? undefined : ring.slice(from).map(({ event }) => event);
}

/** Rows stay the same objects while nothing concerns them, and belong to one cluster. */
function encodeRow(row: Allocation, cluster: string): string {
  let text = encodedRows.get(row);
  if (text === undefined) encodedRows.set(row, (text = JSON.stringify(encodeAllocation(row, cluster))));
  return text;
}

const encodedRows = new WeakMap<Allocation, string>();

function deltaText(before: DerivedView, after: DerivedView, id: string): string {
  const [previous, current] = [before.view, after.view];
  const { name } = current;
  const isSameFinding = (a: Finding, b: Finding): boolean =>
    a === b
      ? before.firstSeen.get(a.fingerprint) === after.firstSeen.get(b.fingerprint)
      : JSON.stringify(encodeFinding(a, name, before.firstSeen)) === JSON.stringify(encodeFinding(b, name, after.firstSeen));
  const allocations = compareRows(
    before.allocations,
    after.allocations,
    ({ id: row }) => row,
    (a, b) => a === b || encodeRow(a, name) === encodeRow(b, name),
  );
  const findings = compareRows(before.evaluation.findings, after.evaluation.findings, ({ fingerprint }) => fingerprint, isSameFinding);
  const data: WireDeltaEvent = {
    cluster: name,
    base: previous.revision,
    revision: current.revision,
    asOf: encodeTime(current.snapshot.asOfMs),
    allocations: { upserted: allocations.upserted.map((row) => encodeAllocation(row, name)), removed: allocations.removed },
    findings: {
      upserted: findings.upserted.map((finding) => encodeFinding(finding, name, after.firstSeen)),
      removed: findings.removed,
      counts: countFindings(after.evaluation.findings),
    },
    ports:
      previous.policy === current.policy && previous.synced === current.synced ? changedPorts(previous.snapshot, current.snapshot) : "all",
  };
  return encodeSseEvent({ event: "delta", id, data: JSON.stringify(data) });
}

function compareRows<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (row: T) => string,
  isSame: (a: T, b: T) => boolean,
): { upserted: T[]; removed: string[] } {
  const gone = new Map(before.map((row) => [keyOf(row), row]));
  const upserted: T[] = [];
  for (const row of after) {
    const key = keyOf(row);
    const known = gone.get(key);
    gone.delete(key);
    if (known === undefined || !isSame(known, row)) upserted.push(row);
  }
  return { upserted, removed: [...gone.keys()] };
}
