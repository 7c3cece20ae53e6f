"use client";

import { parseAsString, parseAsStringLiteral } from "nuqs";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useFilter } from "@/components/filter/use-filter";
import { useCluster } from "@/components/live/cluster";
import { useNow } from "@/components/live/clock";
import { useFindingChanges } from "@/components/live/finding-changes";
import { freshnessOf } from "@/components/live/freshness";
import { useLive } from "@/components/live/live-state";
import { QueryProblem, useFirstAnswerState } from "@/components/live/query-state";
import { useFindings, useMap, useRemedies, type Initial } from "@/components/live/queries";
import { useTicket } from "@/components/shell/keyboard";
import { BadParams, useUrlState } from "@/components/shell/url-state";
import { Button } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { FindingsAnswer } from "@/lib/client/api";
import { matchFinding } from "@/lib/core";
import type { RuleText } from "@/lib/wire/rule-text";
import { beganWindows, beganWithin } from "./began";
import { ChangesList } from "./changes-list";
import { describeTicket } from "./describe-ticket";
import { FindingDetail } from "./finding-detail";
import { FindingList } from "./finding-list";
import { FindingsBar } from "./findings-bar";
import { groupNotEvaluated } from "@/lib/wire/not-evaluated";
import { groupFindings, walkOrder } from "./group-findings";
import { squaresMax } from "./node-strip";
import { NoFinding } from "./no-finding";
import { chooseRemedy } from "./remedies/remedy-id";
import { FindingsSkeleton } from "./skeleton";
import { useExport } from "./use-export";
import { useFindingKeys } from "./use-finding-keys";

const parsers = { q: parseAsString.withDefault(""), f: parseAsString, r: parseAsString, began: parseAsStringLiteral(beganWindows) };
const writtenMax = 200;

type FindingsViewProps = { readonly findings: Initial<FindingsAnswer>; readonly rules: readonly RuleText[] };

/** The findings of one cluster, and one of them in full. */
export function FindingsView({ findings: initial, rules }: FindingsViewProps) {
  const words = useWords();
  const { name, cluster } = useCluster();
  const live = useLive();
  const nowMs = useNow();
  const [state, setState, bad] = useUrlState(parsers);
  const query = useFindings(name, initial);
  const firstState = useFirstAnswerState(query);
  const { filter, error } = useFilter(state.q);
  const save = useExport(name, rules);
  const [most, setMost] = useState(writtenMax);
  const { changes } = useFindingChanges();
  const answer = query.data;
  const { began } = state;
  const shown = useMemo(
    () =>
      (answer?.findings ?? []).filter(
        (finding) => matchFinding(filter, finding, name) && (began === null || beganWithin(finding, began, nowMs)),
      ),
    [answer?.findings, filter, name, began, nowMs],
  );
  const groups = useMemo(() => groupFindings(shown), [shown]);
  const unjudged = useMemo(() => groupNotEvaluated(answer?.notEvaluated ?? []), [answer?.notEvaluated]);
  const walk = walkOrder(groups);
  const asked = state.f === null ? undefined : answer?.findings.find(({ fingerprint }) => fingerprint === state.f);
  const current = asked ?? walk[0];
  const nodeCount = cluster?.counts.nodes ?? null;
  // The map of a port that nobody claims tells the nodes alone.
  const map = useMap(name, "", "1", null, nodeCount !== null && nodeCount <= squaresMax).data;
  const nodeNames = useMemo(() => map?.nodes.map((node) => node.name) ?? null, [map?.nodes]);
  const open = useCallback(
    (fingerprint: string | null): void => void setState({ f: fingerprint, r: null }, { history: "push" }),
    [setState],
  );
  const params = useMemo(() => ({ q: state.q, began }), [state.q, began]);
  const fresh = useMemo(
    () => new Set(changes.filter(({ kind }) => kind === "raised").map(({ finding }) => finding.fingerprint)),
    [changes],
  );
  const remedies = useRemedies(name, current?.fingerprint ?? null);
  const openRemedy = chooseRemedy(remedies.data?.remedies ?? [], state.r);
  const onRemedy = (id: string): void => void setState({ f: current?.fingerprint ?? null, r: id });
  const ticket = (): string =>
    current === undefined || answer === undefined ? window.location.href : describeTicket(current, answer, window.location.href);
  useFindingKeys({ walk, current, onOpen: open, remedies: remedies.data?.remedies ?? [], openRemedy, onRemedy });
  useTicket(current === undefined ? null : ticket);
  // The worst finding stands open unasked: whoever has scrolled on meanwhile stays where they are.
  const fingerprint = asked?.fingerprint;
  useEffect(() => {
    if (fingerprint !== undefined)
      document.querySelector(`[data-finding="${CSS.escape(fingerprint)}"]`)?.scrollIntoView({ block: "nearest" });
  }, [fingerprint]);

  if (answer === undefined) return firstState ?? <FindingsSkeleton />;
  const freshness = freshnessOf(live, cluster).kind;
  const complete = unjudged.length === 0 && (freshness === "live" || freshness === "snapshot");
  // The list is written as far as the keys have walked.
  const reached = walk.findIndex((each) => each === current) + 1;
  return (
    <>
      <h1 className="sr-only">{words.findings.title}</h1>
      <FindingsBar
        filter={state.q}
        error={error}
        began={began}
        findings={answer.findings}
        shown={shown}
        hiddenOnPhone={asked !== undefined}
        onFilter={(q) => void setState({ q })}
        onBegan={(window) => void setState({ began: window })}
        onExport={(format) => save({ ...answer, findings: shown }, format)}
      />
      <BadParams params={bad} />
      <QueryProblem query={query} />
      {state.f !== null && asked === undefined && (
        <p role="status" className="flex-none border-b border-line bg-warning-soft px-16 py-4 text-12 text-warning phone:px-12">
          {unjudged.length > 0 ? words.findings.unjudgedFinding(state.f) : words.findings.unknownFinding(state.f)}
        </p>
      )}
      {answer.findings.length === 0 && unjudged.length === 0 ? (
        <NoFinding answer={answer} rules={rules.length} />
      ) : (
        <div className="grid min-h-0 flex-1 grid-cols-[424px_minmax(0,1fr)] narrow:grid-cols-[340px_minmax(0,1fr)] phone:grid-cols-1 print:block">
          <div
            className={classes(
              "overflow-auto border-r border-line bg-surface phone:border-0 print:border-0",
              asked !== undefined && "phone:hidden print:hidden",
            )}
          >
            <ChangesList present={new Set(answer.findings.map((each) => each.fingerprint))} onOpen={open} />
            {walk.length === 0 && (
              <p className="border-b border-line px-16 py-16 text-ink-2">
                {answer.findings.length === 0 ? words.findings.noneKnown : words.findings.noMatch}{" "}
                {answer.findings.length > 0 && (
                  <Button size="small" onPress={() => void setState({ q: null, began: null })}>
                    {words.filter.clear}
                  </Button>
                )}
              </p>
            )}
            <FindingList
              groups={groups}
              unjudged={unjudged}
              current={current?.fingerprint ?? null}
              most={Math.max(most, Math.ceil(reached / writtenMax) * writtenMax)}
              onMore={() => setMost((count) => count + writtenMax)}
              onOpen={open}
              nodeCount={nodeCount}
              nodeNames={nodeNames}
              params={params}
              fresh={fresh}
            />
          </div>
          <div className={classes("overflow-auto bg-bg", asked === undefined && "phone:hidden")}>
            {current !== undefined && (
              <FindingDetail
                finding={current}
                rule={rules.find(({ id }) => id === current.rule)}
                envelope={answer}
                complete={complete}
                nodeCount={nodeCount}
                remedies={remedies}
                openRemedy={openRemedy}
                asked={state.r}
                onRemedy={onRemedy}
                ticket={ticket}
                onBack={() => open(null)}
              />
            )}
          </div>
        </div>
      )}
    </>
  );
}
