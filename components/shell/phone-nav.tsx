"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useHref } from "@/components/live/use-href";
import { Icon } from "@/components/ui/icon";
import { useWords } from "@/components/words/words";
import { views } from "./views";

const order = ["map", "conflicts", "trace", "allocations", "ranges", "check"] as const;

/** The views at the bottom of a phone. */
export function PhoneNav() {
  const words = useWords();
  const href = useHref();
  const pathname = usePathname();
  return (
    <nav aria-label={words.shell.views} className="hidden h-56 flex-none border-t border-line bg-surface phone:flex">
      {order.map((id) => {
        const view = views.find((each) => each.id === id);
        if (view === undefined) return null;
        const isCurrent = pathname === view.path;
        return (
          <Link
            key={id}
            href={href(view.path)}
            prefetch={false}
            aria-current={isCurrent ? "page" : undefined}
            className="focus-inset relative flex flex-1 flex-col items-center justify-center gap-3 text-[10.5px] leading-[12px] text-ink-3 no-underline aria-[current]:font-semibold aria-[current]:text-ink"
          >
            {isCurrent && <span aria-hidden className="absolute -top-1 h-2 w-36 bg-ink" />}
            <Icon name={view.icon} size={18} />
            {words.shell.phoneView[id]}
          </Link>
        );
      })}
    </nav>
  );
}
