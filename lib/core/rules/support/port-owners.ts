// Who answers on a Service port: the owners behind its usable endpoints, with their shares.

import { compareText } from "../../basics/order";
import { findPortEndpoints, type PortEndpoint } from "../../inventory/usable-endpoints";
import { formatObjectRef } from "../../model/meta";
import type { Group, Owner } from "../../model/owner";
import type { PodRecord } from "../../model/pod";
import type { ServicePort, ServiceRecord } from "../../model/service";
import type { Snapshot } from "../../model/snapshot";
import { resolveGroup, resolveOwner } from "../../owners/owner";
import { isClaimed } from "./claimed-ports";

/** `share` of the connections under the policy Cluster; `nodes`, `pods` sorted by name. */
export type PortOwner = {
  readonly owner: Owner;
  readonly group: Group | null;
  readonly share: number;
  readonly pods: readonly PodRecord[];
};

/**
 * Owners of a Service port's usable endpoints, largest share first, then by name.
 *
 * Returns: endpoints without a Pod object have no owner and make no mixture: they are left out, also of the shares.
 */
export function ownersOfPort(snapshot: Snapshot, service: ServiceRecord, port: ServicePort): readonly PortOwner[] {
  return ownersOfEndpoints(findPortEndpoints(snapshot, service, port).filter(({ usable }) => usable));
}

export function ownersOfEndpoints(endpoints: readonly PortEndpoint[]): readonly PortOwner[] {
  // A dual-stack pod is one pod, though it has two endpoints.
  const pods = [...new Set(endpoints.flatMap(({ pod }) => pod ?? []))];
  const byOwner = new Map<string, PodRecord[]>();
  for (const pod of pods) {
    const key = formatObjectRef(resolveOwner(pod));
    const known = byOwner.get(key);
    if (known === undefined) byOwner.set(key, [pod]);
    else known.push(pod);
  }
  return [...byOwner]
    .flatMap(([key, members]): (PortOwner & { key: string })[] => {
      const sorted = [...members].sort((a, b) => compareText(a.name, b.name));
      const [first] = sorted;
      return first === undefined
        ? []
        : [{ key, owner: resolveOwner(first), group: resolveGroup(first), share: members.length / pods.length, pods: sorted }];
    })
    .sort((a, b) => b.share - a.share || compareText(a.key, b.key))
    .map(({ owner, group, share, pods: members }) => ({ owner, group, share, pods: members }));
}

/** Names for a set of owners: their groups where each has another one, else their own. */
export function nameOwners(owners: readonly Pick<PortOwner, "owner" | "group">[]): readonly string[] {
  const groups = owners.flatMap(({ group }) => group?.name ?? []);
  return new Set(groups).size === owners.length ? groups : owners.map(({ owner }) => `${owner.kind} ${owner.name}`);
}

/**
 * A port of metrics that only the inside reaches, of the parts of one Helm release (redis' master and replicas behind one exporter's Service):
 * a scraper asks each endpoint by itself, so nobody lands by chance.
 */
export function isScraped(service: ServiceRecord, port: ServicePort, owners: readonly Pick<PortOwner, "group">[]): boolean {
  if (!isInnerMetrics(service, port)) return false;
  const [first] = owners;
  return (
    first?.group?.kind === "helmRelease" && owners.every(({ group }) => group?.kind === "helmRelease" && group.name === first.group?.name)
  );
}

/** A port that by its name gives metrics, and that only the inside reaches. */
export function isInnerMetrics(service: ServiceRecord, port: ServicePort): boolean {
  return !isClaimed(service, port) && /(^|-)metrics$/.test(port.name);
}

/** Jobs and hooks beside a long-running owner are another rule's: they do not count as owners of a mixture. */
export function withoutJobs(owners: readonly PortOwner[]): readonly PortOwner[] {
  const lasting = owners.filter(({ owner }) => owner.kind !== "Job" && owner.kind !== "CronJob");
  return lasting.length > 0 ? lasting : owners;
}

/** A pod that runs to its end: it belongs to a Job, and through it perhaps to a CronJob or a chart's hook. */
export function isJobPod({ controller }: Pick<PodRecord, "controller">): boolean {
  return controller?.kind === "Job";
}
