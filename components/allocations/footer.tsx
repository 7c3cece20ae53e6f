"use client";

import { Kbd } from "@/components/ui/kbd";
import { useWords } from "@/components/words/words";
import { formatCount } from "@/lib/client/format";

type FooterProps = {
  readonly shown: number;
  readonly all: number;
  readonly free: number;
  readonly nodes: number | null;
  readonly selected: number;
};

export function AllocationsFooter({ shown, all, free, nodes, selected }: FooterProps) {
  const words = useWords();
  const count = words.allocations.footer(formatCount(shown), free === 0 ? "" : formatCount(free), nodes === null ? "" : formatCount(nodes));
  return (
    <div className="flex h-32 flex-none items-center gap-14 overflow-hidden border-t border-line bg-surface px-16 text-12 whitespace-nowrap text-ink-2 phone:hidden">
      <span role="status">
        {count}
        {shown < all && ` (${words.allocations.filtered(formatCount(shown), formatCount(all))})`}
      </span>
      {selected > 0 && <span>{words.allocations.selected(formatCount(selected))}</span>}
      <span className="min-w-0 flex-1" />
      <span>{words.allocations.exportNote}</span>
      <span>
        <Kbd>j</Kbd> <Kbd>k</Kbd> {words.allocations.keyMove}
      </span>
      <span>
        <Kbd>↵</Kbd> {words.allocations.keyTrace}
      </span>
      <span>
        <Kbd>y</Kbd> {words.allocations.keyCopyLink}
      </span>
    </div>
  );
}
