"use client";

import { useRouter } from "next/navigation";
import { parseAsBoolean, parseAsInteger, parseAsString, parseAsStringLiteral } from "nuqs";
import { useMemo } from "react";
import { FilterInput } from "@/components/filter/filter-input";
import { useFilter } from "@/components/filter/use-filter";
import { Glyph } from "@/components/glyphs/glyph";
import { useCluster } from "@/components/live/cluster";
import { useFindings, useMap, type Initial } from "@/components/live/queries";
import { QueryProblem, useFirstAnswerState } from "@/components/live/query-state";
import { useHref } from "@/components/live/use-href";
import { useShortcuts } from "@/components/shell/keyboard";
import { BadParams, useUrlState } from "@/components/shell/url-state";
import { Button, LinkButton } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";
import { ChoiceMenu } from "@/components/ui/menu";
import { NothingClaimed } from "@/components/snapshots/nothing-claimed";
import { useWords } from "@/components/words/words";
import type { FindingsAnswer, MapAnswer } from "@/lib/client/api";
import { formatAddress, formatCount } from "@/lib/client/format";
import type { WireFinding, WirePortMap } from "@/lib/wire/schemas";
import { traceOf } from "../findings/trace-of";
import { WayOutLink } from "../findings/way-out-link";
import { buildChart, cellOfRow, type Chart } from "./build-chart";
import { ColumnCard, NodeCard, TraceCard } from "./cards";
import { ChartCanvas } from "./chart-canvas";
import { wordOfGlyph } from "./describe-cell";
import { glyphOfCell } from "./glyph-of-cell";
import type { Selection } from "./chart-layout";
import { moveSelection } from "./move-selection";
import { narrowMap } from "./narrow-map";
import { firstNode, readCell } from "./read-cell";
import { CellInspector, MapFindings } from "./map-panel";

const rowGroupings = ["pool", "zone", "none"] as const;
const columnGroupings = ["band", "number", "namespace"] as const;
/** What of the selected cell stands beside the map instead of who answers in it. */
const cards = ["trace", "column", "node"] as const;
const zoomMin = 3;
const zoomMax = 36;
const zoomUsual = 28;

const parsers = {
  from: parseAsString.withDefault(""),
  rows: parseAsStringLiteral(rowGroupings).withDefault("pool"),
  cols: parseAsStringLiteral(columnGroupings).withDefault("band"),
  zoom: parseAsInteger.withDefault(zoomUsual),
  fold: parseAsString.withDefault(""),
  quiet: parseAsBoolean.withDefault(false),
  cell: parseAsString,
  card: parseAsStringLiteral(cards),
  q: parseAsString.withDefault(""),
};

/** The node and port map of one cluster. */
export function MapView({
  map: initialMap,
  findings: initialFindings,
}: {
  readonly map: Initial<MapAnswer>;
  readonly findings: Initial<FindingsAnswer>;
}) {
  const words = useWords();
  const router = useRouter();
  const href = useHref();
  const { name, cluster } = useCluster();
  const [state, setState, bad] = useUrlState(parsers);
  const mapQuery = useMap(name, state.from, "", initialMap);
  const findingsQuery = useFindings(name, initialFindings);
  const firstState = useFirstAnswerState(mapQuery);
  const { filter, error } = useFilter(state.q);
  const zoom = Math.max(zoomMin, Math.min(zoomMax, state.zoom));
  const folded = useMemo(() => new Set(state.fold.split(",").filter((each) => each !== "")), [state.fold]);
  const bands = useMemo(
    () => new Map((cluster?.bands ?? []).map(({ name: band, first, last }) => [band, { first, last }])),
    [cluster?.bands],
  );
  const findings = useMemo(
    () => (findingsQuery.data?.findings ?? []).filter(({ acknowledged }) => acknowledged === null),
    [findingsQuery.data?.findings],
  );
  const narrowed = useMemo(
    () =>
      mapQuery.data === undefined
        ? undefined
        : narrowMap(mapQuery.data, filter, { cluster: name, evaluation: { findings: findingsQuery.data?.findings ?? [] } }),
    [mapQuery.data, filter, name, findingsQuery.data?.findings],
  );
  const shownMap = narrowed?.map;
  const chart = useMemo(
    () =>
      narrowed === undefined
        ? undefined
        : buildChart(narrowed.map, findings, {
            rows: state.rows,
            columns: state.cols,
            folded,
            foldQuiet: state.quiet,
            bands,
            words: words.map,
            keepsNode: narrowed.keepsNode,
          }),
    [narrowed, findings, state.rows, state.cols, folded, state.quiet, bands, words.map],
  );

  const selected = chart === undefined || shownMap === undefined ? null : readCell(state.cell, chart, shownMap);
  const choose = (next: Selection): void => {
    const column = chart?.columns[next.column]?.column;
    if (column !== undefined)
      void setState({ cell: `${next.node}:${String(column.port)}${column.protocol === "TCP" ? "" : `/${column.protocol.toLowerCase()}`}` });
  };
  const openTrace = (at: Selection): void => {
    const column = chart?.columns[at.column]?.column;
    const address = shownMap?.nodes.find((node) => node.name === at.node)?.addresses[0];
    if (column !== undefined && address !== undefined)
      router.push(
        href("/trace", { to: formatAddress(address, column.port, column.protocol), from: state.from === "" ? null : state.from }),
      );
  };
  const show = (finding: WireFinding): void => {
    const [port] = finding.ports;
    const column = chart?.columns.findIndex((each) => each.column.port === port?.port && each.column.protocol === port.protocol) ?? -1;
    const node = finding.nodes[0] ?? (chart === undefined ? undefined : firstNode(chart));
    if (column >= 0 && node !== undefined) choose({ node, column });
  };
  const setZoom = (next: number): void => void setState({ zoom: Math.max(zoomMin, Math.min(zoomMax, next)) });
  const fold = (group: string): void => {
    const next = new Set((chart?.rows ?? []).flatMap((row) => (row.kind === "group" && row.folded ? [row.name] : [])));
    if (!next.delete(group)) next.add(group);
    void setState({ fold: [...next].join(","), quiet: false });
  };
  const selectedRow = selected === null ? undefined : chart?.rows[chart.rowOf(selected.node)];
  const open = (at: Selection): void => {
    const row = chart?.rows[chart.rowOf(at.node)];
    if (row?.kind === "group") fold(row.name);
    else openTrace(at);
  };
  const selectedPort = selected === null ? undefined : chart?.columns[selected.column]?.column;
  const current = findings.find((finding) =>
    finding.ports.some((port) => port.port === selectedPort?.port && port.protocol === selectedPort.protocol),
  );
  const step = (by: 1 | -1): void => {
    const place = current === undefined ? (by === 1 ? -1 : 0) : findings.indexOf(current);
    const next = findings[(place + by + findings.length) % Math.max(1, findings.length)];
    if (next !== undefined) show(next);
  };
  const move = (key: string): void => {
    const next = chart === undefined ? null : moveSelection(chart, selected, key);
    if (next !== null) choose(next);
  };
  const toggleCard = (card: (typeof cards)[number]): void => void setState({ card: state.card === card ? null : card });
  const onSelected = (act: (at: Selection) => void): void => {
    if (selected === null) return;
    if (selectedRow?.kind === "group") fold(selectedRow.name);
    else act(selected);
  };
  useShortcuts("view", [
    { keys: "ArrowLeft", label: words.map.keys.left, run: () => move("ArrowLeft") },
    { keys: "ArrowRight", label: words.map.keys.right, run: () => move("ArrowRight") },
    { keys: "ArrowUp", label: words.map.keys.up, run: () => move("ArrowUp") },
    { keys: "ArrowDown", label: words.map.keys.down, run: () => move("ArrowDown") },
    { keys: "Enter", label: words.map.keys.beside, run: () => onSelected(() => toggleCard("trace")) },
    { keys: "f", label: words.map.keys.next, run: () => step(1) },
    { keys: "]", label: words.map.keys.next, run: () => step(1) },
    { keys: "Shift+F", label: words.map.keys.previous, run: () => step(-1) },
    { keys: "[", label: words.map.keys.previous, run: () => step(-1) },
    { keys: "+", label: words.map.keys.zoomIn, run: () => setZoom(zoom + 2) },
    { keys: "-", label: words.map.keys.zoomOut, run: () => setZoom(zoom - 2) },
    { keys: "0", label: words.map.keys.fit, run: () => setZoom(fit(chart)) },
    { keys: "o", label: words.map.keys.trace, run: () => onSelected(openTrace) },
    { keys: "c", label: words.map.keys.column, run: () => toggleCard("column") },
    { keys: "n", label: words.map.keys.node, run: () => toggleCard("node") },
    {
      keys: "z",
      label: words.map.keys.fold,
      run: () => {
        const row = selectedRow ?? chart?.rows[0];
        if (row !== undefined) fold(row.kind === "node" ? row.group : row.name);
      },
    },
  ]);

  if (chart === undefined || shownMap === undefined || mapQuery.data === undefined)
    return (
      <>
        {firstState ?? <div role="status" aria-busy="true" aria-label={words.state.loading} className="min-h-0 flex-1 bg-surface" />}
        {/* A link may name a client that is gone: there is a way on. */}
        {firstState !== null && state.from !== "" && (
          <p className="flex flex-none justify-center bg-surface pb-24">
            <Button onPress={() => void setState({ from: "" })}>
              {words.map.from}: {words.map.outside}
            </Button>
          </p>
        )}
      </>
    );
  const headline = findings.find(({ severity }) => severity !== "info");
  const selectedColumn = selected === null ? undefined : chart.columns[selected.column];
  const selectedCell =
    selectedRow === undefined || selectedColumn === undefined ? undefined : cellOfRow(chart, selectedRow, selectedColumn.place);
  const address = selectedRow?.kind === "node" ? selectedRow.node.addresses[0] : undefined;
  const flagged = chart.columns.findIndex(
    ({ worst, column }) =>
      worst === "critical" && headline?.ports.some((port) => port.port === column.port && port.protocol === column.protocol) === true,
  );
  return (
    <>
      <h1 className="sr-only">{words.map.title}</h1>
      {headline !== undefined && <Headline finding={headline} />}
      <div className="flex min-h-42 flex-none items-center gap-6 border-b border-line bg-surface px-16 whitespace-nowrap scarce:flex-wrap scarce:gap-y-4 scarce:py-5 phone:hidden">
        <FilterInput
          placeholder="node:gpu-0* port:30000-30100"
          value={state.q}
          onChange={(q) => void setState({ q })}
          error={error}
          className="max-w-280 min-w-140"
        />
        <PositionMenu map={mapQuery.data} value={state.from} onChange={(from) => void setState({ from })} />
        <ChoiceMenu
          label={words.map.rows}
          value={state.rows}
          onChange={(rows) => void setState({ rows: rowGroupings.find((each) => each === rows) ?? null })}
          options={rowGroupings.map((value) => ({ value, label: words.map.rowsBy[value], text: words.map.rowsBy[value] }))}
        />
        <ChoiceMenu
          label={words.map.columns}
          value={state.cols}
          onChange={(cols) => void setState({ cols: columnGroupings.find((each) => each === cols) ?? null })}
          options={columnGroupings.map((value) => ({ value, label: words.map.columnsBy[value], text: words.map.columnsBy[value] }))}
        />
        <Button tone="ghost" onPress={() => void setState({ quiet: !state.quiet })}>
          {state.quiet ? words.map.unfoldQuiet : words.map.foldQuiet}
        </Button>
        <span className="min-w-0 flex-1" />
        <span className="text-ink-3 narrow:hidden">
          {words.map.size(formatCount(shownMap.nodes.length), formatCount(shownMap.columns.length))}
        </span>
        <div className="flex items-center gap-6">
          <Button tone="ghost" size="small" aria-label={words.map.zoomOut} onPress={() => setZoom(zoom - 2)}>
            −
          </Button>
          <span className="w-42 text-center font-mono text-12">{zoom} px</span>
          <Button tone="ghost" size="small" aria-label={words.map.zoomIn} onPress={() => setZoom(zoom + 2)}>
            +
          </Button>
          <Button tone="ghost" size="small" onPress={() => setZoom(fit(chart))}>
            {words.map.fit}
          </Button>
        </div>
        <CopyButton size="small" text={() => window.location.href} said={words.shell.linkCopied} failed={words.shell.copyFailed}>
          {words.shell.copyLink}
        </CopyButton>
      </div>
      <BadParams params={bad} />
      <QueryProblem query={mapQuery} />
      {mapQuery.data.columns.length === 0 ? (
        <NothingClaimed />
      ) : (
        <div className="flex min-h-0 flex-1 scarce:flex-col scarce:overflow-auto">
          <div className="flex min-h-0 min-w-0 flex-1 flex-col scarce:h-478 scarce:flex-none">
            <ChartCanvas
              chart={chart}
              zoom={zoom}
              selected={selected}
              flagged={flagged >= 0 ? flagged : null}
              onSelect={choose}
              onOpen={open}
              onFold={fold}
              onZoom={setZoom}
            />
            <Legend map={shownMap} />
          </div>
          <aside className="flex w-364 flex-none flex-col border-l border-line bg-surface narrow:w-280 scarce:w-full scarce:border-t scarce:border-l-0">
            <MapFindings
              findings={findings}
              current={current?.fingerprint ?? null}
              onShow={show}
              notEvaluated={findingsQuery.data?.notEvaluated ?? []}
            />
            {selectedRow === undefined || selectedColumn === undefined || selectedCell === undefined ? (
              <p className="flex-none border-t border-line px-12 py-12 text-12 text-ink-3 phone:hidden">{words.map.select}</p>
            ) : state.card === "column" ? (
              <ColumnCard chart={chart} map={shownMap} findings={findings} column={selectedColumn} />
            ) : state.card === "node" && selectedRow.kind === "node" ? (
              <NodeCard chart={chart} map={shownMap} findings={findings} node={selectedRow.node} />
            ) : state.card === "trace" && address !== undefined ? (
              <TraceCard key={address} address={address} column={selectedColumn} from={state.from} />
            ) : (
              <CellInspector row={selectedRow} column={selectedColumn} cell={selectedCell} onUnfold={fold} />
            )}
          </aside>
        </div>
      )}
    </>
  );
}

function Headline({ finding }: { readonly finding: WireFinding }) {
  const words = useWords();
  const { title, summary } = words.say.finding(finding);
  const href = useHref();
  const trace = traceOf(finding);
  return (
    <section
      aria-label={title}
      className={classes(
        "flex min-h-46 flex-none items-center gap-10 border-b border-l-3 px-16 phone:flex-wrap phone:px-12 phone:py-8",
        finding.severity === "critical"
          ? "border-b-critical-line border-l-critical bg-critical-soft"
          : "border-b-line border-l-warning bg-warning-soft",
      )}
    >
      <Glyph name={finding.severity} size={14} label={words.severity[finding.severity]} />
      <strong className="text-15 font-head whitespace-nowrap phone:whitespace-normal">{title}</strong>
      <span className="min-w-0 flex-1 truncate text-ink-2 phone:basis-full phone:whitespace-normal">{summary}</span>
      {trace !== null && (
        <LinkButton tone="primary" size="small" className="phone:h-40 phone:flex-1" href={href("/trace", trace)}>
          {words.map.openTrace}
        </LinkButton>
      )}
      <WayOutLink finding={finding} className="phone:h-40 phone:flex-1" />
    </section>
  );
}

/** Where the client is: outside, or on one of the nodes; a pod comes by the address. */
function PositionMenu({
  map,
  value,
  onChange,
}: {
  readonly map: WirePortMap;
  readonly value: string;
  readonly onChange: (from: string) => void;
}) {
  const words = useWords();
  const nodes = map.nodes.slice(0, 200).map((node) => ({ value: `node/${node.name}`, label: words.map.node(node.name), text: node.name }));
  const outside = { value: "", label: words.map.outside, text: words.map.outside };
  const own = value === "" || nodes.some((node) => node.value === value) ? [] : [{ value, label: value, text: value }];
  return <ChoiceMenu label={words.map.from} value={value} onChange={onChange} options={[outside, ...own, ...nodes]} />;
}

const legendOrder = [
  "local",
  "remote",
  "mixed",
  "rejected",
  "dropped",
  "listener",
  "hostPort",
  "contested",
  "unknown",
  "elsewhere",
  "reserved",
  "closed",
] as const;

/** Only the shapes that are on the map. */
function Legend({ map }: { readonly map: WirePortMap }) {
  const words = useWords();
  const present = new Set(map.cells.map(glyphOfCell));
  const glyphs = legendOrder.filter((glyph) => present.has(glyph));
  return (
    <ul
      aria-label={words.map.legend}
      className="flex min-h-32 flex-none flex-wrap items-center gap-x-12 gap-y-4 border-t border-line bg-surface px-16 py-6 text-12 text-ink-2 phone:px-12"
    >
      {glyphs.map((glyph) => (
        <li key={glyph} className="flex items-center gap-6 whitespace-nowrap">
          <Glyph name={glyph} />
          {wordOfGlyph(glyph, words)}
        </li>
      ))}
    </ul>
  );
}

/** The zoom at which every column fits into the usual window. */
function fit(chart: Chart | undefined): number {
  const columns = chart?.columns.length ?? 0;
  const width = typeof window === "undefined" ? 1440 : window.innerWidth;
  return columns === 0
    ? zoomUsual
    : Math.max(zoomMin, Math.min(zoomMax, Math.floor((width - 364 - 220 - (chart?.groups.length ?? 0) * 12) / columns)));
}
