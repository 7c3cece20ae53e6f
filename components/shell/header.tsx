"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { useHref } from "@/components/live/use-href";
import { IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { Kbd } from "@/components/ui/kbd";
import { useWords } from "@/components/words/words";
import { ClusterSwitch } from "./cluster-switch";
import { FindingCounts } from "./finding-counts";
import { FreshnessWord } from "./freshness-word";
import { HelpMenu } from "./help-menu";
import { Rose } from "./rose";
import { useTheme } from "./theme";
import { views } from "./views";

export function Header({ onSearch, onKeys }: { readonly onSearch: () => void; readonly onKeys: () => void }) {
  const words = useWords();
  const href = useHref();
  return (
    <header className="flex h-48 flex-none items-center gap-4 border-b border-line bg-surface px-16 whitespace-nowrap phone:gap-2 phone:pr-8 phone:pl-12">
      <a href="#content" className="sr-only focus:not-sr-only focus:px-8">
        {words.shell.skipToContent}
      </a>
      <Link
        href={href("/")}
        prefetch={false}
        aria-label={words.shell.home}
        className="mr-6 flex items-center gap-8 text-[14px] font-head tracking-[-0.01em] no-underline"
      >
        <Rose />
        <span className="scarce:hidden">Portolan</span>
      </Link>
      <ClusterSwitch />
      <span className="mx-6 h-20 w-1 flex-none bg-line phone:hidden" />
      <ViewTabs />
      <span className="min-w-0 flex-1" />
      <SearchField onSearch={onSearch} />
      <FindingCounts />
      <FreshnessWord />
      <ThemeButton />
      <HelpMenu onKeys={onKeys} />
    </header>
  );
}

function ViewTabs() {
  const words = useWords();
  const href = useHref();
  const pathname = usePathname();
  const tabs = useRef<HTMLElement>(null);
  // Where they scroll, the view that one is in stays among those that are seen.
  useEffect(() => {
    tabs.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pathname]);
  return (
    <nav ref={tabs} aria-label={words.shell.views} className="flex h-full min-w-0 overflow-x-auto phone:hidden">
      {views.map(({ id, path }) => (
        <Link
          key={id}
          href={href(path)}
          prefetch={false}
          aria-current={pathname === path ? "page" : undefined}
          className="focus-inset flex items-center border-y-2 border-transparent px-9 font-medium text-ink-2 no-underline hover:text-ink aria-[current]:border-b-ink aria-[current]:text-ink"
        >
          {words.shell.view[id]}
        </Link>
      ))}
    </nav>
  );
}

function SearchField({ onSearch }: { readonly onSearch: () => void }) {
  const words = useWords();
  return (
    <>
      <button
        type="button"
        onClick={onSearch}
        className="flex h-30 w-270 flex-none cursor-text items-center gap-8 rounded-2 border border-line-strong bg-bg pr-6 pl-9 text-left text-ink-3 hover:border-control narrow:hidden"
      >
        <Icon name="search" size={14} />
        <span className="flex-1 truncate">{words.shell.searchLong}</span>
        <Kbd>/</Kbd>
      </button>
      <IconButton label={words.shell.search} onPress={onSearch} className="hidden narrow:grid">
        <Icon name="search" size={18} />
      </IconButton>
    </>
  );
}

function ThemeButton() {
  const words = useWords();
  const { next, change } = useTheme();
  return (
    <IconButton
      label={words.shell.switchTheme(words.shell.themeIs[next])}
      onPress={() => {
        change(next);
      }}
    >
      <Icon name="theme" />
    </IconButton>
  );
}
