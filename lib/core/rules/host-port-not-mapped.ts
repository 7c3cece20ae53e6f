import { compareNatural } from "../basics/order";
import { isFinished } from "../inventory/pod-claims";
import type { PortOfFinding } from "../model/finding";
import { formatObjectRef, type ObjectRef } from "../model/meta";
import type { Container, PodRecord } from "../model/pod";
import type { Snapshot } from "../model/snapshot";
import { orSay } from "../remedies/or-say";
import { say } from "../remedies/words";
import { defineRule } from "./rule";
import { distinctPorts } from "./support/claimed-ports";
import { surveyPods } from "../inventory/survey-pods";
import { resolvePortHolder } from "./support/host-ports";
import { sayList, sayPorts, verb } from "./support/words";

type NotMappedEvidence = {
  readonly owner: string;
  readonly containers: readonly { readonly name: string; readonly role: "init" | "sidecar" }[];
};
type Unmapped = { readonly owner: ObjectRef; readonly containers: Container[]; readonly pods: PodRecord[] };

/** A hostPort of an init container or sidecar: reserved perhaps, mapped never. Source: kubelet generatePodSandboxConfig (routing.md R1.6.1); findings.md. */
export const hostPortNotMapped = defineRule<NotMappedEvidence>({
  id: "host-port-not-mapped",
  severity: "warning",
  needs: ["pods"],
  remedies: orSay("hostPort", say("none.sidecar")),
  reads: (snapshot) => [surveyPods(snapshot).hostPorts, snapshot.deployments, snapshot.daemonsets],
  *check(snapshot) {
    for (const { owner, containers, pods } of findUnmapped(snapshot)) {
      const names = new Map(containers.map(({ name, role }) => [name, role === "sidecar" ? "sidecar" : "init"] as const));
      const times = pods.flatMap(({ startTimeMs, createdAtMs }) => startTimeMs ?? createdAtMs ?? []);
      yield {
        subjects: [owner],
        ports: distinctPorts(containers.flatMap(hostPortsOf)),
        nodes: [...new Set(pods.flatMap(({ nodeName }) => nodeName ?? []))].sort(compareNatural),
        sinceMs: times.length === 0 ? null : Math.min(...times),
        evidence: { owner: formatObjectRef(owner), containers: [...names].sort().map(([name, role]) => ({ name, role })) },
      };
    }
  },
  words: {
    en: {
      title: "A hostPort that is never mapped",
      why: "The kubelet maps host ports of a pod's main containers only. One of an init container, or of a sidecar written as one (restartPolicy: Always), is kept free by newer schedulers, but nothing ever answers on it.",
      fix: "Declare the hostPort on a main container of the pod: all containers share one network, so that it reaches the sidecar all the same.",
      describe({ owner, containers }, { ports }) {
        const names = sayList(containers.map(({ name, role }) => `${name} (${role === "sidecar" ? "sidecar" : "init container"})`));
        return {
          title: `hostPort ${sayPorts(ports)} of ${owner} ${verb(ports, "is", "are")} not mapped`,
          summary: `${names} ${containers.length === 1 ? "declares" : "declare"} it: the kubelet maps host ports of main containers only.`,
          symptoms: ["connection refused on the node's address"],
        };
      },
    },
  },
});

/** By owner, with the pods that show it; templates count as well, so that it is said before the first pod runs. */
function findUnmapped(snapshot: Snapshot): readonly Unmapped[] {
  const found = new Map<string, Unmapped>();
  const add = (owner: ObjectRef, all: readonly Container[], pod: PodRecord | null): void => {
    const mapped = new Set(all.flatMap((container) => (container.role === "main" ? hostPortsOf(container).map(textOf) : [])));
    const containers = all.filter(
      (container) => container.role !== "main" && hostPortsOf(container).some((port) => !mapped.has(textOf(port))),
    );
    if (containers.length === 0) return;
    const key = formatObjectRef(owner);
    const known = found.get(key) ?? { owner, containers: [], pods: [] };
    found.set(key, known);
    known.containers.push(...containers);
    if (pod !== null) known.pods.push(pod);
  };
  for (const pod of surveyPods(snapshot).hostPorts)
    if (!pod.hostNetwork && !isFinished(pod)) add(resolvePortHolder(pod), pod.containers, pod);
  for (const { kind, namespace, name, template } of [...snapshot.deployments.values(), ...snapshot.daemonsets.values()])
    if (!template.hostNetwork) add({ kind, namespace, name }, template.containers, null);
  return [...found.values()];
}

function hostPortsOf({ ports }: Container): readonly PortOfFinding[] {
  return ports.flatMap(({ hostPort, protocol }) => (hostPort === 0 ? [] : [{ port: hostPort, protocol }]));
}

function textOf({ port, protocol }: PortOfFinding): string {
  return `${String(port)}/${protocol}`;
}
