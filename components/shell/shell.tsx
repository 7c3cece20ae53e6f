"use client";

import { usePathname, useRouter } from "next/navigation";
import { useEffect, useState, type ReactNode } from "react";
import { useCluster } from "@/components/live/cluster";
import { useFindings } from "@/components/live/queries";
import { useHref } from "@/components/live/use-href";
import { SnapshotsProvider, useSnapshots } from "@/components/snapshots/snapshots";
import { useAnnounce } from "@/components/ui/announcer";
import { useCopy } from "@/components/ui/copy-button";
import { languages } from "@/components/words/languages";
import { nameOfLanguage, useWords } from "@/components/words/words";
import { languageCookie, rememberChoice } from "./preferences";
import { Header } from "./header";
import { useShortcuts, useTicketText, type Shortcut } from "./keyboard";
import { KeysDialog } from "./keys-dialog";
import { NoticeLine } from "./notice-line";
import { Palette } from "./palette";
import type { PaletteCommand } from "./palette-rows";
import { PhoneNav } from "./phone-nav";
import { StatusBar } from "./status-bar";
import { useTheme } from "./theme";
import { views } from "./views";

/** The frame around every view: header, palette, keys, status bar, and the whole page as the place where a snapshot can be dropped. */
export function Shell({ children }: { readonly children: ReactNode }) {
  return <SnapshotsProvider>{(line) => <Frame line={line}>{children}</Frame>}</SnapshotsProvider>;
}

function Frame({ line, children }: { readonly line: ReactNode; readonly children: ReactNode }) {
  const [overlay, setOverlay] = useState<"none" | "search" | "keys">("none");
  const search = (): void => {
    setOverlay("search");
  };
  const keys = (): void => {
    setOverlay("keys");
  };
  const close = (): void => {
    setOverlay("none");
  };
  const shortcuts = useEverywhere({ search, keys });
  useShortcuts("everywhere", shortcuts);
  useCommandKey(search);
  const commands = useCommands(shortcuts);
  return (
    <>
      <Header onSearch={search} onKeys={keys} />
      <NoticeLine />
      {line}
      <main id="content" className="flex min-h-0 flex-1 flex-col">
        {children}
      </main>
      <StatusBar />
      <PhoneNav />
      <Palette isOpen={overlay === "search"} onClose={close} onKeys={keys} commands={commands} />
      <KeysDialog isOpen={overlay === "keys"} onClose={close} />
    </>
  );
}

function useEverywhere({ search, keys }: { readonly search: () => void; readonly keys: () => void }): readonly Shortcut[] {
  const words = useWords();
  const router = useRouter();
  const href = useHref();
  const copy = useCopy();
  const announce = useAnnounce();
  const theme = useTheme();
  const ticket = useTicketText();
  const step = useFindingStep();
  return [
    ...views.map(({ id, path, key }) => ({
      keys: `g ${key}`,
      label: words.keys.go(words.shell.view[id]),
      run: () => {
        router.push(href(path));
      },
    })),
    { keys: "/", label: words.keys.search, run: search },
    { keys: "?", label: words.keys.help, run: keys },
    {
      keys: "[",
      label: words.keys.previousFinding,
      run: () => {
        step(-1);
      },
    },
    {
      keys: "]",
      label: words.keys.nextFinding,
      run: () => {
        step(1);
      },
    },
    {
      keys: "y",
      label: words.keys.copyLink,
      run: () => {
        copy(window.location.href, words.shell.linkCopied, words.shell.copyFailed);
      },
    },
    {
      keys: "Shift+Y",
      label: words.keys.copyForTicket,
      run: () => {
        const text = ticket();
        if (text === null) announce(words.shell.linkCopied);
        copy(text ?? window.location.href, text === null ? words.shell.linkCopied : words.shell.ticketCopied, words.shell.copyFailed);
      },
    },
    {
      keys: "t",
      label: words.keys.theme,
      run: () => {
        theme.change(theme.next);
      },
    },
  ];
}

/** Returns: a function that opens the next finding; a view that shows findings itself brings its own `[` and `]`. */
function useFindingStep(): (by: 1 | -1) => void {
  const router = useRouter();
  const href = useHref();
  const pathname = usePathname();
  const { name } = useCluster();
  const { data } = useFindings(name);
  return (by) => {
    const findings = data?.findings.filter(({ acknowledged }) => acknowledged === null) ?? [];
    const current = pathname === "/conflicts" ? new URLSearchParams(window.location.search).get("f") : null;
    const at = findings.findIndex(({ fingerprint }) => fingerprint === current);
    const next = findings[at < 0 ? (by > 0 ? 0 : findings.length - 1) : (at + by + findings.length) % findings.length];
    if (next !== undefined) router.push(href("/conflicts", { f: next.fingerprint }));
  };
}

function useCommands(shortcuts: readonly Shortcut[]): readonly PaletteCommand[] {
  const router = useRouter();
  const words = useWords();
  const snapshots = useSnapshots();
  return [
    ...shortcuts.filter(({ keys }) => keys !== "/").map(({ label, keys, run }) => ({ label, keys, run })),
    { label: words.snapshots.open, keys: "", run: snapshots.choose },
    ...languages.map((language) => ({
      label: words.palette.language(nameOfLanguage(language)),
      keys: "",
      run: () => {
        rememberChoice(languageCookie, language);
        router.refresh();
      },
    })),
  ];
}

/** Ctrl-K and ⌘K open the search from everywhere, also out of a field. */
function useCommandKey(open: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      open();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
    };
  });
}
