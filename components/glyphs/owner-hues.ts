/** An owner as an answer shows it. `name` is the group's where that tells the owners apart (displayNames), else the owner's. */
export type ShownOwner = { readonly key: string; readonly name: string; readonly share: number | null };

export type OwnerMark = {
  readonly key: string;
  readonly name: string;
  readonly hue: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  readonly initials: string;
};

type NamedOwner = {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly group?: { readonly name: string } | null;
};

const hues = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** The identity of an owner inside one answer. */
export function ownerKey(owner: Pick<NamedOwner, "kind" | "namespace" | "name">): string {
  return `${owner.kind}/${owner.namespace}/${owner.name}`;
}

/** The names under which owners are shown together: their groups' where each owner has another group, else their own. */
export function displayNames(owners: readonly NamedOwner[]): string[] {
  const groups = owners.map((owner) => owner.group?.name ?? null);
  const told = groups.every((group) => group !== null) && new Set(groups).size === owners.length;
  return owners.map((owner, place) => (told ? (groups[place] ?? owner.name) : owner.name));
}

/**
 * Hue and initials of the owners of one answer.
 *
 * Returns: marks in order of share (largest first), then name, so that the first two always get the pair that colour-blind people can tell
 *   apart. From the eighth on all wear hue 8.
 */
export function assignOwnerHues(owners: readonly ShownOwner[]): OwnerMark[] {
  const sorted = [...owners].sort((a, b) => (b.share ?? 0) - (a.share ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const letters = initials(sorted.map((owner) => owner.name));
  return sorted.map((owner, place) => ({
    key: owner.key,
    name: owner.name,
    hue: hues[Math.min(place, hues.length - 1)] ?? 8,
    initials: letters[place] ?? "?",
  }));
}

/**
 * The first two characters that distinguish each name among those shown, in capitals: what is common at their start (up to a separator) is
 * passed over. Names that still agree differ in their last character.
 */
export function initials(names: readonly string[]): string[] {
  const common = names.length > 1 ? commonStart(names) : 0;
  const taken = new Set<string>();
  return names.map((name) => {
    const rest = letters(name.slice(common));
    const all = rest.length > 0 ? rest : letters(name);
    const choices = [all.slice(0, 2), ...Array.from(all.slice(2), (letter) => `${all.slice(0, 1)}${letter}`)];
    const chosen = choices.find((choice) => !taken.has(choice)) ?? choices[0] ?? "?";
    taken.add(chosen);
    return chosen === "" ? "?" : chosen;
  });
}

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, "").toUpperCase();

function commonStart(names: readonly string[]): number {
  const [first = "", ...others] = names;
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length += 1;
  const upTo = first.slice(0, length);
  return Math.max(upTo.lastIndexOf("-"), upTo.lastIndexOf("."), upTo.lastIndexOf("/"), upTo.lastIndexOf("_")) + 1;
}
