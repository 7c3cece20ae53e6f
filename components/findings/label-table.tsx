"use client";

import { OwnerChip } from "@/components/glyphs/owner-chip";
import { ownerKey } from "@/components/glyphs/owner-hues";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { EvidenceLabel, EvidenceOwner } from "./evidence";
import { ownerMarks } from "./owner-marks";

const tints: Readonly<Record<number, string>> = { 1: "bg-ow1-soft", 2: "bg-ow2-soft" };

/** Labels of the owners' pods: equal rows are grey, differing ones wear the owners' tints, the most stable one is marked. */
export function LabelTable({ owners, labels }: { readonly owners: readonly EvidenceOwner[]; readonly labels: readonly EvidenceLabel[] }) {
  const words = useWords();
  const marks = ownerMarks(owners);
  const cell = "h-28 border-b border-line px-10 text-left whitespace-nowrap last:border-r-0";
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={words.findings.labelsCompared}
      className="focus-inset overflow-x-auto rounded-2 border border-line bg-surface"
    >
      <table className="w-full border-separate border-spacing-0 text-12 [&_tbody_tr:last-child>*]:border-b-0">
        <thead>
          <tr className="bg-sunken text-11 text-ink-3">
            <th scope="col" className={classes(cell, "h-26 font-medium")}>
              {words.findings.label}
            </th>
            {marks.map((mark) => (
              <th key={mark.key} scope="col" className={classes(cell, "h-26 font-medium")}>
                <OwnerChip mark={mark} /> {mark.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="font-mono">
          {labels.map((label) => (
            <tr key={label.key}>
              <th scope="row" className={classes(cell, label.best ? "font-bold" : "font-normal", !label.separates && "text-ink-3")}>
                {label.key}
                {label.best && (
                  <span className="ml-6 rounded-1 bg-ink px-6 py-2 font-ui text-11 font-medium text-on-ink">{words.findings.best}</span>
                )}
              </th>
              {marks.map((mark) => {
                const place = owners.findIndex((owner) => ownerKey(owner) === mark.key);
                const values = label.values[place] ?? [];
                return (
                  <td key={mark.key} className={classes(cell, label.separates ? tints[mark.hue] : "text-ink-3")}>
                    {values.length === 0 ? words.findings.absent : values.join(", ")}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
