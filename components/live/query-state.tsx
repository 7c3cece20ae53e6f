"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { StateView } from "@/components/ui/state-view";
import type { Words } from "@/components/words/en";
import { useWords } from "@/components/words/words";
import { ProblemError } from "@/lib/client/api";
import { formatCount } from "@/lib/client/format";
import { useCluster } from "./cluster";
import { useLive } from "./live-state";

type Failing = Pick<UseQueryResult, "error" | "failureReason" | "refetch" | "data">;

/** Under the bar: an answer could not be renewed. What was shown stays. */
export function QueryProblem({ query }: { readonly query: Failing }) {
  const words = useWords();
  const problem = query.error ?? query.failureReason;
  if (problem === null || query.data === undefined || isSyncing(problem)) return null;
  return (
    <p
      role="status"
      className="flex flex-none items-center gap-8 border-b border-line bg-warning-soft px-16 py-4 text-12 text-warning phone:px-12"
    >
      {describeFailure(problem, words.say)} {words.state.keepsData}
      <Button size="small" tone="ghost" onPress={() => void query.refetch()}>
        {words.state.retry}
      </Button>
    </p>
  );
}

/**
 * What stands in a view whose first answer is not there yet: nothing is being read, the cluster is being read, or it failed.
 *
 * Returns: null while an answer is on its way; the view then shows its own frame with grey bars.
 */
export function useFirstAnswerState(query: Failing) {
  const words = useWords();
  const { hasCluster } = useCluster();
  const { staleness } = useLive();
  const problem = query.error ?? query.failureReason;
  if (query.data !== undefined) return null;
  if (!hasCluster) return <StateView title={words.state.noCluster}>{words.state.lookElsewhere}</StateView>;
  if (problem === null) return null;
  if (isSyncing(problem)) {
    const counts = Object.entries(staleness ?? {}).filter(([, status]) => status.count > 0);
    return (
      <StateView title={words.freshness.syncing}>
        {counts.length === 0
          ? describeFailure(problem, words.say)
          : counts.map(([kind, { count, expected }]) => (
              <p key={kind}>
                {kind}{" "}
                {expected !== null && expected > count
                  ? words.freshness.ofAbout(formatCount(count), formatCount(expected))
                  : formatCount(count)}
              </p>
            ))}
      </StateView>
    );
  }
  const { title, detail } =
    problem instanceof ProblemError ? words.say.problem(problem.problem) : { title: words.state.failed, detail: problem.message };
  return (
    <StateView title={title}>
      <p>{detail}</p>
      <div className="mt-12">
        <Button onPress={() => void query.refetch()}>{words.state.retry}</Button>
      </div>
    </StateView>
  );
}

function isSyncing(problem: Error): boolean {
  return problem instanceof ProblemError && problem.problem.status === 409;
}

/** What went wrong with a question, in the language of the page. */
export function describeFailure(problem: Error, say: Words["say"]): string {
  if (!(problem instanceof ProblemError)) return problem.message;
  const { title, detail } = say.problem(problem.problem);
  return `${title}: ${detail}`;
}
