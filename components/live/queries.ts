"use client";

import { keepPreviousData, useQuery, useQueryClient, type QueryKey, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import {
  fetchAllocations,
  fetchClusters,
  fetchFindings,
  fetchFree,
  fetchMap,
  fetchRanges,
  fetchGuards,
  fetchRemedies,
  fetchTrace,
  postCheck,
  ProblemError,
  type AllocationsAnswer,
  type CheckAnswer,
  type ClustersAnswer,
  type FindingsAnswer,
  type FreeAnswer,
  type FreeParams,
  type MapAnswer,
  type RangesAnswer,
  type RemediesAnswer,
  type TraceAnswer,
  type TraceParams,
} from "@/lib/client/api";
import type { WireEnvelope } from "@/lib/wire/schemas";
import { useLive } from "./live-state";

/** Keys of the cache: resource, cluster, then what else was asked. The stream patches by the first two. */
export const queryKeys = {
  clusters: ["clusters"],
  allocations: (cluster: string) => ["allocations", cluster],
  findings: (cluster: string) => ["findings", cluster],
  map: (cluster: string, from: string, ports: string) => ["map", cluster, from, ports],
  ranges: (cluster: string) => ["ranges", cluster],
  free: (cluster: string, params: FreeParams) => ["free", cluster, params],
  remedies: (cluster: string, fingerprint: string) => ["remedies", cluster, fingerprint],
  guards: (cluster: string) => ["guards", cluster],
  trace: (cluster: string, params: TraceParams) => ["trace", cluster, params],
  check: (cluster: string, round: number) => ["check", cluster, round],
} satisfies Record<string, QueryKey | ((...parts: never[]) => QueryKey)>;

/** What a page rendered on the server hands to its query; null when the server had no answer (then the browser asks). */
export type Initial<T> = T | null;

export function useClusters(initial?: ClustersAnswer): UseQueryResult<ClustersAnswer> {
  return useQuery({
    queryKey: queryKeys.clusters,
    queryFn: ({ signal }) => fetchClusters(signal),
    ...(initial === undefined ? {} : { initialData: initial }),
  });
}

export function useAllocations(cluster: string, initial: Initial<AllocationsAnswer> = null): UseQueryResult<AllocationsAnswer> {
  return useLiveQuery(queryKeys.allocations(cluster), (signal) => fetchAllocations(cluster, signal), initial);
}

export function useFindings(cluster: string, initial: Initial<FindingsAnswer> = null): UseQueryResult<FindingsAnswer> {
  return useLiveQuery(queryKeys.findings(cluster), (signal) => fetchFindings(cluster, signal), initial);
}

/** `from` and `ports` as the command line spells them; an empty text is the default. */
export function useMap(
  cluster: string,
  from: string,
  ports: string,
  initial: Initial<MapAnswer> = null,
  enabled = true,
): UseQueryResult<MapAnswer> {
  return useLiveQuery(queryKeys.map(cluster, from, ports), (signal) => fetchMap({ cluster, from, ports }, signal), initial, enabled);
}

export function useRanges(cluster: string, initial: Initial<RangesAnswer> = null): UseQueryResult<RangesAnswer> {
  return useLiveQuery(queryKeys.ranges(cluster), (signal) => fetchRanges(cluster, signal), initial);
}

/** The next free port or block, as the command line's flags ask for it. */
export function useFree(cluster: string, params: FreeParams): UseQueryResult<FreeAnswer> {
  return useLiveQuery(queryKeys.free(cluster, params), (signal) => fetchFree(cluster, params, signal), null);
}

/** The remedies of one finding; `fingerprint` null: nothing is asked. Those of another finding are never shown in the meantime. */
export function useRemedies(cluster: string, fingerprint: string | null): UseQueryResult<RemediesAnswer> {
  return useLiveQuery(
    queryKeys.remedies(cluster, fingerprint ?? ""),
    (signal) => fetchRemedies(cluster, fingerprint ?? "", signal),
    null,
    fingerprint !== null,
    false,
  );
}

/** What guards the promises of the policy file. */
export function useGuards(cluster: string): UseQueryResult<RemediesAnswer> {
  return useLiveQuery(queryKeys.guards(cluster), (signal) => fetchGuards(cluster, signal), null);
}

/** `params` null: nothing is asked. */
export function useTrace(cluster: string, params: TraceParams | null, initial: Initial<TraceAnswer> = null): UseQueryResult<TraceAnswer> {
  return useLiveQuery(
    queryKeys.trace(cluster, params ?? { address: "", port: "" }),
    (signal) => fetchTrace({ cluster, ...(params ?? { address: "", port: "" }) }, signal),
    initial,
    params !== null,
  );
}

/** A manifest to check; `round` tells one press of the button from the next. */
export type Checked = { readonly round: number; readonly file: string; readonly text: string };

/** What a manifest would change; null: nothing is asked. It is asked again only when the stream begins anew or somebody asks, and forgotten with the view. */
export function useCheck(cluster: string, checked: Checked | null): UseQueryResult<CheckAnswer> {
  const { round, file, text } = checked ?? { round: 0, file: "", text: "" };
  return useQuery({
    queryKey: queryKeys.check(cluster, round),
    queryFn: ({ signal }) => postCheck(cluster, file, text, signal),
    enabled: checked !== null,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: (failures, error) => retries(failures, error),
  });
}

/**
 * An answer that the event stream keeps true. It is asked for again when the stream knows a newer revision than the one held and could not
 * patch it; nothing polls. An error keeps the last answer, and is tried again when the server says so.
 */
function useLiveQuery<T extends WireEnvelope>(
  queryKey: QueryKey,
  ask: (signal: AbortSignal) => Promise<T>,
  initial: Initial<T>,
  enabled = true,
  keepsPrevious = true,
): UseQueryResult<T> {
  const client = useQueryClient();
  const { revision } = useLive();
  const result = useQuery({
    queryKey,
    queryFn: ({ signal }) => ask(signal),
    enabled,
    ...(keepsPrevious ? { placeholderData: keepPreviousData } : {}),
    // An answer for another cluster's key must not be taken for this one's.
    ...(initial === null ? {} : { initialData: () => initial }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: (failures, error) => retries(failures, error),
    retryDelay: (failures, error) =>
      (error instanceof ProblemError ? error.problem.retryAfterMs : null) ?? Math.min(1_000 * 2 ** failures, 30_000),
  });
  const held = result.data?.revision ?? null;
  const behind = enabled && revision !== null && held !== null && held < revision && !result.isFetching && !result.isPlaceholderData;
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    if (behind) void client.invalidateQueries({ queryKey: JSON.parse(key) as QueryKey, exact: true });
  }, [behind, client, key]);
  return result;
}

function retries(failures: number, error: Error): boolean {
  if (!(error instanceof ProblemError)) return failures < 3;
  const { status } = error.problem;
  // 409 ends by itself, 0 and 502 when the server or cluster is back; a wrong question stays wrong.
  return status === 409 || status === 0 || status === 502 || (status >= 500 && failures < 3);
}
