// What every source of cluster data is: something that starts, feeds one sink, reports each kind's state, and stops.
// Knows core's records, nothing of Next, React or how the answers are made.

import type { Delta } from "@/lib/core";
import type { TroubleKind } from "@/lib/wire/problem-kinds";

/**
 * Why a source cannot do its work; `retryable` = it goes on trying by itself. The words are for people: what, where, what to do. `others`: further places
 * of the same trouble.
 */
export type SourceError = {
  readonly kind: TroubleKind;
  readonly what: string;
  readonly where: string;
  readonly others?: readonly string[];
  readonly todo: string;
  readonly retryable: boolean;
  readonly cause?: unknown;
};

/** Where a source puts what it reads. Calls are synchronous and in order; deltas given together belong together. */
export type Sink = { apply(deltas: readonly Delta[]): void };

/**
 * A running source.
 *
 * `synced` resolves once every required kind has been read or refused for good (forbidden, not collected); it resolves with the error when nothing can be
 * read at all (a kubeconfig that names no server, an unreadable file). It never rejects. A live source that cannot reach its server keeps trying: `onTrouble` tells.
 */
export type SourceHandle = {
  readonly synced: Promise<{ readonly ok: true } | { readonly ok: false; readonly error: SourceError }>;
  stop(): Promise<void>;
};

export type ClusterSource = {
  readonly cluster: string;
  readonly origin: "kubeconfig" | "inCluster" | "snapshot" | "demo";
  /** Returns at once; reading goes on until `stop`. `onTrouble(null)` = reachable again. */
  start(sink: Sink, onTrouble?: (error: SourceError | null) => void): SourceHandle;
};
