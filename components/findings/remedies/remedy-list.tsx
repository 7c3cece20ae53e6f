"use client";

import { useId, type ReactNode } from "react";
import { Chip } from "@/components/ui/chip";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { WireRemedy, WireRemedyList } from "@/lib/wire/remedy-schemas";
import { Block } from "../block";
import { remedyId } from "./remedy-id";
import { RemedyBody } from "./remedy-body";
import { useSaying } from "./use-saying";

type RemedyListProps = {
  readonly answer: WireRemedyList;
  readonly cluster: string;
  readonly open: WireRemedy | null;
  readonly onOpen: (id: string) => void;
};

/** The remedies of a finding, best first, one of them in full; and those that cannot be written now, with the reason. */
export function RemedyList({ answer, cluster, open, onOpen }: RemedyListProps) {
  const words = useWords().findings.remedies;
  const say = useSaying();
  const { remedies, unavailable } = answer;
  return (
    <Block heading={words.heading} {...(remedies.length === 0 ? {} : { note: words.note })}>
      {remedies.length > 0 && (
        <ol className="overflow-hidden rounded-2 border border-line">
          {remedies.map((remedy, place) => (
            <Remedy
              key={remedyId(remedy)}
              place={place + 1}
              title={say(remedy.title, remedy.facts.title)}
              chip={remedy.lasting ? words.lasting : words.firstAid}
              isOpen={remedy === open}
              onOpen={() => onOpen(remedyId(remedy))}
            >
              <RemedyBody remedy={remedy} cluster={cluster} />
            </Remedy>
          ))}
        </ol>
      )}
      {unavailable.length > 0 && (
        <dl className="mt-8 text-12">
          {unavailable.map(({ kind, reason, fact }) => (
            <div key={`${kind} ${fact.code}`} className="mt-4">
              <dt className="text-ink-3">{words.unavailable(words.kinds[kind])}</dt>
              <dd className="break-words text-ink-2">{say(reason, fact)}</dd>
            </div>
          ))}
        </dl>
      )}
    </Block>
  );
}

type RemedyProps = {
  readonly place: number;
  readonly title: string;
  readonly chip: string;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
  readonly children: ReactNode;
};

function Remedy({ place, title, chip, isOpen, onOpen, children }: RemedyProps) {
  const id = useId();
  return (
    <li className="border-b border-line last:border-b-0">
      <h4>
        <button
          type="button"
          id={id}
          aria-expanded={isOpen}
          onClick={onOpen}
          className="focus-inset flex min-h-38 w-full items-center gap-8 px-12 py-6 text-left hover:bg-hover phone:min-h-44"
        >
          <span
            className={classes(
              "grid size-18 flex-none place-items-center rounded-full border text-11 font-semibold tabular-nums",
              isOpen ? "border-ink bg-ink text-on-ink" : "border-line-strong text-ink-2",
            )}
          >
            {place}
          </span>
          <span className="min-w-0 flex-1 font-semibold break-words">{title}</span>
          <Chip>{chip}</Chip>
        </button>
      </h4>
      {isOpen && (
        <div role="region" aria-labelledby={id} className="px-12 pb-12 pl-38 phone:pl-12">
          {children}
        </div>
      )}
    </li>
  );
}
