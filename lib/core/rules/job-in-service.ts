import { compareText } from "../basics/order";
import { isFinished } from "../inventory/pod-claims";
import { findPortEndpoints } from "../inventory/usable-endpoints";
import { formatObjectRef, type ObjectRef } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import type { Snapshot } from "../model/snapshot";
import { resolveOwner } from "../owners/owner";
import { separateOwners } from "../remedies/separate-owners";
import { defineRule } from "./rule";
import { representativesOf } from "./support/alike-pods";
import { claimedPortsOf, distinctPorts, isUnclaiming } from "./support/claimed-ports";
import { isJobPod } from "./support/port-owners";
import { lacksNamedPort } from "./support/target-ports";
import { sayCount, sayList } from "./support/words";

/** endpoint: gets connections now; waiting: will once it is ready; no-port: has no port of the targetPort's name; finished: the next one will. */
type Part = "endpoint" | "waiting" | "no-port" | "finished";
type JobEvidence = {
  readonly services: readonly string[];
  readonly jobs: readonly (ObjectRef & { readonly pods: readonly { readonly name: string; readonly part: Part }[] })[];
  readonly lasting: readonly string[];
};
/** The Job pods that a Service selects beside others, and the pods that get its connections. */
type JobPart = { readonly service: ServiceRecord; readonly pods: readonly PodRecord[]; readonly endpoints: ReadonlySet<PodRecord> };
type JobHit = { readonly owner: ObjectRef; readonly parts: Map<PodRecord, Part> };
type Hit = { readonly services: ServiceRecord[]; readonly jobs: ReadonlyMap<string, JobHit> };

const order: readonly Part[] = ["endpoint", "waiting", "no-port", "finished"];

/** A Service selects pods of a Job beside those of a long-running owner. Source: Service.spec.selector; findings.md F37. */
export const jobInService = defineRule<JobEvidence, JobPart>({
  id: "job-in-service",
  severity: "critical",
  about: "labels",
  needs: ["services", "endpointslices", "pods"],
  remedies: [separateOwners],
  reads: ({ nodes }) => [nodes],
  perService(snapshot, _context, service) {
    if (isUnclaiming(service)) return null;
    const selected = snapshot.lookup.podsBySelector(service.namespace, service.selector);
    if (!representativesOf(selected).some(isJobPod) || lastingOwners(snapshot, service).length === 0) return null;
    const usable = service.ports.flatMap((port) => findPortEndpoints(snapshot, service, port).filter((each) => each.usable));
    return { service, pods: selected.filter(isJobPod), endpoints: new Set(usable.flatMap(({ pod }) => pod ?? [])) };
  },
  *check(snapshot, _context, found) {
    for (const { services, jobs } of groupByJobs(found)) {
      const parts = [...jobs.values()].flatMap(({ parts: ofJob }) => [...ofJob.values()]);
      const lasting = services.flatMap((service) => lastingOwners(snapshot, service));
      yield {
        severity: parts.includes("endpoint") ? "critical" : "warning",
        subjects: [
          ...services.map(({ namespace, name }) => ({ kind: "Service", namespace, name })),
          ...[...jobs.values()].map(({ owner }) => owner),
        ],
        ports: distinctPorts(services.flatMap((service) => service.ports.flatMap((port) => claimedPortsOf(service, port)))),
        sinceMs: sinceWhen([...jobs.values()].flatMap(({ parts: ofJob }) => [...ofJob.keys()])),
        evidence: {
          services: services.map(({ namespace, name }) => `${namespace}/${name}`),
          jobs: [...jobs.values()].map(({ owner, parts: ofJob }) => ({
            ...owner,
            pods: [...ofJob].map(([{ name }, part]) => ({ name, part })),
          })),
          lasting: [...new Set(lasting.map(({ kind, name }) => `${kind} ${name}`))].sort(),
        },
      };
    }
  },
  words: {
    en: {
      title: "A Service selects pods of a Job",
      why: "A Service knows no Jobs: while a Job's pod runs and counts as ready, it gets its share of the connections, and answers none of them.",
      fix: "Take one of the selector's labels from the Job's pod template, or add a label to the long-running pods and to the selector. Adding a label to the Job alone changes nothing: its pods still have all that the selector asks for.",
      describe({ services, jobs, lasting }) {
        const names = sayList(jobs.map(({ kind, name }) => `${kind} ${name}`));
        const pods = jobs.flatMap((job) => job.pods);
        const parts = order.flatMap((part) => {
          const count = pods.filter((pod) => pod.part === part).length;
          return count === 0 ? [] : [`${sayCount(count, "pod")} ${sayPart(part, count > 1)}`];
        });
        return {
          title: `${sayList(services)} ${services.length === 1 ? "selects" : "select"} pods of ${names}`,
          summary: `Beside ${sayList(lasting)}: ${sayList(parts)}.`,
          symptoms: pods.some(({ part }) => part === "endpoint") ? ["part of the connections fail while the Job runs"] : [],
        };
      },
    },
  },
});

/** Services that select pods of the same Jobs are one cause: the Job's labels. */
function groupByJobs(parts: readonly JobPart[]): readonly Hit[] {
  const hits = new Map<string, Hit>();
  for (const { service, pods, endpoints } of parts) {
    const owners = new Map(pods.map((pod) => [formatObjectRef(resolveOwner(pod)), resolveOwner(pod)]));
    const key = [...owners.keys()].sort().join("\n");
    const hit = hits.get(key) ?? newHit(owners);
    hits.set(key, hit);
    hit.services.push(service);
    for (const pod of pods) {
      const ofJob = hit.jobs.get(formatObjectRef(resolveOwner(pod)))?.parts;
      const part = partOf(service, pod, endpoints);
      const known = ofJob?.get(pod);
      if (known === undefined || order.indexOf(part) < order.indexOf(known)) ofJob?.set(pod, part);
    }
  }
  return [...hits.values()];
}

function newHit(owners: ReadonlyMap<string, ObjectRef>): Hit {
  const jobs = [...owners]
    .sort(([a], [b]) => compareText(a, b))
    .map(([id, owner]) => [id, { owner, parts: new Map<PodRecord, Part>() }] as const);
  return { services: [], jobs: new Map(jobs) };
}

function lastingOwners(snapshot: Snapshot, service: ServiceRecord): readonly ObjectRef[] {
  const pods = snapshot.lookup.podsBySelector(service.namespace, service.selector).filter((pod) => !isJobPod(pod) && !isFinished(pod));
  return [...new Map(pods.map((pod) => [formatObjectRef(resolveOwner(pod)), resolveOwner(pod)])).values()];
}

function partOf(service: ServiceRecord, pod: PodRecord, endpoints: ReadonlySet<PodRecord>): Part {
  if (isFinished(pod)) return "finished";
  if (endpoints.has(pod)) return "endpoint";
  return service.ports.length > 0 && service.ports.every((port) => lacksNamedPort(pod, port)) ? "no-port" : "waiting";
}

function sayPart(part: Part, several: boolean): string {
  switch (part) {
    case "endpoint":
      return `that ${several ? "get" : "gets"} connections now`;
    case "waiting":
      return `that will get some once ${several ? "they are" : "it is"} ready`;
    case "no-port":
      return `that ${several ? "are" : "is"} selected, but ${several ? "have" : "has"} no port of that name`;
    case "finished":
      return `that ${several ? "have" : "has"} finished: the next run's will be selected again`;
  }
}

function sinceWhen(pods: readonly PodRecord[]): number | null {
  const times = pods.flatMap(({ readyAtMs, startTimeMs, createdAtMs }) => readyAtMs ?? startTimeMs ?? createdAtMs ?? []);
  return times.length === 0 ? null : Math.min(...times);
}
