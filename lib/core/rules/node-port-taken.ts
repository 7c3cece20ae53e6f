import { findFreePorts } from "../ranges/find-free-ports";
import { formatObjectRef } from "../model/meta";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { isAllowed } from "../policy/bands";
import type { Context, PortRange } from "../policy/policy";
import { defineRule } from "./rule";
import { distinctPorts } from "./support/claimed-ports";
import { sayFew, sayRange } from "./support/order-words";
import { findTakenNumbers, type TakenNumber } from "./support/wanted-numbers";
import { sayList, sayPorts, verb } from "./support/words";

type TakenEvidence = {
  readonly wanted: readonly {
    readonly port: number;
    readonly service: string;
    readonly field: string;
    readonly protocol: string;
    readonly holder: string;
    readonly heldAs: string;
  }[];
  /** The same manifest takes the numbers from their holders, but only after it gives them to others. */
  readonly leaves: boolean;
  readonly loadBalancer: boolean;
  readonly local: boolean;
  readonly otherProtocol: boolean;
  /** As many free numbers in a row, in the newcomer's band where it has one; null where none are. */
  readonly free: PortRange | null;
};

/** A Service of a manifest wants a number on nodes that a Service of the cluster holds. Source: the API server's port allocator; findings.md F08, F10, F16, F59. */
export const nodePortTaken = defineRule<TakenEvidence>({
  id: "node-port-taken",
  severity: "critical",
  scope: "check",
  needs: ["services"],
  *check(snapshot, context) {
    if (context.check === undefined) return;
    const groups = Map.groupBy(findTakenNumbers(snapshot, context.check), causeOf);
    for (const taken of groups.values()) {
      const services = new Map(taken.flatMap(({ service, holder }) => [service, holder].map((each) => [nameOf(each), each] as const)));
      yield {
        severity: taken.every(({ leaves }) => leaves) ? "warning" : "critical",
        subjects: [...services.values()].map(({ namespace, name }) => ({ kind: "Service", namespace, name })),
        ports: distinctPorts(taken.map(({ number, protocol }) => ({ port: number, protocol }))),
        evidence: {
          wanted: taken.map(({ number, field, protocol, service, holder, holds }) => ({
            port: number,
            service: nameOf(service),
            field,
            protocol,
            holder: nameOf(holder),
            heldAs: `${holds.field}/${holds.protocol}`,
          })),
          leaves: taken.every(({ leaves }) => leaves),
          loadBalancer: taken.some(({ service, field }) => service.type === "LoadBalancer" && field === "nodePort"),
          local: taken.some(({ service, holder }) => service.externalTrafficPolicy === "Local" && holder.externalTrafficPolicy === "Local"),
          otherProtocol: taken.some(({ protocol, holds }) => protocol !== holds.protocol),
          free: proposeNumbers(snapshot, context, taken),
        },
      };
    }
  },
  words: {
    en: {
      title: "A nodePort of the manifest is taken",
      why: "The API server gives a number on nodes to one Service in the whole cluster, whatever the protocol, the namespace or the traffic policy. It refuses the second one, and the roll-out stops there.",
      fix: "Choose free numbers (portolan free), or leave nodePort out and let the API server choose.",
      describe({ wanted, leaves, loadBalancer, local, otherProtocol, free }, { ports }) {
        const holders = [...new Set(wanted.map(({ holder }) => holder))];
        const newcomers = [...new Set(wanted.map(({ service }) => service))];
        const asHealthCheck = wanted.some(({ heldAs }) => heldAs.startsWith("healthCheckNodePort"));
        const remarks = [
          ...(asHealthCheck ? ["As healthCheckNodePort: it comes from the same pool."] : []),
          ...(loadBalancer ? ["A LoadBalancer takes a nodePort too."] : []),
          ...(otherProtocol ? ["Another protocol does not help: the number counts."] : []),
          ...(local
            ? [
                "externalTrafficPolicy Local does not help: a number is given out once in a cluster, not once on a node. A hostPort is a node's own: for each node to answer by itself, take one in a DaemonSet.",
              ]
            : []),
          ...(leaves ? ["The manifest takes the number from its holder, but only afterwards: do that first."] : []),
          ...(leaves ? [] : [free === null ? "No free numbers in a row were found." : `Free: ${sayRange(free)}.`]),
        ];
        return {
          title: `${sayPorts(ports)} ${verb(ports, "is", "are")} taken by ${sayFew(holders)}`,
          summary: `${sayFew(newcomers)} ${newcomers.length === 1 ? "asks" : "ask"} for ${verb(ports, "it", "them")}. ${remarks.join(" ")}`,
          symptoms: [`the API server refuses ${sayList(newcomers.slice(0, 2))}: provided port is already allocated`],
        };
      },
    },
  },
});

/** Services whose names differ in a final number, against such Services: one chart installed twice, one cause. */
function causeOf({ service, holder, leaves }: TakenNumber): string {
  return [nameOf(service), nameOf(holder)].map((name) => name.replace(/-?\d+$/, "")).join(" ") + String(leaves);
}

function nameOf(service: ServiceRecord): string {
  return formatObjectRef({ kind: "Service", namespace: service.namespace, name: service.name }).slice("Service/".length);
}

function proposeNumbers(snapshot: Snapshot, context: Context, taken: readonly TakenNumber[]): PortRange | null {
  const numbers = [...new Set(taken.map(({ number }) => number))].sort((a, b) => a - b);
  const service = taken[0]?.service;
  const [least = 0, most = 0] = [numbers[0], numbers.at(-1)];
  if (service === undefined) return null;
  const band =
    context.policy.bands.find(({ kind, allow }) => kind === "nodePort" && allow !== null && isAllowed(allow, service))?.name ?? null;
  const count = numbers.length;
  // Numbers in a row stay aligned as they were: the next block of a family begins where a reader expects it.
  const aligned = count > 1 && most - least + 1 === count;
  for (const align of aligned ? [count, 1] : [1]) {
    const { ports } = findFreePorts(snapshot, context, {
      kind: "nodePort",
      count,
      align,
      band,
      node: null,
      ...(align > 1 && band === null ? { alignFrom: least } : {}),
    });
    const [first, last] = [ports[0], ports.at(-1)];
    if (first !== undefined && last !== undefined) return { first, last };
  }
  return null;
}
