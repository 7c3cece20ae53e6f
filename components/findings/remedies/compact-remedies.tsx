"use client";

import Link from "next/link";
import { useCluster } from "@/components/live/cluster";
import { useRemedies } from "@/components/live/queries";
import { useHref } from "@/components/live/use-href";
import { CopyButton } from "@/components/ui/copy-button";
import { useWords } from "@/components/words/words";
import type { WireRemedy } from "@/lib/wire/remedy-schemas";
import type { WireFinding } from "@/lib/wire/schemas";
import { Command } from "./command";
import { remedyId } from "./remedy-id";
import { Said } from "./said";
import { useSaying } from "./use-saying";

/** The remedies of a finding where there is little room: what helps at once with its cost and command, what lasts as links. */
export function CompactRemedies({ finding }: { readonly finding: Pick<WireFinding, "fingerprint" | "remedies"> }) {
  const words = useWords();
  const { name } = useCluster();
  const say = useSaying();
  const remedies = useRemedies(name, finding.remedies.length === 0 ? null : finding.fingerprint).data?.remedies ?? [];
  const firstAid = remedies.filter(({ lasting }) => !lasting);
  const lasting = remedies.filter((each) => each.lasting);
  const title = (remedy: WireRemedy) => (
    <RemedyLink fingerprint={finding.fingerprint} remedy={remedy}>
      {say(remedy.title, remedy.facts.title)}
    </RemedyLink>
  );
  return (
    <>
      {firstAid.map((remedy) => {
        const command = commandOf(remedy);
        return (
          <div key={remedyId(remedy)} className="mt-10">
            <h4>{title(remedy)}</h4>
            <ul className="mt-2 text-12 text-ink-2">
              {remedy.costs.map((text, place) => (
                <li key={text} className="grid grid-cols-[10px_minmax(0,1fr)] gap-6">
                  <span aria-hidden className="font-mono text-ink-3">
                    −
                  </span>
                  <span className="min-w-0 break-words">
                    <span className="sr-only">{words.findings.remedies.costs} </span>
                    <Said text={text} fact={remedy.facts.costs[place]} />
                  </span>
                </li>
              ))}
            </ul>
            {command !== null && (
              <div className="mt-4 flex items-start gap-8">
                <code className="min-w-0 flex-1 rounded-2 bg-sunken px-8 py-4 text-[11.5px] leading-[17px] break-words">
                  <Command text={command} />
                </code>
                <CopyButton size="small" text={command} said={words.shell.copied} failed={words.shell.copyFailed}>
                  {words.shell.copy}
                </CopyButton>
              </div>
            )}
          </div>
        );
      })}
      {lasting.length > 0 && (
        <div className="mt-10">
          <h4 className="mb-2 text-12 text-ink-3">{words.findings.remedies.heading}</h4>
          <ul>
            {lasting.map((remedy) => (
              <li key={remedyId(remedy)}>{title(remedy)}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function RemedyLink({
  fingerprint,
  remedy,
  children,
}: {
  readonly fingerprint: string;
  readonly remedy: WireRemedy;
  readonly children: string;
}) {
  const href = useHref();
  return (
    <Link
      href={href("/conflicts", { f: fingerprint, r: remedyId(remedy) })}
      prefetch={false}
      className="font-medium underline decoration-line-strong underline-offset-2 hover:decoration-ink"
    >
      {children}
    </Link>
  );
}

/** The command that does all of it, where there is one. */
function commandOf({ facts }: WireRemedy): string | null {
  return facts.steps.flatMap(({ values }) => values["command"] ?? [])[0] ?? null;
}
