import { describeProxy, joinAssumptions, nodePortRangeOf, resourceKinds } from "@/lib/core";
import { encodeRecognition } from "@/lib/wire/encode-recognition";
import { countOf, encodeStaleness } from "@/lib/wire/encode-status";
import type { WireCluster } from "@/lib/wire/schemas";
import { basename } from "node:path";
import { countFindings } from "./finding-counts";
import { clusterState } from "./readiness";
import type { ClusterView } from "./runtime";
import { deriveView } from "./views";

/** contract.md `Cluster`: what the switch, the status bar and scripts see of one cluster. Never throws for a cluster that was not read yet. */
export function describeCluster(view: ClusterView): WireCluster {
  const { context, evaluation } = deriveView(view);
  const proxies = [...view.snapshot.nodes.values()].map((node) => describeProxy(view.snapshot, context, node));
  const { file, error, mistakes } = view.policy;
  const trouble = view.trouble === null ? null : `${view.trouble.what}: ${view.trouble.where}: ${view.trouble.todo}`;
  return {
    name: view.name,
    default: view.default,
    source: view.origin,
    recognised: view.format === null ? null : encodeRecognition(view.format, view.snapshot, evaluation),
    removable: view.removable,
    state: clusterState(view),
    trouble: view.trouble === null ? null : { kind: view.trouble.kind, where: view.trouble.where },
    message: trouble ?? (error === null ? null : `policy: ${error}`),
    version: view.snapshot.version,
    proxyModes: [...new Set(proxies.map((proxy) => proxy.label))].sort(),
    assumptions: [...joinAssumptions(proxies.flatMap((proxy) => proxy.assumptions))],
    policy: file === null ? null : basename(file),
    policyError: error,
    policyMistakes: [...mistakes],
    counts: Object.fromEntries(resourceKinds.map((kind) => [kind, countOf(view.snapshot, kind)])),
    staleness: encodeStaleness(view.snapshot),
    findings: countFindings(evaluation.findings),
    bands: view.policy.value.bands.map(({ name, kind, ports, owner }) => ({ name, kind, first: ports.first, last: ports.last, owner })),
    nodePortRange: nodePortRangeOf(view.policy.value, view.name).range,
  };
}
