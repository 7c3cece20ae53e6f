// The evidence of a finding as a small picture: who selects or takes what, and where it goes right or wrong. Evidence differs by rule, and a rule
// may be newer than this page: what is not understood makes no picture.

import type { OwnerMark } from "@/components/glyphs/owner-hues";
import type { Words } from "@/components/words/en";
import type { WireFinding } from "@/lib/wire/schemas";

export type PictureWords = Words["findings"]["picture"];
/** A label as it is asked for (`plain`), matched (`equal`), unlike at the others (`separates`), missed (`guilty`); or what makes it go wrong (`cause`). */
export type PictureLabel = { readonly text: string; readonly state: "plain" | "equal" | "separates" | "guilty" | "cause" };

/** `isMissing`: there ought to be something, and there is nothing. */
export type PictureRow = {
  readonly kind: string;
  readonly name: string;
  readonly note: string | null;
  readonly mark: OwnerMark | null;
  readonly labels: readonly PictureLabel[];
  readonly isMissing: boolean;
};

/** An arrow between two rows. `weight`: its share of what leaves the first row. `end`: it arrives, it does not, or nobody can know. */
export type PictureEdge = {
  readonly from: number;
  readonly to: number;
  readonly hue: OwnerMark["hue"] | null;
  readonly weight: number;
  readonly end: "arrives" | "fails" | "unknown";
};

export type Picture = {
  readonly heading: "selects" | "claims" | "answers";
  readonly rows: readonly PictureRow[];
  readonly edges: readonly PictureEdge[];
  /** Keys of the evidence that the picture shows. */
  readonly shown: readonly string[];
};

export type Pictured = Pick<WireFinding, "evidence" | "groups" | "ports" | "nodes">;
