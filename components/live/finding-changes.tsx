"use client";

import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import type { FindingsAnswer } from "@/lib/client/api";
import { compareAnswers, type FindingChange } from "./compare-findings";
import { useCluster } from "./cluster";
import { queryKeys } from "./queries";

const keptMax = 200;
const [findingsKey] = queryKeys.findings("");

/** `sinceMs`: when the first answer about the cluster came to this tab; null until then. Newest change first. */
type FindingChanges = { readonly sinceMs: number | null; readonly changes: readonly FindingChange[] };

const none: FindingChanges = { sinceMs: null, changes: [] };
const ChangesContext = createContext<ReadonlyMap<string, FindingChanges>>(new Map());

/** Remembers what changed among the findings while this tab is open, whichever view is shown. */
export function FindingChangesProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const [byCluster, setByCluster] = useState<ReadonlyMap<string, FindingChanges>>(new Map());
  useEffect(() => {
    const held = new Map<string, FindingsAnswer>();
    const note = (cluster: string, atMs: number, changes: readonly FindingChange[]): void => {
      setByCluster((all) => {
        const known = all.get(cluster) ?? { sinceMs: atMs, changes: [] };
        return new Map(all).set(cluster, { ...known, changes: [...changes, ...known.changes].slice(0, keptMax) });
      });
    };
    const look = (answer: FindingsAnswer, isPatched: boolean): void => {
      const { cluster, findings } = answer;
      const before = held.get(cluster);
      const atMs = Date.now();
      const changes = before === undefined ? [] : compareAnswers(before, answer, atMs);
      // A delta does not say whether a finding is over or can no longer be judged: it counts as there until a whole answer tells.
      const undecided = isPatched ? changes.filter(({ kind }) => isEnd(kind)) : [];
      held.set(cluster, { ...answer, findings: [...findings, ...undecided.map(({ finding }) => finding)] });
      const decided = changes.filter((change) => !undecided.includes(change));
      if (before === undefined || decided.length > 0) note(cluster, atMs, decided);
      if (undecided.length > 0) void client.invalidateQueries({ queryKey: queryKeys.findings(cluster) });
    };
    const answerOf = (query: { readonly queryKey: unknown; readonly state: { readonly data: unknown } }): FindingsAnswer | null =>
      Array.isArray(query.queryKey) && query.queryKey[0] === findingsKey && query.state.data !== undefined
        ? (query.state.data as FindingsAnswer)
        : null;
    const cache = client.getQueryCache();
    for (const query of cache.getAll()) {
      const answer = answerOf(query);
      if (answer !== null) look(answer, false);
    }
    return cache.subscribe((event) => {
      if (event.type !== "added" && !(event.type === "updated" && event.action.type === "success")) return;
      const answer = answerOf(event.query as Parameters<typeof answerOf>[0]);
      const isPatched = event.type === "updated" && event.action.type === "success" && event.action.manual === true;
      // The cache may speak while React renders: the state is set when it is done.
      queueMicrotask(() => {
        if (answer !== null) look(answer, isPatched);
      });
    });
  }, [client]);
  return <ChangesContext value={byCluster}>{children}</ChangesContext>;
}

/** What changed among the findings of the chosen cluster while this tab is open. */
export function useFindingChanges(): FindingChanges {
  const { name } = useCluster();
  return useContext(ChangesContext).get(name) ?? none;
}

function isEnd(kind: FindingChange["kind"]): boolean {
  return kind === "cleared" || kind === "unjudged";
}
