import type { WireRemedy } from "@/lib/wire/remedy-schemas";

/** How an address names a remedy: its kind, with the variant where a kind has several. */
export function remedyId({ kind, variant }: Pick<WireRemedy, "kind" | "variant">): string {
  return variant === null ? kind : `${kind}.${variant}`;
}

/**
 * The remedy that stands open.
 *
 * Returns: the one that is named, by its kind alone if need be; else the first. Null when there is none.
 */
export function chooseRemedy(remedies: readonly WireRemedy[], named: string | null): WireRemedy | null {
  return remedies.find((each) => remedyId(each) === named) ?? remedies.find(({ kind }) => kind === named) ?? remedies[0] ?? null;
}
