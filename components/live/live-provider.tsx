"use client";

import { QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import {
  apiPath,
  type AllocationsAnswer,
  type ClustersAnswer,
  type FindingsAnswer,
  type FreeAnswer,
  type MapAnswer,
  type RangesAnswer,
  type RemediesAnswer,
  type TraceAnswer,
} from "@/lib/client/api";
import type { WireDeltaEvent, WireHeartbeatEvent, WireSnapshotEvent, WireStaleness, WireStatusEvent } from "@/lib/wire/schemas";
import { effectOf, patchAllocations, patchFindings, touchesPorts } from "./apply-delta";
import { useCluster } from "./cluster";
import { followStream } from "./follow-stream";
import { LiveContext, silent, type LiveState } from "./live-state";
import { queryKeys } from "./queries";

/** The cache of all answers in this tab. */
export function CacheProvider({ children }: { readonly children: ReactNode }) {
  const [client] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false } } }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

/** Holds the one event stream of this tab and patches the cache with what it says. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const { name, cluster } = useCluster();
  const heard = useEventStream(name, cluster !== null);
  const told = cluster?.staleness ?? null;
  // Until the stream has said something, the page is as fresh as the server was when it wrote it: not calm by default.
  const live = useMemo(() => (heard.staleness === null ? { ...heard, staleness: told } : heard), [heard, told]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function useEventStream(cluster: string, enabled: boolean): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<{ readonly cluster: string; readonly live: LiveState }>({ cluster, live: silent });

  useEffect(() => {
    if (!enabled) return undefined;
    let known = "";
    const update = (part: Partial<LiveState>): void => {
      setState((held) => ({ cluster, live: { ...(held.cluster === cluster ? held.live : silent), ...part } }));
    };
    const askAgain = (): void => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === cluster });
      void client.invalidateQueries({ queryKey: queryKeys.clusters });
    };
    const onSnapshot = (message: MessageEvent<string>): void => {
      const event = JSON.parse(message.data) as WireSnapshotEvent;
      known = judgedBy(event.staleness);
      update({ revision: event.revision, asOf: event.asOf, staleness: event.staleness, counts: event.findings });
      refetchOthers(event);
      patchClusters(event.findings);
      // The policy and the cluster's state may have changed before this stream began: no event will tell.
      void client.invalidateQueries({ queryKey: queryKeys.clusters });
    };
    const onDelta = (message: MessageEvent<string>): void => {
      const event = JSON.parse(message.data) as WireDeltaEvent;
      patchCache(event);
      update({ revision: event.revision, asOf: event.asOf, counts: event.findings.counts });
      patchClusters(event.findings.counts);
    };
    const onStatus = (message: MessageEvent<string>): void => {
      const event = JSON.parse(message.data) as WireStatusEvent;
      const judged = judgedBy(event.staleness);
      const isNews = judged !== known;
      known = judged;
      update({ staleness: event.staleness });
      void client.invalidateQueries({ queryKey: queryKeys.clusters });
      // Counts change all the time; what could not be judged follows the states of the kinds.
      if (!isNews) return;
      void client.invalidateQueries({ queryKey: queryKeys.findings(cluster) });
      void client.invalidateQueries({ queryKey: queryKeys.allocations(cluster) });
    };
    const onHeartbeat = (message: MessageEvent<string>): void => {
      const { revision } = JSON.parse(message.data) as WireHeartbeatEvent;
      // Whatever was missed on the way here is asked for by what is on screen.
      setState((held) =>
        held.cluster === cluster && held.live.revision === revision ? held : { cluster, live: { ...held.live, revision } },
      );
    };
    // Revisions of another process cannot be compared with this one's: they may even be the same number.
    const refetchOthers = ({ epoch, revision }: WireSnapshotEvent): void => {
      void client.invalidateQueries({
        predicate: ({ queryKey, state: held }) => {
          const data = held.data as { epoch?: string; revision?: number } | undefined;
          return queryKey[1] === cluster && (data?.revision !== revision || data.epoch !== epoch);
        },
      });
    };
    const patchClusters = (counts: WireDeltaEvent["findings"]["counts"]): void => {
      client.setQueryData<ClustersAnswer>(queryKeys.clusters, (held) =>
        held === undefined
          ? held
          : { clusters: held.clusters.map((each) => (each.name === cluster ? { ...each, findings: counts } : each)) },
      );
    };
    const patchCache = (event: WireDeltaEvent): void => {
      client.setQueryData<AllocationsAnswer>(queryKeys.allocations(cluster), (held) =>
        held !== undefined && effectOf(event, held) === "apply" ? patchAllocations(held, event) : held,
      );
      client.setQueryData<FindingsAnswer>(queryKeys.findings(cluster), (held) =>
        held !== undefined && effectOf(event, held) === "apply" ? patchFindings(held, event) : held,
      );
      const untouched = <T extends { revision: number; asOf: string | null }>(
        held: T | undefined,
        touched: (held: T) => boolean,
      ): T | undefined =>
        held !== undefined && effectOf(event, held) === "apply" && !touched(held)
          ? { ...held, revision: event.revision, asOf: event.asOf }
          : held;
      client.setQueriesData<MapAnswer>({ queryKey: ["map", cluster] }, (held) => untouched(held, () => touchesPorts(event, "any")));
      const { allocations, findings } = event;
      const isQuiet = [allocations.upserted, allocations.removed, findings.upserted, findings.removed].every(({ length }) => length === 0);
      for (const resource of ["ranges", "free", "remedies"]) {
        client.setQueriesData<RangesAnswer | FreeAnswer | RemediesAnswer>({ queryKey: [resource, cluster] }, (held) =>
          untouched(held, () => !isQuiet || touchesPorts(event, "any")),
        );
      }
      client.setQueriesData<TraceAnswer>({ queryKey: ["trace", cluster] }, (held) =>
        untouched(held, ({ query }) => touchesPorts(event, [query])),
      );
      // What was not patched is older than the stream now; useLiveQuery asks again for what is on screen.
    };
    return followStream(apiPath("events", { cluster }), {
      events: { snapshot: onSnapshot, delta: onDelta, status: onStatus, heartbeat: onHeartbeat },
      connection: (connection, why) => {
        setState((held) =>
          held.cluster === cluster && held.live.connection === connection
            ? held
            : { cluster, live: { ...(held.cluster === cluster ? held.live : silent), connection } },
        );
        // Where no stream gets through, answers still may.
        if (why === "silence") askAgain();
      },
    });
  }, [client, cluster, enabled]);

  return state.cluster === cluster ? state.live : silent;
}

/** What decides which answers are unknown. What goes stale is known as before: every tab would ask for all again, just when the cluster is in trouble. */
function judgedBy(staleness: WireStaleness): string {
  return JSON.stringify(
    Object.entries(staleness).map(([kind, { state, forbiddenNamespaces }]) => [
      kind,
      state === "stale" ? "live" : state,
      forbiddenNamespaces,
    ]),
  );
}
