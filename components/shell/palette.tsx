"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useDeferredValue, useEffect, useId, useState, type KeyboardEvent } from "react";
import { Glyph } from "@/components/glyphs/glyph";
import { useCluster } from "@/components/live/cluster";
import { useHref } from "@/components/live/use-href";
import { classes } from "@/components/ui/classes";
import { Dialog } from "@/components/ui/dialog";
import { Kbd, Keys } from "@/components/ui/kbd";
import { useWords } from "@/components/words/words";
import { fetchSearch } from "@/lib/client/api";
import { parseTarget } from "@/lib/client/target";
import { buildPaletteRows, type PaletteCommand, type PaletteRow } from "./palette-rows";
import { readRecent, rememberRecent } from "./recent";

type PaletteProps = {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onKeys: () => void;
  readonly commands: readonly PaletteCommand[];
};

/** Search and commands in one field. The first row is the answer; Enter opens it, Shift-Enter opens a trace beside the map. */
export function Palette({ isOpen, onClose, onKeys, commands }: PaletteProps) {
  const words = useWords();
  return (
    <Dialog label={words.palette.label} isOpen={isOpen} onClose={onClose}>
      <PaletteBody onClose={onClose} onKeys={onKeys} commands={commands} />
    </Dialog>
  );
}

function PaletteBody({ onClose, onKeys, commands }: Omit<PaletteProps, "isOpen">) {
  const words = useWords();
  const router = useRouter();
  const href = useHref();
  const listId = useId();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const { rows, isOld } = usePaletteRows(text, commands);
  const active = Math.min(chosen, rows.length - 1);

  const open = (row: PaletteRow | undefined, beside: boolean): void => {
    if (row === undefined) return;
    onClose();
    if (row.run !== null) row.run();
    else if (row.href !== null) {
      const to = new URLSearchParams(row.href.split("?")[1]).get("to");
      if (to !== null) rememberRecent(to);
      const target = to === null ? null : parseTarget(to);
      router.push(beside && target !== null ? href("/", { cell: target.text }) : href(row.href));
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setChosen((active + step + rows.length) % Math.max(rows.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      open(rows[active], event.shiftKey);
    } else if (event.key === "?" && text === "") {
      event.preventDefault();
      onClose();
      onKeys();
    }
  };

  return (
    <>
      <input
        autoFocus
        role="combobox"
        aria-label={words.palette.label}
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={rows[active] === undefined ? undefined : `${listId}-${String(active)}`}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={words.palette.placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
        className="focus-inset h-48 w-full flex-none border-b border-line bg-transparent px-16 text-15 outline-none focus-visible:outline-none"
      />
      <div id={listId} role="listbox" aria-label={words.palette.label} className="min-h-0 overflow-auto py-2">
        {rows.map((row, place) => (
          <div key={row.id} role="presentation">
            {rows[place - 1]?.group !== row.group && (
              <div role="presentation" className="px-16 pt-8 pb-2 text-11 text-ink-3">
                {row.group}
              </div>
            )}
            <PaletteOption
              row={row}
              id={`${listId}-${String(place)}`}
              isActive={place === active}
              onOpen={(beside) => {
                open(row, beside);
              }}
            />
          </div>
        ))}
        {rows.length === 0 && !isOld && <p className="px-16 py-10 text-ink-2">{words.palette.nothing(text.trim())}</p>}
      </div>
      <div className="flex flex-none gap-14 border-t border-line px-16 py-8 text-11 text-ink-3 phone:hidden">
        <span>
          <Keys of="ArrowUp ArrowDown" /> {words.palette.move}
        </span>
        <span>
          <Kbd>↵</Kbd> {words.palette.open}
        </span>
        <span>
          <Keys of="Shift Enter" /> {words.palette.openBeside}
        </span>
        <span>
          <Kbd>?</Kbd> {words.palette.allKeys}
        </span>
      </div>
    </>
  );
}

function PaletteOption({
  row,
  id,
  isActive,
  onOpen,
}: {
  readonly row: PaletteRow;
  readonly id: string;
  readonly isActive: boolean;
  readonly onOpen: (beside: boolean) => void;
}) {
  useEffect(() => {
    if (isActive) document.getElementById(id)?.scrollIntoView({ block: "nearest" });
  }, [isActive, id]);
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      onClick={(event) => {
        onOpen(event.shiftKey);
      }}
      className={classes("flex h-34 cursor-pointer items-center gap-10 px-16 hover:bg-press phone:h-44", isActive && "bg-press")}
    >
      {row.glyph !== null && <Glyph name={row.glyph} />}
      <span className={classes("flex-none", row.mono && "font-mono text-[0.94em]")}>{row.label}</span>
      <span className="min-w-0 flex-1 truncate text-ink-3">{row.detail}</span>
      <span className="max-w-240 truncate text-12 text-ink-3">{row.beside}</span>
      {row.keys !== null && <Keys of={row.keys} />}
      {isActive && row.keys === null && <span className="text-12 text-ink-3">↵</span>}
    </div>
  );
}

function usePaletteRows(
  text: string,
  commands: readonly PaletteCommand[],
): { readonly rows: readonly PaletteRow[]; readonly isOld: boolean } {
  const words = useWords();
  const { name } = useCluster();
  const asked = useDeferredValue(text.trim());
  const isQuestion = asked !== "" && !asked.startsWith(">");
  const { data, isPlaceholderData } = useQuery({
    queryKey: ["search", name, asked],
    queryFn: ({ signal }) => fetchSearch(name, asked, signal),
    enabled: isQuestion,
    staleTime: 2_000,
    gcTime: 30_000,
    retry: false,
    placeholderData: (previous) => previous,
  });
  const found = isQuestion ? (data?.results ?? []) : [];
  // While an answer is on its way, Enter must not open the one to what was typed before.
  const isOld = isPlaceholderData || asked !== text.trim();
  const results = isOld
    ? found.filter(({ type, label }) => type !== "route" && label.toLowerCase().includes(text.trim().toLowerCase()))
    : found;
  return { rows: buildPaletteRows({ text, results, commands, recent: readRecent(), words }), isOld };
}
