"use client";

import { Button } from "@/components/ui/button";
import { useWords } from "@/components/words/words";
import type { WireCluster } from "@/lib/wire/schemas";
import { describeRecognition } from "./describe-recognition";

export type SnapshotState =
  | { readonly kind: "none" }
  | { readonly kind: "sending"; readonly name: string; readonly share: number }
  | { readonly kind: "failed"; readonly says: string }
  | { readonly kind: "opened"; readonly cluster: WireCluster };

type SnapshotLineProps = {
  readonly state: SnapshotState;
  readonly onCancel: () => void;
  readonly onClose: () => void;
  readonly onRemove: (name: string) => void;
};

/** The line under the header while a snapshot is on its way, when it failed, and what it turned out to be; absent otherwise. */
export function SnapshotLine({ state, onCancel, onClose, onRemove }: SnapshotLineProps) {
  const words = useWords();
  const { snapshots } = words;
  // The region stays, so that what comes into it is announced.
  return (
    <div role="status" className="flex-none empty:hidden">
      {state.kind !== "none" && (
        <div className="flex items-center gap-12 border-b border-line bg-surface px-16 py-6 text-12 phone:flex-wrap phone:px-12">
          {state.kind === "sending" && (
            <>
              <span className="min-w-0 break-all">
                {state.share < 1 ? snapshots.sending(state.name, String(Math.floor(state.share * 100))) : snapshots.reading(state.name)}
              </span>
              <progress
                aria-label={snapshots.reading(state.name)}
                max={1}
                {...(state.share < 1 ? { value: state.share } : {})}
                className="h-4 w-120 flex-none"
              />
            </>
          )}
          {state.kind === "failed" && <span className="min-w-0 break-words text-warning">{state.says}</span>}
          {state.kind === "opened" && (
            <span className="min-w-0 break-words">
              <span className="font-medium">{state.cluster.name}</span>
              {state.cluster.recognised !== null && (
                <span className="text-ink-2">: {describeRecognition(state.cluster.recognised, words)}</span>
              )}
            </span>
          )}
          <span className="flex-1" />
          {state.kind === "opened" && (
            <Button
              size="small"
              onPress={() => {
                onRemove(state.cluster.name);
              }}
            >
              {snapshots.remove}
            </Button>
          )}
          <Button size="small" tone="ghost" onPress={state.kind === "sending" ? onCancel : onClose}>
            {state.kind === "sending" ? snapshots.cancel : snapshots.close}
          </Button>
        </div>
      )}
    </div>
  );
}
