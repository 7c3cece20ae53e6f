// When an answer rests on kinds that could not be read: then it is unknown, with what is missing; never a guess.

import { isKnownIn } from "../model/known";
import type { KindStatus, ResourceKind } from "../model/resource-kind";
import type { MissingKind, RouteStep, UnknownReason } from "../model/route";
import type { Snapshot } from "../model/snapshot";
import type { Answer } from "./answer";
import type { NodeView } from "./node-view";

/** What a route cannot be told without; `missing` empty when it is nothing that was not read: then `why` says what. */
export type Missing = { readonly reason: UnknownReason; readonly missing: readonly MissingKind[]; readonly why?: RouteStep };

/** Nodes decide whose address it is: without them nothing can be answered. */
export function missingNodes(snapshot: Snapshot): Missing | undefined {
  return isKnownIn(snapshot.kinds.nodes, "") ? undefined : toMissing(snapshot, [{ kind: "nodes", namespaces: "all" }]);
}

/** An address that nothing captures: every Service must be known to say so. */
export function missingServices(snapshot: Snapshot, view: NodeView): Missing | undefined {
  if (view.proxy.kind === "none") return undefined;
  const missing: MissingKind[] = [];
  addUnread(missing, "services", snapshot.kinds.services);
  return missing.length === 0 ? undefined : toMissing(snapshot, missing);
}

/**
 * What a node's answer needs and the snapshot lacks.
 *
 * Input:   `serviceNamespaces`: those of the Services that claim the port.
 * Returns: undefined when the answer stands: a nodePort that a known Service holds cannot be another's; everything else may be claimed by what was not read.
 */
export function missingFor(
  snapshot: Snapshot,
  view: NodeView,
  answer: Answer | undefined,
  serviceNamespaces: readonly string[],
): Missing | undefined {
  const { kinds } = snapshot;
  const missing: MissingKind[] = [];
  const unreadSlices = serviceNamespaces.filter((namespace) => !isKnownIn(kinds.endpointslices, namespace));
  if (unreadSlices.length > 0)
    missing.push({ kind: "endpointslices", namespaces: isUnread(kinds.endpointslices) ? "all" : [...new Set(unreadSlices)].sort() });
  // A Service whose kind was not collected is known in part only (a printed table): that it holds the number says not yet where it leads.
  const isPart = kinds.services.state === "notCollected";
  if ((serviceNamespaces.length === 0 || isPart) && view.proxy.kind !== "none") addUnread(missing, "services", kinds.services);
  const byService = answer?.outcome.kind === "delivered" && answer.claim?.kind !== "hostPort";
  // In iptables mode a Service that translates comes before any hostPort; elsewhere an unread pod may hold the number.
  if (!(byService && view.proxy.mode === "iptables" && view.proxy.hostPortImplementation !== "portmap-nftables"))
    addUnread(missing, "pods", kinds.pods);
  return missing.length === 0 ? undefined : toMissing(snapshot, missing);
}

function addUnread(missing: MissingKind[], kind: ResourceKind, status: KindStatus): void {
  if (isKnownIn(status, null)) return;
  const partly = !isUnread(status) && status.forbiddenNamespaces.length > 0;
  missing.push({ kind, namespaces: partly ? [...status.forbiddenNamespaces].sort() : "all" });
}

/** Nothing of the kind was read anywhere. */
function isUnread({ state }: KindStatus): boolean {
  return state === "forbidden" || state === "syncing" || state === "notCollected";
}

function toMissing(snapshot: Snapshot, missing: readonly MissingKind[]): Missing {
  const reasons = missing.map(({ kind }) => unreadReason(snapshot.kinds[kind]));
  return { reason: (["not-synced", "not-collected"] as const).find((each) => reasons.includes(each)) ?? "forbidden", missing };
}

/** Why a kind is not known everywhere. A snapshot of some namespaces was refused nothing. */
export function unreadReason({ state, forbiddenNamespaces }: KindStatus): UnknownReason {
  if (state === "syncing") return "not-synced";
  return state === "notCollected" || (state === "snapshot" && forbiddenNamespaces.length === 0) ? "not-collected" : "forbidden";
}
