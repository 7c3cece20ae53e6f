"use client";

import { useState } from "react";
import { useCopy } from "@/components/ui/copy-button";
import { useWords } from "@/components/words/words";
import { formatCount } from "@/lib/client/format";
import type { FreeRow } from "./build-view";
import { ReserveDialog } from "./reserve-dialog";

export function FreeRowCells({ free, columns }: { readonly free: FreeRow; readonly columns: number }) {
  return (
    <>
      <td className="h-28 border-b border-line px-10 text-right font-mono text-[12px] text-ink-3">{free.first}</td>
      <td colSpan={columns - 1} className="h-28 border-b border-line px-10 text-[12.5px] leading-[18px] text-ink-3">
        <FreeLine free={free} />
      </td>
    </>
  );
}

/** "to 30020 free, 12 ports", and what one can do with it. Numbers only; nothing is written anywhere. */
export function FreeLine({ free }: { readonly free: FreeRow }) {
  const words = useWords();
  const copy = useCopy();
  const [reserving, setReserving] = useState(false);
  const count = free.last - free.first + 1;
  const action = "focus-inset ml-10 font-medium text-ink underline underline-offset-2";
  return (
    <>
      {count === 1 ? words.allocations.freeOne : words.allocations.freeTo(String(free.last), formatCount(count))}
      <button type="button" className={action} onClick={() => setReserving(true)}>
        {words.allocations.reserve}
      </button>
      <button type="button" className={action} onClick={() => copy(String(free.first), words.shell.copied, words.shell.copyFailed)}>
        {words.allocations.copyNext(String(free.first))}
      </button>
      <ReserveDialog ports={[free.first]} isOpen={reserving} onClose={() => setReserving(false)} />
    </>
  );
}
