"use client";

import { useEffect, useId, useRef, type ReactNode } from "react";
import { Chip } from "@/components/ui/chip";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { formatCount } from "@/lib/client/format";
import type { WireRemedy } from "@/lib/wire/remedy-schemas";
import { Effect } from "./effect";
import { remedyId } from "./remedy-id";
import { Said } from "./said";
import { useSaying } from "./use-saying";

// Nobody stands alone in a second row: four stand as two and two, five as three and two.
const columns: Readonly<Record<number, string>> = {
  4: "@min-[344px]:grid-cols-2 @min-[696px]:grid-cols-4",
  5: "@min-[344px]:grid-cols-2 @min-[520px]:grid-cols-3 @min-[872px]:grid-cols-5",
};
const anyColumns = "grid-cols-[repeat(auto-fit,minmax(168px,1fr))]";
const gainsMax = 1;
const costsMax = 2;

type RemedyChoiceProps = {
  readonly remedies: readonly WireRemedy[];
  readonly chosen: WireRemedy | null;
  readonly onChoose: (id: string) => void;
  /** Whether somebody asked for the chosen one: where it opens in its place, it is brought into view. */
  readonly isAsked?: boolean;
  /** The chosen one in full where it opens in its place: on a phone. */
  readonly children?: ReactNode;
};

/** The remedies of a finding side by side, best first: what each gains, costs and takes to go back, in the same rows. */
export function RemedyChoice({ remedies, chosen, onChoose, isAsked = false, children }: RemedyChoiceProps) {
  return (
    <div className="@container">
      <ol className={classes("grid gap-8 phone:grid-cols-1!", columns[remedies.length] ?? anyColumns)}>
        {remedies.map((remedy, place) => (
          <Option
            key={remedyId(remedy)}
            remedy={remedy}
            place={place + 1}
            isChosen={remedy === chosen}
            onChoose={() => onChoose(remedyId(remedy))}
            isAsked={isAsked}
          >
            {remedy === chosen ? children : undefined}
          </Option>
        ))}
      </ol>
    </div>
  );
}

type OptionProps = {
  readonly remedy: WireRemedy;
  readonly place: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly isAsked: boolean;
  readonly children: ReactNode;
};

function Option({ remedy, place, isChosen, onChoose, isAsked, children }: OptionProps) {
  const id = useId();
  const option = useRef<HTMLLIElement>(null);
  const isHere = children !== undefined;
  useEffect(() => {
    if (isHere && isAsked) option.current?.scrollIntoView({ block: "start" });
  }, [isHere, isAsked]);
  const words = useWords().findings.remedies;
  const say = useSaying();
  return (
    <li
      ref={option}
      className={classes(
        "relative scroll-mt-8 row-span-5 break-inside-avoid grid grid-rows-subgrid gap-y-6 rounded-2 border px-10 pt-8 pb-9 text-12 text-ink-2 phone:row-span-1 phone:grid-rows-none phone:px-12",
        isChosen ? "border-ink shadow-[inset_0_0_0_1px_var(--ink)]" : "border-line-strong hover:bg-hover",
      )}
    >
      <h4>
        <button
          type="button"
          id={id}
          aria-expanded={isChosen}
          onClick={onChoose}
          className={classes(
            "grid w-full grid-cols-[18px_minmax(0,1fr)] items-center gap-x-8 gap-y-4 text-left text-ink phone:min-h-28",
            // The whole card is the button, but for what has buttons of its own.
            !isHere && "after:absolute after:inset-0",
          )}
        >
          <PlaceMark place={place} isChosen={isChosen} />
          <span className="order-last col-span-2 text-13 leading-[18px] font-semibold break-words phone:text-[15px]">
            {say(remedy.title, remedy.facts.title)}
          </span>
          <span className="justify-self-end">
            <Chip>{remedy.lasting ? words.lasting : words.firstAid}</Chip>
          </span>
        </button>
      </h4>
      {children === undefined ? (
        <Summary remedy={remedy} />
      ) : (
        <div role="region" aria-labelledby={id}>
          {children}
        </div>
      )}
    </li>
  );
}

/** The number of a remedy, which is its key as well. */
export function PlaceMark({ place, isChosen }: { readonly place: number; readonly isChosen: boolean }) {
  return (
    <span
      className={classes(
        "grid size-18 flex-none place-items-center rounded-full border text-11 font-semibold tabular-nums",
        isChosen ? "border-ink bg-ink text-on-ink" : "border-line-strong text-ink-2",
      )}
    >
      {place}
    </span>
  );
}

function Summary({ remedy: { gains, costs, steps, wayBack, yaml, facts } }: Pick<OptionProps, "remedy">) {
  const words = useWords().findings.remedies;
  return (
    <>
      <ul>
        {gains.slice(0, gainsMax).map((text, place) => (
          <Effect key={text} sign="+" name={words.gains} lines={3}>
            <Said text={text} fact={facts.gains[place]} />
          </Effect>
        ))}
        <More count={gains.length - gainsMax} />
      </ul>
      <ul className="flex flex-col gap-2">
        {costs.slice(0, costsMax).map((text, place) => (
          <Effect key={text} sign="−" name={words.costs} lines={3}>
            <Said text={text} fact={facts.costs[place]} />
          </Effect>
        ))}
        <More count={costs.length - costsMax} />
      </ul>
      <ul>
        <Effect sign="↩" name={words.wayBack} lines={2}>
          <Said text={wayBack} fact={facts.wayBack} />
        </Effect>
      </ul>
      <p className="text-11 text-ink-3">{words.size(formatCount(steps.length), formatCount(yaml.trimEnd().split("\n").length))}</p>
    </>
  );
}

function More({ count }: { readonly count: number }) {
  const words = useWords().findings;
  if (count <= 0) return null;
  return <li className="pl-18 text-11 text-ink-3">{words.more(formatCount(count))}</li>;
}
