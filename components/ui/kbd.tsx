import type { ReactNode } from "react";

export function Kbd({ children }: { readonly children: ReactNode }) {
  return (
    <kbd className="inline-block min-w-16 rounded-1 border border-line-strong bg-surface px-4 text-center text-[10.5px] leading-[16px] font-medium text-ink-2">
      {children}
    </kbd>
  );
}

/** A key sequence such as `g m` or `Shift+y`, key by key. */
export function Keys({ of }: { readonly of: string }) {
  const names: Readonly<Record<string, string>> = {
    Enter: "↵",
    Shift: "⇧",
    ArrowUp: "↑",
    ArrowDown: "↓",
    ArrowLeft: "←",
    ArrowRight: "→",
    Escape: "Esc",
  };
  return (
    <span className="inline-flex gap-4">
      {of.split(/ |\+(?=.)/).map((key) => (
        <Kbd key={key}>{names[key] ?? key}</Kbd>
      ))}
    </span>
  );
}
