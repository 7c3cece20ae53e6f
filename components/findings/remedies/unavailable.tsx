"use client";

import { useWords } from "@/components/words/words";
import type { WireRemedyList } from "@/lib/wire/remedy-schemas";
import { useSaying } from "./use-saying";

/** The remedies that cannot be written now, with the reason. */
export function Unavailable({ unavailable }: Pick<WireRemedyList, "unavailable">) {
  const words = useWords().findings.remedies;
  const say = useSaying();
  if (unavailable.length === 0) return null;
  return (
    <dl className="mb-18 flex flex-col gap-4 text-12">
      {unavailable.map(({ kind, reason, fact }) => (
        <div key={`${kind} ${fact.code}`}>
          <dt className="text-ink-3">{words.unavailable(words.kinds[kind])}</dt>
          <dd className="break-words text-ink-2">{say(reason, fact)}</dd>
        </div>
      ))}
    </dl>
  );
}
