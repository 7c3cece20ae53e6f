import type { ReactNode } from "react";

/** One sentence and one action where content would be. */
export function StateView({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-8 bg-surface p-24 text-center">
      <p className="text-15 font-head">{title}</p>
      {children !== undefined && <div className="max-w-560 text-ink-2">{children}</div>}
    </div>
  );
}
