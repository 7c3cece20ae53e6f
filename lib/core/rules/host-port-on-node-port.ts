import { formatObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import { resolveOwner } from "../owners/owner";
import { moveHostPorts } from "../remedies/move-host-ports";
import { moveNumbers } from "../remedies/move-numbers";
import { defineRule } from "./rule";
import { findClashes, listMeetings, readsOfClashes, type PortClash } from "./support/port-clashes";
import { sayList } from "./support/words";

type AtNode = Omit<PortClash, "pods"> & { readonly pods: readonly string[] };
type HostPortEvidence = { readonly service: string; readonly port: number; readonly protocol: string; readonly nodes: readonly AtNode[] };

/** A hostPort number equals a nodePort on a node where both exist. Source: routing.md 3.1, 3.2; findings.md F29. */
export const hostPortOnNodePort = defineRule<HostPortEvidence>({
  id: "host-port-on-node-port",
  severity: "warning",
  needs: ["services", "pods", "nodes", "endpointslices"],
  remedies: [moveNumbers, moveHostPorts],
  reads: readsOfClashes,
  *check(snapshot, context) {
    for (const meeting of listMeetings(snapshot)) {
      const { service, port } = meeting;
      const clashes = findClashes(snapshot, context, meeting);
      if (clashes.length === 0) continue;
      const owners = [
        ...new Map(clashes.flatMap(({ pods }) => pods).map((pod) => [formatObjectRef(resolveOwner(pod)), resolveOwner(pod)])).values(),
      ];
      yield {
        severity: clashes.some(({ winner }) => winner === "unknown") ? "critical" : "warning",
        subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }, ...owners],
        ports: [{ port: port.nodePort, protocol: port.protocol }],
        nodes: clashes.map(({ node }) => node),
        sinceMs: sinceWhen(
          service,
          clashes.flatMap(({ pods }) => pods),
        ),
        evidence: {
          service: `${service.namespace}/${service.name}`,
          port: port.nodePort,
          protocol: port.protocol,
          nodes: clashes.map(({ pods, ...rest }) => ({ ...rest, pods: pods.map((pod) => `${pod.namespace}/${pod.name}`) })),
        },
      };
    }
  },
  words: {
    en: {
      title: "A hostPort equals a nodePort",
      why: "On the nodes where both exist only one of them gets the connections: which one depends on the proxy's mode, and in nftables mode on which rules were written last.",
      fix: "Move the hostPort out of the node-port range, or give the Service another nodePort.",
      describe({ service, port, protocol, nodes }) {
        const unknown = nodes.filter(({ winner }) => winner === "unknown");
        const named = `${String(port)}/${protocol}`;
        const parts = [...Map.groupBy(nodes, ({ winner, why, proxy }) => `${winner} ${why} ${proxy}`).values()].map((alike) =>
          sayWinner(alike, service, nodes.length === alike.length),
        );
        return {
          title:
            unknown.length > 0
              ? `${named} is contested on ${sayNodes(unknown)}`
              : `${named} is both a hostPort and a nodePort on ${sayNodes(nodes)}`,
          summary: parts.join(" "),
          symptoms: [
            unknown.length > 0
              ? "after a restart of kube-proxy or of the pod the other one may answer"
              : "one of the two never answers on these nodes",
          ],
        };
      },
    },
  },
});

function sayWinner(alike: readonly AtNode[], service: string, everywhere: boolean): string {
  const [first] = alike;
  if (first === undefined) return "";
  const { winner, why, proxy } = first;
  const pods = [...new Set(alike.flatMap((each) => each.pods))];
  const hostPort = `the hostPort of ${sayList(pods.slice(0, 3))}${pods.length > 3 ? " …" : ""}`;
  const nodePort = `NodePort ${service}`;
  const where = everywhere ? "" : `On ${sayNodes(alike)} `;
  const start = (text: string): string => (where === "" ? `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}` : `${where}${text}`);
  if (winner === "unknown")
    return start(
      `${hostPort} stands against ${nodePort}; ${proxy}: the winner cannot be known, since nothing tells whose rules come first.`,
    );
  const reason =
    why === "noEndpoint"
      ? ", which has no endpoint to use there."
      : why === "order"
        ? `: ${proxy} started after the pod, and what was registered last comes first.`
        : `: ${proxy} translates ${winner === "nodePort" ? "node ports" : "host ports"} first.`;
  return start(winner === "nodePort" ? `${nodePort} wins over ${hostPort}${reason}` : `${hostPort} wins over ${nodePort}${reason}`);
}

function sinceWhen(service: ServiceRecord, pods: readonly PodRecord[]): number | null {
  const times = pods.flatMap((pod) => pod.runningSinceMs ?? pod.startTimeMs ?? []);
  if (times.length === 0) return null;
  return Math.max(Math.min(...times), service.createdAtMs ?? 0);
}

function sayNodes(nodes: readonly { readonly node: string }[]): string {
  return nodes.length <= 3 ? sayList(nodes.map(({ node }) => node)) : `${String(nodes.length)} nodes`;
}
