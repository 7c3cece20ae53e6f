import type { Picture, PictureEdge } from "./picture";

export const railWidth = 48;
const rowGap = 8;
const padding = 7;
const titleHeight = 20;
const labelHeight = 17;
const reach = 9;

/** What arrives is as wide as its share; what does not is a thin dashed line. */
function widthOf({ end, weight }: PictureEdge): number {
  return end === "arrives" ? Math.max(2, Math.min(1, weight) * 9) : 2;
}

export type LaidEdge = PictureEdge & { readonly path: string; readonly width: number; readonly y: number };
export type Layout = { readonly height: number; readonly edges: readonly LaidEdge[] };

/**
 * Where the arrows run: each leaves the left edge of its first row, goes down a lane of its own and enters the second row. Short ones run inside
 * of long ones, so that none crosses another of the same source.
 */
export function layOut({ rows, edges }: Pick<Picture, "rows" | "edges">): Layout {
  const tops: number[] = [];
  let height = 0;
  for (const { labels } of rows) {
    tops.push(height);
    height += 2 + 2 * padding + titleHeight + labels.length * labelHeight + rowGap;
  }
  const middle = (place: number): number => (tops[place] ?? 0) + 1 + padding + titleHeight / 2;
  const byLength = [...edges].sort((a, b) => b.to - b.from - (a.to - a.from));
  const step = Math.min(11, (railWidth - reach - 8) / Math.max(1, edges.length));
  const used = new Map<number, number>();
  const laid = byLength.map((edge, lane) => {
    const width = widthOf(edge);
    const x = 6 + lane * step + (byLength.length === 1 ? 12 : 0);
    // Arrows of one source leave it side by side, the longest one lowest.
    const total = edges.filter(({ from }) => from === edge.from).reduce((sum, each) => sum + widthOf(each), 0);
    const before = used.get(edge.from) ?? 0;
    used.set(edge.from, before + width);
    const start = middle(edge.from) + total / 2 - before - width / 2;
    const end = middle(edge.to);
    const radius = Math.min(8, Math.max(1, railWidth - x - reach));
    const tip = railWidth - (edge.end === "arrives" ? 5 : 10);
    return {
      ...edge,
      width,
      y: end,
      path: `M${n(railWidth)} ${n(start)}H${n(x + radius)}Q${n(x)} ${n(start)} ${n(x)} ${n(start + radius)}V${n(end - radius)}Q${n(x)} ${n(end)} ${n(x + radius)} ${n(end)}H${n(tip)}`,
    };
  });
  return { height: Math.max(0, height - rowGap), edges: laid };
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
