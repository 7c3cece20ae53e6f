"use client";

import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { formatCount, formatRange, formatShare } from "@/lib/client/format";
import type { GroupRow } from "./build-view";

/** The head of a band (or namespace, or kind): name, range, owner, how much of it is used. */
export function GroupRowCells({ group, columns }: { readonly group: GroupRow; readonly columns: number }) {
  return (
    <th
      scope="rowgroup"
      colSpan={columns}
      className="sticky top-30 z-1 h-32 border-b border-line-strong bg-bg px-10 text-left text-[12.5px] font-semibold whitespace-nowrap phone:top-0"
    >
      <GroupLine group={group} />
    </th>
  );
}

export function GroupLine({ group }: { readonly group: GroupRow }) {
  const words = useWords();
  const { range, owner, use } = group;
  const own = group.words === "staticBand" || group.words === "dynamicBand";
  const name = group.words === "noBand" ? words.allocations.noBand : own ? words.terms[group.words] : group.name;
  const saidOwner = own ? words.allocations.apiServer : owner;
  return (
    <>
      {name}
      {range !== null && <span className="ml-10 font-mono text-[12px] font-normal text-ink-3">{formatRange(range.first, range.last)}</span>}
      {saidOwner !== null && (
        <span className={classes("ml-10 font-normal text-ink-3", use !== null && "phone:hidden")}>
          {words.allocations.bandOwner(saidOwner)}
        </span>
      )}
      {use !== null && (
        <>
          <UseBar share={use.used / use.size} />
          <span className="font-normal text-ink-3">
            {words.allocations.use(formatCount(use.used), formatCount(use.size), formatShare(use.used / use.size))}
          </span>
        </>
      )}
    </>
  );
}

const barWidth = 90;

function UseBar({ share }: { readonly share: number }) {
  return (
    <svg width={barWidth} height="6" viewBox={`0 0 ${String(barWidth)} 6`} aria-hidden className="mr-6 ml-12 inline-block align-[1px]">
      <rect width={barWidth} height="6" rx="1" fill="var(--line)" />
      <rect width={Math.round(barWidth * Math.min(1, share))} height="6" rx="1" fill="var(--text-2)" />
    </svg>
  );
}
