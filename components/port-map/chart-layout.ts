// Where rows, columns and names of the chart stand, and which cell is under a point.

import { nodeToSelect, type Chart, type ChartRow } from "./build-chart";

/** Where things stand, in CSS pixels; all derived from the zoom (pixels per cell). */
export type Layout = {
  readonly zoom: number;
  readonly left: number;
  /** Width for a node's name, left of its address; the address is left out where the window is narrow. */
  readonly nameWidth: number;
  readonly showsAddress: boolean;
  /** The domain that all node names end in: the first thing to leave out where a name does not fit. */
  readonly domain: string;
  readonly top: number;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly width: number;
  readonly height: number;
};

const leftMin = 188;
const smallLeft = 128;
const leftMax = 380;
const nameStart = 28;
// Inter at 13 px and JetBrains Mono at 11 px, on average; a longer name is shortened when it is drawn.
const nameCharacter = 7.6;
const addressCharacter = 6.7;
const groupGap = 12;
const groupRowHeight = 26;
const smallGroupRowHeight = 18;

/** Text is legible from here on. */
export const textZoom = 20;
export const glyphZoom = 8;

/** A folded group has cells of its own. */
export function rowHeight(row: ChartRow, zoom: number): number {
  if (row.kind === "node") return zoom;
  return Math.max(zoom >= glyphZoom ? groupRowHeight : smallGroupRowHeight, row.folded ? zoom : 0);
}

/** How far below the top of its row a cell begins. */
export function cellTop(row: ChartRow, zoom: number): number {
  return (rowHeight(row, zoom) - zoom) / 2;
}

/** `windowWidth`: of the chart's box, so that names leave room for cells. */
export function buildLayout(chart: Chart, zoom: number, windowWidth: number): Layout {
  const showsAddress = zoom >= textZoom && windowWidth >= 600;
  const longest = (text: (row: Extract<ChartRow, { kind: "node" }>) => string): number =>
    chart.rows.reduce((most, row) => (row.kind === "node" ? Math.max(most, text(row).length) : most), 0);
  const addressWidth = showsAddress ? longest(({ node }) => node.addresses[0] ?? "") * addressCharacter + 20 : 10;
  const groupWidth = chart.rows.reduce(
    (most, row) => (row.kind === "group" ? Math.max(most, row.name.length * nameCharacter + countWidth(row.count) + 16) : most),
    0,
  );
  const wanted = nameStart + Math.max(groupWidth, longest(({ node }) => node.name) * nameCharacter + addressWidth);
  const left =
    zoom < glyphZoom
      ? Math.round(Math.min(smallLeft, windowWidth * 0.3))
      : Math.round(windowWidth < 600 ? Math.min(wanted, windowWidth * 0.42) : Math.min(leftMax, Math.max(leftMin, wanted)));
  const nameWidth = left - nameStart - addressWidth;
  const top = zoom >= textZoom ? 178 : 84;
  const xs: number[] = [];
  let x = left + 8;
  chart.columns.forEach((column, place) => {
    if (place > 0 && chart.columns[place - 1]?.group !== column.group) x += zoom >= glyphZoom ? groupGap : 4;
    xs.push(x);
    x += zoom;
  });
  const ys: number[] = [];
  let y = top;
  for (const row of chart.rows) {
    ys.push(y);
    y += rowHeight(row, zoom);
  }
  return { zoom, left, nameWidth, showsAddress, domain: sharedDomain(chart), top, xs, ys, width: x + 120, height: y + 24 };
}

/** Inter at 11 px; a Chinese character is as wide as it is high. */
function countWidth(count: string): number {
  return Array.from(count).reduce((sum, character) => sum + (character > "\u2E7F" ? 11 : 6), 0);
}

export type Selection = { readonly node: string; readonly column: number };

/** The cell under a point of the window; null outside of the cells. */
export function cellAt(
  {
    chart,
    layout,
    scrollX,
    scrollY,
  }: { readonly chart: Chart; readonly layout: Layout; readonly scrollX: number; readonly scrollY: number },
  x: number,
  y: number,
): Selection | { readonly group: string } | null {
  const { zoom, left, top, xs, ys } = layout;
  if (y < top) return null;
  const row = chart.rows.findIndex((each, place) => {
    const from = (ys[place] ?? 0) - scrollY;
    return y >= from && y < from + rowHeight(each, zoom);
  });
  const found = chart.rows[row];
  if (found === undefined) return null;
  if (found.kind === "group" && x < left) return { group: found.name };
  const node = nodeToSelect(found);
  const column = xs.findIndex((each) => x >= each - scrollX && x < each - scrollX + zoom);
  return x < left || column < 0 || node === null ? null : { node, column };
}

function sharedDomain(chart: Chart): string {
  const names = chart.rows.flatMap((row) => (row.kind === "node" ? [row.node.name] : []));
  const [first = ""] = names;
  const domains = [...first.matchAll(/\./g)].map(({ index }) => first.slice(index));
  return names.length < 2 ? "" : (domains.find((domain) => names.every((name) => name.endsWith(domain))) ?? "");
}
