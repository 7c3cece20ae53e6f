import type { WireRanges } from "@/lib/wire/range-schemas";

type Range = { readonly first: number; readonly last: number };

/** Where each port's square stands, in pixels of the drawing. `pitch`: from square to square; `side`: of one. */
export type StripLayout = {
  readonly perRow: number;
  readonly rows: number;
  readonly start: number;
  readonly pitch: number;
  readonly side: number;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  place(port: number): { readonly x: number; readonly y: number };
  /** The port at a point, null beside the squares. */
  portAt(x: number, y: number): number | null;
};

const top = 22;
const tenGap = 3;
const rowGap = 2;
const groupGap = 5;
const captionHeight = 20;

/**
 * A row of a hundred ports (fifty where it is narrow), ten per block, with room for the names of the API server's bands below the static one.
 *
 * Input: the width there is; the names of bands stand in the right margin where it is wide.
 */
export function layOutStrip(range: Range, fixed: Range | null, width: number): StripLayout {
  const narrow = width < 600;
  const perRow = narrow ? 50 : 100;
  const left = narrow ? 42 : 50;
  const right = narrow ? 2 : 104;
  const start = Math.floor(range.first / perRow) * perRow;
  const rows = Math.floor((range.last - start) / perRow) + 1;
  const pitch = Math.max(4, (width - left - right - (perRow / 10 - 1) * tenGap) / perRow);
  const side = pitch - 1.2;
  const captionRow = fixed === null ? -1 : Math.floor((fixed.last - start) / perRow);
  const yOf = (row: number): number =>
    top + row * (pitch + rowGap) + Math.floor(row / 5) * groupGap + (captionRow >= 0 && row > captionRow ? captionHeight : 0);
  const xOf = (column: number): number => left + column * pitch + Math.floor(column / 10) * tenGap;
  return {
    perRow,
    rows,
    start,
    pitch,
    side,
    width,
    left,
    height: yOf(rows - 1) + pitch + (captionRow === rows - 1 ? captionHeight : 0) + 4,
    place: (port) => ({ x: xOf((port - start) % perRow), y: yOf(Math.floor((port - start) / perRow)) }),
    portAt: (x, y) => {
      for (let row = 0; row < rows; row += 1) {
        if (y < yOf(row) || y >= yOf(row) + pitch + rowGap) continue;
        for (let column = 0; column < perRow; column += 1) {
          if (x < xOf(column) || x >= xOf(column) + pitch) continue;
          const port = start + row * perRow + column;
          return port >= range.first && port <= range.last ? port : null;
        }
      }
      return null;
    },
  };
}

/** A range as the rectangles of its rows; whole rows that follow each other are one. */
export function outlinesOf(
  layout: StripLayout,
  { first, last }: Range,
): readonly { x: number; y: number; width: number; height: number }[] {
  const { perRow, start, side } = layout;
  const boxes: { from: number; to: number }[] = [];
  for (let from = first; from <= last;) {
    const end = Math.min(last, start + (Math.floor((from - start) / perRow) + 1) * perRow - 1);
    const box = boxes.at(-1);
    const whole = (from - start) % perRow === 0 && end - from === perRow - 1;
    if (box !== undefined && whole && (box.from - start) % perRow === 0 && (box.to - start + 1) % perRow === 0) box.to = end;
    else boxes.push({ from, to: end });
    from = end + 1;
  }
  return boxes.map(({ from, to }) => {
    const a = layout.place(from);
    const b = layout.place(to);
    return { x: a.x - 2, y: a.y - 2, width: b.x + side - a.x + 4, height: b.y + side - a.y + 4 };
  });
}

/** Squares as one SVG path. */
export function squaresPath(layout: StripLayout, ports: readonly number[], grow = 0): string {
  const side = (layout.side + 2 * grow).toFixed(2);
  return ports
    .map((port) => {
      const { x, y } = layout.place(port);
      return `M${(x - grow).toFixed(2)} ${(y - grow).toFixed(2)}h${side}v${side}h-${side}z`;
    })
    .join("");
}

/** What stands on one number, in the order in which it is told. */
export type PortState = WireRanges["numbers"][number]["state"] | "reserved" | "unread" | "free";

export function stateOf(ranges: WireRanges, port: number): PortState {
  const taken = ranges.numbers.find((each) => each.port === port);
  if (taken !== undefined) return taken.state;
  return isReserved(ranges, port) ? "reserved" : isUnread(ranges) ? "unread" : "free";
}

/** Services could not all be read: a number that no known one holds may be taken all the same. */
export function isUnread({ unknown }: Pick<WireRanges, "unknown">): boolean {
  return unknown.includes("services");
}

/** Reservations that are over hold nothing. */
export function isReserved({ reservations }: WireRanges, port: number): boolean {
  return reservations.some((each) => each.kind === "nodePort" && each.port === port && (each.daysLeft ?? 0) >= 0);
}
