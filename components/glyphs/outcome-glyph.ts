import type { WireCell } from "@/lib/wire/schemas";

/** One shape per outcome, the same at every size (docs: the legend of the map). */
export type OutcomeGlyph =
  | "local"
  | "remote"
  | "mixed"
  | "rejected"
  | "dropped"
  | "listener"
  | "hostPort"
  | "contested"
  | "unknown"
  | "reserved"
  | "closed"
  | "free"
  | "elsewhere";

type OutcomeFacts = {
  readonly outcome: WireCell["outcome"];
  readonly claim?: string | null;
  /** How many owners answer; two or more is a mixture. */
  readonly owners?: number;
  /** Backends usable on the node that was asked. */
  readonly local?: number;
};

/**
 * The shape that stands for an outcome. It follows outcome and claim: hostPort and reserved are no outcomes of their own.
 *
 * Input: `local` absent = the answer is not that of one node, so it is drawn as answered here.
 */
export function glyphOfOutcome({ outcome, claim = null, owners = 0, local }: OutcomeFacts): OutcomeGlyph {
  switch (outcome) {
    case "delivered":
      if (owners > 1) return "mixed";
      if (claim === "hostPort") return "hostPort";
      return local === 0 ? "remote" : "local";
    case "closed":
      return claim === "reservation" ? "reserved" : "closed";
    case "listener":
    case "healthCheck":
      return "listener";
    case "rejected":
    case "dropped":
    case "contested":
    case "unknown":
    case "elsewhere":
      return outcome;
  }
}
