"use client";

import { readOwners, type EvidenceLabel, type EvidenceOwner } from "@/components/findings/evidence";
import { readLabels } from "@/components/findings/labels";
import { ownerMarks } from "@/components/findings/owner-marks";
import { CompactRemedies } from "@/components/findings/remedies/compact-remedies";
import { Glyph } from "@/components/glyphs/glyph";
import { OwnerChip } from "@/components/glyphs/owner-chip";
import { ownerKey } from "@/components/glyphs/owner-hues";
import { useHref } from "@/components/live/use-href";
import { LinkButton } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { WireFinding } from "@/lib/wire/schemas";

/** Each label with what the owners' pods carry under it; the finding itself compares all labels. */
function Separating({ labels, owners }: { readonly labels: readonly EvidenceLabel[]; readonly owners: readonly EvidenceOwner[] }) {
  const words = useWords();
  const marks = ownerMarks(owners);
  return (
    <ul className="border-t border-line text-12">
      {labels.map((label) => (
        <li key={label.key} className="border-b border-line py-6">
          <span className={classes("font-mono break-all", label.best && "font-semibold")}>{label.key}</span>
          {label.best && (
            <span className="ml-6 rounded-1 bg-ink px-6 py-2 text-11 font-medium whitespace-nowrap text-on-ink">{words.findings.best}</span>
          )}
          <span className="mt-4 flex flex-wrap gap-x-12 gap-y-4">
            {marks.map((mark) => (
              <span key={mark.key} className="flex min-w-0 items-center gap-6">
                <OwnerChip mark={mark} />
                <span className="min-w-0 font-mono break-all text-ink-2">
                  {(label.values[owners.findIndex((owner) => ownerKey(owner) === mark.key)] ?? []).join(", ") || words.findings.absent}
                </span>
              </span>
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The findings that explain a route, each with the label that would tell its owners apart. */
export function WhyFindings({ findings, isJudged }: { readonly findings: readonly WireFinding[]; readonly isJudged: boolean }) {
  const words = useWords();
  const href = useHref();
  return (
    <>
      <h2 className="flex h-42 items-center border-b border-line px-16 font-semibold">{words.trace.why}</h2>
      {findings.length === 0 && <p className="px-16 py-12 text-ink-2">{isJudged ? words.trace.noFinding : words.trace.notJudged}</p>}
      {findings.map((finding) => {
        const { title, summary, symptoms } = words.say.finding(finding);
        const owners = readOwners(finding);
        const labels = readLabels(finding.evidence).filter(({ separates }) => separates);
        return (
          <section key={finding.fingerprint} className="border-b border-line px-16 py-12">
            <h3 className="flex items-start gap-8 font-semibold">
              <Glyph name={finding.severity} size={14} label={words.severity[finding.severity]} className="mt-3" />
              {title}
            </h3>
            <p className="mt-6 text-ink-2">{summary}</p>
            {symptoms.length > 0 && <p className="mt-6 text-12 text-ink-3">{words.say.list(symptoms)}</p>}
            {owners.length > 1 && labels.length > 0 && (
              <>
                <p className="mt-10 mb-4 text-12 text-ink-3">{words.trace.separating}</p>
                <Separating labels={labels} owners={owners} />
              </>
            )}
            <CompactRemedies finding={finding} />
            <div className="mt-10">
              <LinkButton size="small" href={href("/conflicts", { f: finding.fingerprint })}>
                {words.trace.openFinding}
              </LinkButton>
            </div>
          </section>
        );
      })}
    </>
  );
}
