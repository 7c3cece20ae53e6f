"use client";

import { Fragment, useId, useRef } from "react";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { filterKeys, tokenizeFilter, type FilterError } from "@/lib/core";

type FilterInputProps = {
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** What is wrong with it, null when nothing is. */
  readonly error: FilterError | null;
  readonly placeholder: string;
  readonly className?: string;
};

/** The filter, its keys and values told apart as they are typed; what is not understood is underlined and put right by a press. */
export function FilterInput({ value, onChange, error, placeholder, className = "" }: FilterInputProps) {
  const words = useWords();
  const errorId = useId();
  const painted = useRef<HTMLDivElement>(null);
  return (
    <div className={`relative min-w-0 flex-1 ${className}`}>
      <div
        ref={painted}
        aria-hidden
        className={classes(
          "pointer-events-none absolute inset-0 overflow-hidden px-11 font-mono text-[12.5px] leading-[30px] tracking-[-0.01em] whitespace-pre phone:text-[14px] phone:leading-[40px]",
          value === "" && "text-ellipsis",
        )}
      >
        {value === "" ? <span className="text-ink-3">{placeholder}</span> : <Painted value={value} error={error} />}
      </div>
      <input
        type="text"
        aria-label={words.filter.label}
        aria-invalid={error !== null}
        aria-describedby={error === null ? undefined : errorId}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") onChange("");
          else if (event.key === "Escape") event.currentTarget.blur();
        }}
        onScroll={(event) => {
          if (painted.current !== null) painted.current.scrollLeft = event.currentTarget.scrollLeft;
        }}
        className="relative h-30 w-full rounded-2 border border-control bg-transparent px-10 font-mono text-[12.5px] leading-[28px] tracking-[-0.01em] text-transparent caret-ink phone:h-40 phone:text-[14px]"
      />
      {error !== null && (
        <p
          id={errorId}
          role="status"
          className="absolute top-full left-0 z-10 mt-2 rounded-2 bg-raised px-10 py-6 text-12 text-warning shadow-overlay"
        >
          {words.say.mistake(error)}
          {error.nearest !== null && <UseNearest value={value} error={error} nearest={error.nearest} onChange={onChange} />}
        </p>
      )}
    </div>
  );
}

function UseNearest({
  value,
  error,
  nearest,
  onChange,
}: {
  readonly value: string;
  readonly error: FilterError;
  readonly nearest: string;
  readonly onChange: (text: string) => void;
}) {
  const words = useWords();
  const isKey = filterKeys.some((key) => key === nearest);
  const put = isKey ? `${nearest}:` : nearest;
  return (
    <button
      type="button"
      onClick={() => onChange(value.slice(0, error.position) + put + value.slice(error.position + error.length))}
      className="ml-8 font-medium text-ink underline underline-offset-2"
    >
      {words.filter.use(put)}
    </button>
  );
}

function Painted({ value, error }: { readonly value: string; readonly error: FilterError | null }) {
  const tokens = tokenizeFilter(value);
  const faulty = (start: number, end: number): string =>
    error !== null && start < error.position + error.length && end > error.position ? "underline decoration-warning decoration-wavy" : "";
  return (
    <>
      {tokens.map((token, place) => (
        <Fragment key={token.start}>
          {value.slice(tokens[place - 1]?.end ?? 0, token.start)}
          <span className={`text-ink-3 ${faulty(token.start, token.valueStart)}`}>{value.slice(token.start, token.valueStart)}</span>
          <span className={`font-semibold text-ink ${faulty(token.valueStart, token.end)}`}>
            {value.slice(token.valueStart, token.end)}
          </span>
        </Fragment>
      ))}
    </>
  );
}
