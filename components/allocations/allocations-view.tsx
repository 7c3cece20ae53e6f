"use client";

import { useMemo, type ReactNode } from "react";
import { useFilter } from "@/components/filter/use-filter";
import { useCluster } from "@/components/live/cluster";
import { QueryProblem, useFirstAnswerState } from "@/components/live/query-state";
import { useAllocations, useFindings, type Initial } from "@/components/live/queries";
import { BadParams, useUrlState } from "@/components/shell/url-state";
import { NothingClaimed } from "@/components/snapshots/nothing-claimed";
import { Button } from "@/components/ui/button";
import { usePhone } from "@/components/ui/use-phone";
import { useWords } from "@/components/words/words";
import type { AllocationsAnswer, FindingsAnswer } from "@/lib/client/api";
import { AllocationsBar } from "./bar";
import type { AllocationRow } from "./build-view";
import { columnsOf } from "./columns";
import { filterRows } from "./filter-rows";
import { AllocationsFooter } from "./footer";
import { PhoneList } from "./phone-list";
import { AllocationsSkeleton } from "./skeleton";
import { AllocationTable } from "./table";
import { allocationParams } from "./url-params";
import { useExport } from "./use-export";
import { useTableKeys } from "./use-table-keys";

type AllocationsViewProps = { readonly allocations: Initial<AllocationsAnswer>; readonly findings: Initial<FindingsAnswer> };

/** The allocation table of one cluster: filtered, grouped and exported in the browser from the rows that the stream keeps true. */
export function AllocationsView({ allocations: initialAllocations, findings: initialFindings }: AllocationsViewProps) {
  const words = useWords();
  const { name, cluster } = useCluster();
  const [state, setState, bad] = useUrlState(allocationParams);
  const allocations = useAllocations(name, initialAllocations);
  const findingsQuery = useFindings(name, initialFindings);
  const firstState = useFirstAnswerState(allocations);
  const { filter, error } = useFilter(state.q);
  const columns = columnsOf(state.cols);
  const findings = useMemo(
    () => new Map((findingsQuery.data?.findings ?? []).map((each) => [each.fingerprint, each])),
    [findingsQuery.data?.findings],
  );
  const all = allocations.data?.allocations;
  // A number is not free because the Services that may hold it could not be read.
  const showFree = state.free === "shown" && !(allocations.data?.unknown ?? []).some(({ kind }) => kind === "services");
  const rows = useMemo(
    () => (all === undefined ? [] : filterRows({ all, findings, filter, name, cluster, groupBy: state.group, sort: state.sort, showFree })),
    [all, findings, filter, name, cluster, state.group, state.sort, showFree],
  );
  const shown = useMemo(() => rows.filter((row): row is AllocationRow => row.type === "allocation"), [rows]);
  const doExport = useExport(
    name,
    shown,
    columns.flatMap(({ csv }) => csv),
    findings,
  );
  const cursor = useTableKeys({
    rows: shown,
    columns: state.cols,
    sort: state.sort,
    onColumns: (cols) => void setState({ cols }),
    onExport: () => doExport("csv"),
  });
  const phone = usePhone();

  const empty: ReactNode = (
    <>
      {words.allocations.noMatch}{" "}
      <Button size="small" onPress={() => void setState({ q: null })}>
        {words.filter.clear}
      </Button>
    </>
  );
  return (
    <>
      <h1 className="sr-only">{words.allocations.title}</h1>
      <AllocationsBar
        filter={state.q}
        filterError={error}
        onFilter={(q) => void setState({ q })}
        groupBy={state.group}
        onGroupBy={(group) => void setState({ group, sort: null })}
        free={state.free === "shown"}
        onFree={(free) => void setState({ free: free ? "shown" : "hidden" })}
        shown={state.cols}
        onShown={(cols) => void setState({ cols: [...cols] })}
        onCsv={(which) => doExport(which === "all" ? "csvAll" : "csv")}
        onJson={() => doExport("json")}
      />
      <BadParams params={bad} />
      <QueryProblem query={allocations} />
      {firstState ?? (all === undefined ? <AllocationsSkeleton columns={columns} /> : null)}
      {all?.length === 0 && <NothingClaimed />}
      {all !== undefined && all.length > 0 && (
        <>
          {phone !== true && (
            <div className="flex min-h-0 flex-1 flex-col phone:hidden">
              <AllocationTable
                rows={rows}
                columns={columns}
                sort={state.sort}
                onSort={(sort) => void setState({ sort })}
                cursor={cursor.at}
                selected={cursor.selected}
                onCursor={cursor.moveTo}
                nodeCount={cluster?.counts.nodes ?? null}
                empty={empty}
              />
            </div>
          )}
          {phone !== false && (
            <div className="hidden min-h-0 flex-1 flex-col phone:flex">
              <PhoneList rows={rows} empty={empty} />
            </div>
          )}
          <AllocationsFooter
            shown={shown.length}
            all={all.length}
            free={rows.filter(({ type }) => type === "free").length}
            nodes={cluster?.counts.nodes ?? null}
            selected={cursor.selected.size}
          />
        </>
      )}
    </>
  );
}
