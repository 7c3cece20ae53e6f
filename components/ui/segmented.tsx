"use client";

import type { ReactNode } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { ToggleButtonGroup } from "react-aria-components/ToggleButtonGroup";
import { classes } from "./classes";

type Option<T extends string> = { readonly value: T; readonly label: ReactNode };

type SegmentedProps<T extends string> = {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly className?: string;
};

/** One choice of a few, all visible. */
export function Segmented<T extends string>({ label, options, value, onChange, className }: SegmentedProps<T>) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const chosen = options.find((option) => keys.has(option.value));
        if (chosen !== undefined) onChange(chosen.value);
      }}
      className={classes("inline-flex overflow-hidden rounded-2 border border-line-strong bg-surface", className)}
    >
      {options.map((option) => (
        <ToggleButton
          key={option.value}
          id={option.value}
          className="focus-inset h-26 flex-1 border-l border-line px-9 font-medium whitespace-nowrap text-ink-2 first:border-l-0 data-[selected]:bg-ink data-[selected]:text-on-ink data-[selected]:focus-visible:outline-on-ink phone:h-38"
        >
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
