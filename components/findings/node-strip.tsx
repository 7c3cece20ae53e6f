"use client";

import { useWords } from "@/components/words/words";
import { formatCount, formatShare } from "@/lib/client/format";
import type { WireFinding } from "@/lib/wire/schemas";

/** Up to so many nodes are drawn one by one. */
export const squaresMax = 24;
const square = 7;
const gap = 1;
const barWidth = 96;

type NodeStripProps = {
  readonly finding: Pick<WireFinding, "nodes" | "severity">;
  readonly nodeCount: number;
  /** The nodes in the order of the map, so that a square is always the same node; null: the affected ones come first. */
  readonly nodeNames: readonly string[] | null;
};

/** How many nodes are affected: one square each, of many a bar. Filled for what is wrong now, outlined for what will be. */
export function NodeStrip({ finding: { nodes, severity }, nodeCount, nodeNames }: NodeStripProps) {
  const words = useWords();
  const affected = nodes.length === 0 ? nodeCount : Math.min(nodes.length, nodeCount);
  const [only] = nodes;
  const known = nodeNames !== null && nodeNames.length === nodeCount ? nodeNames : null;
  const isAffected = (place: number): boolean =>
    known === null || nodes.length === 0 ? place < affected : nodes.includes(known[place] ?? "");
  const text = nodes.length === 1 && only !== undefined ? only : words.findings.nodesOf(formatCount(affected), formatCount(nodeCount));
  const colour = severity === "critical" ? "var(--critical)" : severity === "warning" ? "var(--warning)" : "var(--text-3)";
  return (
    <span className="inline-flex items-center gap-8">
      {nodeCount > squaresMax ? (
        <svg width={barWidth} height={square} aria-hidden>
          <rect width={barWidth} height={square} rx="1" fill="var(--line)" />
          <rect width={Math.max(2, (barWidth * affected) / nodeCount)} height={square} rx="1" fill={colour} />
        </svg>
      ) : (
        <svg width={nodeCount * (square + gap)} height={square} aria-hidden>
          {Array.from({ length: nodeCount }, (_, place) => {
            const x = place * (square + gap);
            if (!isAffected(place)) return <rect key={place} x={x} width={square} height={square} rx="1" fill="var(--line)" />;
            return severity === "critical" ? (
              <rect key={place} x={x} width={square} height={square} rx="1" fill={colour} />
            ) : (
              <rect
                key={place}
                x={x + 0.75}
                y="0.75"
                width={square - 1.5}
                height={square - 1.5}
                rx="1"
                fill="none"
                stroke={colour}
                strokeWidth="1.5"
              />
            );
          })}
        </svg>
      )}
      <span className="text-11 text-ink-3">
        {text}
        {nodeCount > squaresMax && `, ${formatShare(affected / nodeCount)}`}
      </span>
    </span>
  );
}
