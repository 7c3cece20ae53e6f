import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";

type EffectProps = { readonly sign: "+" | "−" | "↩"; readonly name: string; readonly lines?: 2 | 3; readonly children: ReactNode };

/** One line on what a remedy gains, costs, or how to go back; it ends after so many lines, where it stands in short. */
export function Effect({ sign, name, lines, children }: EffectProps) {
  return (
    <li className="grid grid-cols-[12px_minmax(0,1fr)] gap-6">
      <span aria-hidden className="font-mono text-ink-3">
        {sign}
      </span>
      <span className={classes("min-w-0 break-words", lines === 2 && "line-clamp-2", lines === 3 && "line-clamp-3")}>
        <span className={sign === "↩" && lines === undefined ? "" : "sr-only"}>{name} </span>
        {children}
      </span>
    </li>
  );
}
