import type { ContestedReason, RouteClaim, RouteOutcome, RouteStep, SourceSeen } from "../model/route";

/** A node's answer without the question: trace.ts makes a Route of it. `alternatives` of a contested one are answers themselves. */
export type Answer = {
  readonly outcome:
    | Exclude<RouteOutcome, { readonly kind: "contested" | "unknown" }>
    | Contested
    | {
        readonly kind: "unknown";
        readonly reason: "client-address" | "proxy-mode" | "proxy-unsupported";
        readonly alternatives: readonly Answer[];
      };
  readonly claim: RouteClaim | null;
  readonly affinitySeconds: number | null;
  readonly steps: readonly RouteStep[];
  /** What all backends see of the client, where that is known without a look at each. */
  readonly source?: SourceSeen | undefined;
};

/** `likely`: the alternative that usually wins, null when none is likelier. */
type Contested = {
  readonly kind: "contested";
  readonly reason: ContestedReason;
  readonly alternatives: readonly Answer[];
  readonly likely: number | null;
};

/** Whether two answers send the packet to the same places for the same reasons. */
export function sameOutcome(a: Answer, b: Answer): boolean {
  return JSON.stringify([a.outcome, a.claim]) === JSON.stringify([b.outcome, b.claim]);
}
