import { glyphOfOutcome } from "@/components/glyphs/outcome-glyph";
import type { GlyphName } from "@/components/glyphs/glyph";
import type { Words } from "@/components/words/en";
import { parseTarget } from "@/lib/client/target";
import { hrefOf } from "@/lib/client/href";
import type { WireSearchResult } from "@/lib/wire/schemas";

export type PaletteRow = {
  readonly id: string;
  readonly group: string;
  readonly glyph: GlyphName | null;
  readonly label: string;
  readonly mono: boolean;
  readonly detail: string;
  readonly beside: string;
  readonly keys: string | null;
  /** Where Enter leads; or what it does. */
  readonly href: string | null;
  readonly run: (() => void) | null;
};

export type PaletteCommand = { readonly label: string; readonly keys: string; readonly run: () => void };

type Sources = {
  readonly text: string;
  readonly results: readonly WireSearchResult[];
  readonly commands: readonly PaletteCommand[];
  readonly recent: readonly string[];
  readonly words: Words;
};

const empty = { glyph: null, mono: false, detail: "", beside: "", keys: null, href: null, run: null } as const;

/**
 * The rows of the palette, best first.
 *
 * Returns: an address or port always leads with its own trace, even before the server said what answers there, so that Enter on a pasted
 * address opens it. `>` lists commands only; an empty text lists what was opened last, then the commands.
 */
export function buildPaletteRows({ text, results, commands, recent, words }: Sources): PaletteRow[] {
  const term = text.trim();
  const groups = words.palette.groups;
  const commandRows = commands.map(({ label, keys, run }): PaletteRow => ({
    ...empty,
    id: `command ${label}`,
    group: groups.commands,
    label,
    keys: keys === "" ? null : keys,
    run,
  }));
  if (term.startsWith(">")) {
    const wanted = term.slice(1).trim().toLowerCase();
    return commandRows.filter(({ label }) => label.toLowerCase().includes(wanted));
  }
  if (term === "") {
    const recentRows = recent.map((each): PaletteRow => ({
      ...empty,
      id: `recent ${each}`,
      group: groups.recent,
      label: each,
      mono: true,
      href: hrefOf("/trace", { to: each }),
    }));
    return [...recentRows, ...commandRows];
  }
  const target = parseTarget(term);
  const rows = results.map((result) => rowOf(result, words));
  const hasAnswer = results.some(({ type }) => type === "route");
  const answer: PaletteRow[] =
    target === null || hasAnswer
      ? []
      : [
          {
            ...empty,
            id: "answer",
            group: groups.answer,
            label: target.text,
            mono: true,
            detail: words.palette.groups.answer,
            href: hrefOf("/trace", { to: target.text }),
          },
        ];
  const goTo: PaletteRow[] =
    target === null
      ? []
      : [
          {
            ...empty,
            id: "map",
            group: groups.goTo,
            label: words.palette.mapColumn(String(target.port)),
            keys: "g m",
            href: hrefOf("/", { cell: `:${String(target.port)}` }),
          },
          {
            ...empty,
            id: "allocations",
            group: groups.goTo,
            label: words.palette.allocationsOf(`port:${String(target.port)}`),
            keys: "g a",
            href: hrefOf("/allocations", { q: `port:${String(target.port)}` }),
          },
        ];
  return [...answer, ...rows, ...goTo];
}

function rowOf(result: WireSearchResult, words: Words): PaletteRow {
  const { type, outcome, severity, href } = result;
  const { label, detail } = words.say.result(result);
  const glyph: GlyphName | null =
    outcome === null ? severity : outcome === "delivered" && severity === "critical" ? "mixed" : glyphOfOutcome({ outcome });
  const named = { service: "svc/", pod: "pod/", node: "node/", namespace: "ns/", route: "", finding: "" }[type];
  const beside = type === "route" ? "" : detail;
  return {
    ...empty,
    id: `${type} ${href} ${result.label}`,
    group: words.palette.groups[type],
    glyph,
    label: `${named}${label}`,
    mono: type === "route",
    detail: type === "route" ? detail : "",
    beside,
    href,
  };
}
