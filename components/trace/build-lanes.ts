// The lanes of a trace as boxes and ribbons in a fixed frame. Pure: lanes.tsx draws them.

import { assignOwnerHues, displayNames, ownerKey, type OwnerMark } from "@/components/glyphs/owner-hues";
import type { WireBackend, WireRoute } from "@/lib/wire/schemas";

export type BackendGroup = { readonly mark: OwnerMark | null; readonly backends: readonly WireBackend[]; readonly share: number | null };

/** Backends by owner, the largest share first; those without an owner stand alone. */
export function groupBackends(route: Pick<WireRoute, "backends">): readonly BackendGroup[] {
  const owned = new Map<string, WireBackend[]>();
  const alone: WireBackend[] = [];
  for (const backend of route.backends) {
    if (backend.owner === null) alone.push(backend);
    else {
      const key = ownerKey(backend.owner);
      const known = owned.get(key);
      if (known === undefined) owned.set(key, [backend]);
      else known.push(backend);
    }
  }
  const owners = [...owned].flatMap(([key, backends]) => {
    const [first] = backends;
    return first?.owner == null ? [] : [{ key, backends, owner: { ...first.owner, group: first.group } }];
  });
  const names = displayNames(owners.map(({ owner }) => owner));
  const marks = assignOwnerHues(
    owners.map(({ key, owner, backends }, place) => ({ key, name: names[place] ?? owner.name, share: sumShares(backends) })),
  );
  const groups = marks.flatMap((mark): BackendGroup[] => {
    const found = owners.find(({ key }) => key === mark.key);
    return found === undefined ? [] : [{ mark, backends: found.backends, share: sumShares(found.backends) }];
  });
  return [...groups, ...alone.map((backend): BackendGroup => ({ mark: null, backends: [backend], share: backend.probability }))];
}

/** null as soon as one share is not known. */
function sumShares(backends: readonly WireBackend[]): number | null {
  return backends.reduce<number | null>((sum, { probability }) => (sum === null || probability === null ? null : sum + probability), 0);
}

/** A ribbon between two heights: a band that leaves at `from` and arrives at `to`, `thick` pixels high. */
export type Ribbon = { readonly from: number; readonly to: number; readonly thick: number; readonly mark: OwnerMark | null };

export const ribbonFull = 96;
const ribbonMin = 3;

/**
 * Ribbons from one box to each backend box.
 *
 * Input:   `middle`: the height of the box they leave; `arrivals`: the middle of each backend box.
 * Returns: stacked at the start in the given order, thickness = share (96 px = all of it, at least 3).
 */
export function buildRibbons(groups: readonly BackendGroup[], middle: number, arrivals: readonly number[]): readonly Ribbon[] {
  const shares = groups.map(({ share }) => Math.max(ribbonMin, (share ?? 1 / groups.length) * ribbonFull));
  let top = middle - shares.reduce((sum, each) => sum + each, 0) / 2;
  return groups.map(({ mark }, place): Ribbon => {
    const thick = shares[place] ?? ribbonMin;
    const from = top + thick / 2;
    top += thick;
    return { from, to: arrivals[place] ?? middle, thick, mark };
  });
}
