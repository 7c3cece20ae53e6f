"use client";

import { useId } from "react";
import { Chip } from "@/components/ui/chip";
import { useWords } from "@/components/words/words";
import { RemedyBody, type RemedyBodyProps } from "./remedy-body";
import { PlaceMark } from "./remedy-choice";
import { useSaying } from "./use-saying";

/** The chosen remedy in full, under its number and title. */
export function RemedyPanel({ place, ...body }: RemedyBodyProps & { readonly place: number }) {
  const id = useId();
  const words = useWords().findings.remedies;
  const say = useSaying();
  const { title, lasting, facts } = body.remedy;
  return (
    <section aria-labelledby={id} className="mb-18">
      <h3 id={id} className="mb-8 flex items-center gap-8 text-13 font-head">
        <PlaceMark place={place} isChosen />
        <span className="min-w-0 flex-1 break-words">{say(title, facts.title)}</span>
        <Chip>{lasting ? words.lasting : words.firstAid}</Chip>
      </h3>
      <RemedyBody {...body} />
    </section>
  );
}
