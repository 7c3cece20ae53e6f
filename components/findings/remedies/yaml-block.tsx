"use client";

import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";

type YamlBlockProps = { readonly label: string; readonly yaml: string; readonly changed: readonly number[] };

/** YAML as a whole; lines that the cluster does not have yet wear a bar, a tint and a plus sign. */
export function YamlBlock({ label, yaml, changed }: YamlBlockProps) {
  const words = useWords().findings.remedies;
  const marked = new Set(changed);
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={label}
      className="focus-inset max-h-420 overflow-auto rounded-2 border border-line bg-sunken py-8 phone:max-h-none"
    >
      <pre className="w-max min-w-full text-[11.5px] leading-[17px] print:w-auto print:wrap-anywhere print:whitespace-pre-wrap">
        {yaml
          .trimEnd()
          .split("\n")
          .map((line, place) => {
            const isChanged = marked.has(place + 1);
            return (
              <span
                key={place}
                className={classes("block border-l-3 pr-12 pl-6", isChanged ? "border-ok bg-ok-soft" : "border-transparent")}
              >
                <span aria-hidden className="inline-block w-14 text-ink-3 select-none">
                  {isChanged ? "+" : ""}
                </span>
                {line}
                {isChanged && <span className="sr-only"> ({words.added})</span>}
              </span>
            );
          })}
      </pre>
    </div>
  );
}
