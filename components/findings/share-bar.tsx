"use client";

import { ownerBackground } from "@/components/glyphs/owner-chip";
import { ownerKey } from "@/components/glyphs/owner-hues";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { formatShare } from "@/lib/client/format";
import type { EvidenceOwner } from "./evidence";
import { ownerMarks } from "./owner-marks";

const grid: Readonly<Record<number, string>> = { 2: "grid-cols-2", 3: "grid-cols-3", 4: "grid-cols-4" };
const shownMax = 4;

/** Who gets which share of the connections. Beyond four owners they are listed, since names would not fit side by side. */
export function ShareBar({ owners }: { readonly owners: readonly EvidenceOwner[] }) {
  const words = useWords();
  const byKey = new Map(owners.map((owner) => [ownerKey(owner), owner]));
  const marks = ownerMarks(owners);
  const side = marks.length <= shownMax;
  return (
    <ul
      aria-label={words.terms.share}
      className={classes("overflow-hidden rounded-2", side ? classes("grid phone:grid-cols-1", grid[marks.length]) : "flex flex-col gap-1")}
    >
      {marks.map((mark) => {
        const share = byKey.get(mark.key)?.share ?? null;
        return (
          <li
            key={mark.key}
            className={classes(
              "flex h-34 min-w-0 items-center justify-between gap-8 px-11 text-[12.5px] font-semibold whitespace-nowrap text-on-ink",
              ownerBackground[mark.hue],
            )}
          >
            <span className="truncate">
              <span className="mr-6 font-mono">{mark.initials}</span>
              {mark.name}
            </span>
            {share !== null && <span className="font-mono text-[13px] font-bold">{formatShare(share)}</span>}
          </li>
        );
      })}
    </ul>
  );
}
