import type { ClaimKind } from "./claim";
import type { ObjectRef, Protocol } from "./meta";
import type { Group, Owner } from "./owner";
import type { ResourceKind } from "./resource-kind";
import type { StepCode } from "./step-code";

/** Where the packet starts. `address` null: an outside client whose address is not known. */
export type ClientPosition =
  | { readonly kind: "outside"; readonly address: string | null }
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "pod"; readonly namespace: string; readonly name: string };

/** `node`: the node that receives the packet, for an address that is not one node's; null = ask every node. */
export type RouteQuery = {
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly from: ClientPosition;
  readonly node: string | null;
};

/** Whether a backend sees the client's own address. */
export type SourceSeen = "preserved" | "masqueraded";

/**
 * One place where a connection may end. `probability` null: not known (a load-dependent scheduler).
 * `replyPathBroken`: chosen like the others, but its reply cannot come back (routing.md R2.5.7).
 * `readySinceMs`: since when its pod is ready; null where it is not, or no pod tells. `offCluster`: neither a node's nor a pod's address nor in the pod range. `pod`, `owner` null where no Pod object holds the address.
 */
export type Backend = {
  readonly address: string;
  readonly port: number;
  readonly probability: number | null;
  readonly pod: { readonly namespace: string; readonly name: string } | null;
  readonly node: string | null;
  readonly owner: Owner | null;
  readonly group: Group | null;
  readonly ready: boolean;
  readonly readySinceMs: number | null;
  readonly terminating: boolean;
  readonly replyPathBroken: boolean;
  readonly offCluster: boolean;
  readonly source: SourceSeen;
};

export type ClosedReason =
  "unclaimed" | "ignored-by-proxy" | "no-service-proxy" | "address-not-accepted" | "host-port-not-mapped" | "family-not-served";
export type ContestedReason = "same-tuple" | "chain-order" | "host-port-order" | "verdict-order" | "duplicate-endpoints";
export type UnknownReason =
  | "not-synced"
  | "forbidden"
  | "not-collected"
  | "client-address"
  | "no-address-of-family"
  | "client-loopback"
  | "nodes-differ"
  | "proxy-mode"
  | "proxy-unsupported";

/** The outcomes of contract.md, each with what it alone knows. */
export type RouteOutcome =
  | {
      readonly kind: "delivered";
      readonly backends: readonly Backend[];
      readonly policy: "cluster" | "local" | "hostPort";
      readonly fallback: "none" | "terminating";
    }
  | { readonly kind: "rejected"; readonly reason: "no-endpoints" }
  | {
      readonly kind: "dropped";
      readonly reason: "no-local-endpoints" | "source-range" | "loopback" | "reply-path-broken";
      readonly backends: readonly Backend[];
    }
  | { readonly kind: "listener"; readonly pods: readonly ObjectRef[] }
  | { readonly kind: "healthCheck"; readonly localEndpoints: number }
  | { readonly kind: "closed"; readonly reason: ClosedReason }
  | { readonly kind: "elsewhere" }
  | {
      readonly kind: "contested";
      readonly reason: ContestedReason;
      readonly alternatives: readonly Route[];
      readonly likely: number | null;
    }
  | {
      readonly kind: "unknown";
      readonly reason: UnknownReason;
      readonly missing: readonly MissingKind[];
      readonly alternatives: readonly Route[];
    };

export type OutcomeKind = RouteOutcome["kind"];

export type MissingKind = { readonly kind: ResourceKind; readonly namespaces: "all" | readonly string[] };

/** What the API does not say, and what was taken instead. `from`: policy, ConfigMap/…, Pod/…, Node/…, DaemonSet/…, default. */
export type Assumption = { readonly what: string; readonly value: string; readonly from: string };

/** A step of a decision: the object and field that decided, as facts; `routing/words.ts` says them. `detail` feeds the words. */
export type RouteStep = {
  readonly code: StepCode;
  readonly object: string | null;
  readonly field: string | null;
  readonly value: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
};

/** Who takes the packet: the holder of the winning claim. */
export type RouteClaim = {
  readonly kind: ClaimKind | "clusterIP";
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
};

/** The answer to a RouteQuery: outcome plus the steps that led there. */
export type Route = {
  readonly query: RouteQuery;
  readonly outcome: RouteOutcome;
  readonly claim: RouteClaim | null;
  readonly node: string | null;
  readonly source: SourceSeen | null;
  readonly affinitySeconds: number | null;
  readonly assumptions: readonly Assumption[];
  readonly steps: readonly RouteStep[];
  readonly whyNot: { readonly pod: { readonly namespace: string; readonly name: string }; readonly steps: readonly RouteStep[] } | null;
};
