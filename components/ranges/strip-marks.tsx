import { useWords } from "@/components/words/words";
import type { WireRanges } from "@/lib/wire/range-schemas";
import { isReserved, squaresPath, type StripLayout } from "./strip-layout";

/** Who sits where: a mark for each number in use or reserved, and the names in the right margin. */
export function StripMarks({ layout, ranges }: { readonly layout: StripLayout; readonly ranges: WireRanges }) {
  const { nodePorts, numbers, reservations } = ranges;
  if (nodePorts === null) return null;
  const { range } = nodePorts;
  const inRange = (port: number): boolean => port >= range.first && port <= range.last;
  const shown = numbers.filter(({ port }) => inRange(port));
  const of = (keep: (each: (typeof shown)[number]) => boolean): readonly number[] => shown.filter(keep).map(({ port }) => port);
  const loud = of(({ severity }) => severity === "critical");
  const warned = of(({ severity, state }) => severity === "warning" && state === "taken");
  const { side } = layout;
  const reserved = [...new Set(reservations.map(({ port }) => port))].filter((port) => inRange(port) && isReserved(ranges, port));
  return (
    <>
      <path
        d={squaresPath(
          layout,
          of(({ state, severity }) => state === "taken" && severity !== "critical"),
        )}
        fill="var(--o-local)"
      />
      <path d={squaresPath(layout, warned, 0.5)} fill="none" stroke="var(--warning)" strokeWidth="2" />
      <path d={squaresPath(layout, loud, 1)} fill="var(--critical)" />
      {loud.map((port) => {
        const { x, y } = layout.place(port);
        return (
          <path
            key={port}
            d={`M${String(x + side / 2)} ${String(y + 1)}v${String(side * 0.5)}M${String(x + side / 2)} ${String(y + side - 2)}v1.4`}
            stroke="var(--on-ink)"
            strokeWidth="1.6"
          />
        );
      })}
      {of(({ state, severity }) => state === "healthCheck" && severity !== "critical").map((port) => {
        const { x, y } = layout.place(port);
        return (
          <g key={port} stroke="var(--o-listener)">
            <circle cx={x + side / 2} cy={y + side / 2} r={side / 2 - 0.8} fill="var(--surface)" strokeWidth="1.5" />
            <circle cx={x + side / 2} cy={y + side / 2} r="0.8" fill="var(--o-listener)" stroke="none" />
          </g>
        );
      })}
      {of(({ state, severity }) => state === "unknown" && severity !== "critical").map((port) => {
        const { x, y } = layout.place(port);
        const end = `M${String(x)} ${String(y + side)}l${String(side)} ${String(-side)}M${String(x)} ${String(y + side / 2)}l${String(side / 2)} ${String(-side / 2)}M${String(x + side / 2)} ${String(y + side)}l${String(side / 2)} ${String(-side / 2)}`;
        return (
          <g key={port} stroke="var(--o-unknown)" strokeWidth="1">
            <rect x={x + 0.5} y={y + 0.5} width={side - 1} height={side - 1} fill="var(--surface)" />
            <path d={end} />
          </g>
        );
      })}
      {reserved.map((port) => {
        const { x, y } = layout.place(port);
        return (
          <rect
            key={port}
            x={x + 0.8}
            y={y + 0.8}
            width={side - 1.6}
            height={side - 1.6}
            fill="none"
            stroke="var(--o-reserved)"
            strokeWidth="1.1"
            strokeDasharray="2 1.4"
          />
        );
      })}
      {layout.perRow === 100 && <Margin layout={layout} ranges={ranges} />}
    </>
  );
}

/** Names of bands beside their first row, and lone numbers that belong to none, where nothing else is written. */
function Margin({ layout, ranges }: { readonly layout: StripLayout; readonly ranges: WireRanges }) {
  const words = useWords().ranges;
  const rowOf = (port: number): number => Math.floor((port - layout.start) / layout.perRow);
  const bands = ranges.bands.filter(
    ({ kind, ports }) => kind === "nodePort" && rowOf(ports.first) >= 0 && rowOf(ports.first) < layout.rows,
  );
  const rows = [...Map.groupBy(bands, ({ ports }) => rowOf(ports.first))];
  const covered = new Set(
    bands.flatMap(({ ports }) =>
      Array.from({ length: rowOf(ports.last) - rowOf(ports.first) + 1 }, (_, step) => rowOf(ports.first) + step),
    ),
  );
  const lone = ranges.numbers.filter(({ port }) => {
    const row = rowOf(port);
    return row >= 0 && row < layout.rows && !covered.has(row) && !covered.has(row - 1) && !covered.has(row + 1);
  });
  const byRow = [...Map.groupBy(lone, ({ port }) => rowOf(port))].filter(
    ([row], place, all) => place === 0 || row - (all[place - 1]?.[0] ?? -9) > 1,
  );
  const x = layout.place(layout.start + layout.perRow - 1).x + layout.pitch + 10;
  const yOf = (row: number): number => layout.place(layout.start + row * layout.perRow).y + layout.side / 2 + 4;
  return (
    <g className="text-[11px]">
      {rows.map(([row, members]) => (
        <text key={row} x={x} y={yOf(row)} className="fill-ink font-semibold">
          {members.map(({ name }) => name).join(", ")}
        </text>
      ))}
      {byRow.map(([row, [first]]) => (
        <text key={row} x={x} y={yOf(row)} className="fill-ink-3">
          {first === undefined ? "" : `${String(first.port)} ${first.state === "healthCheck" ? words.health : words.noBand}`}
        </text>
      ))}
    </g>
  );
}
