"use client";

import { useHref } from "@/components/live/use-href";
import { LinkButton } from "@/components/ui/button";
import { useWords } from "@/components/words/words";
import type { WireFinding } from "@/lib/wire/schemas";

/** To what a person can do about a finding: what helps at once where there is such a remedy, else all of them. */
export function WayOutLink({ finding, className }: { readonly finding: WireFinding; readonly className: string }) {
  const { findings } = useWords();
  const href = useHref();
  const hasFirstAid = finding.remedies.includes("local");
  return (
    <LinkButton size="small" className={className} href={href("/conflicts", { f: finding.fingerprint, r: hasFirstAid ? "local" : null })}>
      {hasFirstAid ? findings.remedies.openFirstAid : findings.whatToDo}
    </LinkButton>
  );
}
