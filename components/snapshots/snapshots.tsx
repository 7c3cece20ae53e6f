"use client";

import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useRef, useState, type ReactNode } from "react";
import { useCluster } from "@/components/live/cluster";
import { queryKeys } from "@/components/live/queries";
import { useAnnounce } from "@/components/ui/announcer";
import type { Words } from "@/components/words/en";
import { useWords } from "@/components/words/words";
import { ProblemError, removeSnapshot, sendSnapshot, type ClustersAnswer } from "@/lib/client/api";
import type { WireCluster } from "@/lib/wire/schemas";
import { DropZone } from "./drop-zone";
import { SnapshotLine, type SnapshotState } from "./snapshot-line";

type Snapshots = {
  /** Opens the browser's choice of a file. */
  readonly choose: () => void;
  readonly remove: (name: string) => void;
};

const SnapshotsContext = createContext<Snapshots>({ choose: () => undefined, remove: () => undefined });

/** Returns: how to bring a snapshot, and how to take one away. */
export function useSnapshots(): Snapshots {
  return useContext(SnapshotsContext);
}

/** Takes files that are dropped anywhere on the page or chosen, sends them to the server, and shows how that goes in a line above the view. */
export function SnapshotsProvider({ children }: { readonly children: (line: ReactNode) => ReactNode }) {
  const words = useWords();
  const announce = useAnnounce();
  const client = useQueryClient();
  const { name: shown, choose: chooseCluster, clusters } = useCluster();
  const input = useRef<HTMLInputElement>(null);
  const sending = useRef<AbortController | null>(null);
  const [state, setState] = useState<SnapshotState>({ kind: "none" });

  const keepClusters = (change: (clusters: readonly WireCluster[]) => readonly WireCluster[]): void => {
    client.setQueryData<ClustersAnswer>(queryKeys.clusters, (held) => ({ clusters: change(held?.clusters ?? clusters) }));
    void client.invalidateQueries({ queryKey: queryKeys.clusters });
  };

  const send = async (file: File): Promise<void> => {
    sending.current?.abort();
    const controller = new AbortController();
    sending.current = controller;
    setState({ kind: "sending", name: file.name, share: 0 });
    try {
      const { cluster } = await sendSnapshot(
        file,
        (share) => {
          setState({ kind: "sending", name: file.name, share });
        },
        controller.signal,
      );
      keepClusters((held) => [...held.filter(({ name }) => name !== cluster.name), cluster]);
      setState({ kind: "opened", cluster });
      chooseCluster(cluster.name);
    } catch (cause) {
      // Given up, or another file took its place.
      if (controller.signal.aborted) return;
      setState({ kind: "failed", says: words.snapshots.failed(reasonOf(cause, words.say)) });
    }
  };

  const remove = async (name: string): Promise<void> => {
    try {
      await removeSnapshot(name);
    } catch (cause) {
      setState({ kind: "failed", says: reasonOf(cause, words.say) });
      return;
    }
    if (shown === name) chooseCluster(clusters.find((each) => each.default)?.name ?? "");
    keepClusters((held) => held.filter((each) => each.name !== name));
    setState({ kind: "none" });
    announce(words.snapshots.removed(name));
  };

  const context: Snapshots = {
    choose: () => input.current?.click(),
    remove: (name) => void remove(name),
  };
  return (
    <SnapshotsContext value={context}>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={words.snapshots.open}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          // The same file may be chosen again.
          event.target.value = "";
          if (file !== undefined) void send(file);
        }}
      />
      {children(
        <SnapshotLine
          state={state}
          onCancel={() => {
            sending.current?.abort();
            setState({ kind: "none" });
          }}
          onClose={() => {
            setState({ kind: "none" });
          }}
          onRemove={context.remove}
        />,
      )}
      <DropZone
        onFile={(file) => void send(file)}
        onSeveral={() => {
          setState({ kind: "failed", says: words.snapshots.one });
        }}
      />
    </SnapshotsContext>
  );
}

function reasonOf(cause: unknown, say: Words["say"]): string {
  return cause instanceof ProblemError ? say.problem(cause.problem).detail : String(cause);
}
