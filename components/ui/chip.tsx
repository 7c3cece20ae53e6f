import type { ReactNode } from "react";
import { classes } from "./classes";

export function Chip({ children, mono = false }: { readonly children: ReactNode; readonly mono?: boolean }) {
  return (
    <span
      className={classes(
        "inline-flex h-18 items-center gap-4 rounded-1 bg-sunken px-6 text-11 font-medium whitespace-nowrap text-ink-2",
        mono && "font-mono",
      )}
    >
      {children}
    </span>
  );
}
