import { assignOwnerHues, displayNames, ownerKey, type OwnerMark } from "@/components/glyphs/owner-hues";
import type { EvidenceOwner } from "./evidence";

/** The owners of a finding as marks, by share. */
export function ownerMarks(owners: readonly EvidenceOwner[]): OwnerMark[] {
  const names = displayNames(owners);
  return assignOwnerHues(owners.map((owner, place) => ({ key: ownerKey(owner), name: names[place] ?? owner.name, share: owner.share })));
}
