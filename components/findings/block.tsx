import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";

export function Block({ heading, note, children }: { readonly heading: string; readonly note?: string; readonly children: ReactNode }) {
  return (
    <section className="mb-18">
      <h3 className="mb-7 flex items-center gap-8 text-13 font-head">
        {heading}
        {note !== undefined && <span className="text-11 font-normal text-ink-3">{note}</span>}
      </h3>
      {children}
    </section>
  );
}

export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(108px,auto)_minmax(0,1fr)] gap-x-10 gap-y-5 text-[12.5px] leading-[18px]">{children}</dl>;
}

export function Fact({ name, mono = false, children }: { readonly name: string; readonly mono?: boolean; readonly children: ReactNode }) {
  return (
    <>
      <dt className="break-words text-ink-3">{name}</dt>
      <dd className={classes("min-w-0 break-words", mono && "mono text-[12px]")}>{children}</dd>
    </>
  );
}
