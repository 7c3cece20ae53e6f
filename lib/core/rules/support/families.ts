// Services that belong together by their numbers, and the numbers that ClearML announces for sessions of such a family (findings.md "Family").

import { compareText } from "../../basics/order";
import type { PodRecord } from "../../model/pod";
import { recordKey, type Snapshot } from "../../model/snapshot";
import type { ServiceRecord } from "../../model/service";
import { isUnclaiming } from "./claimed-ports";
import { serialKeys, surveyPods } from "../../inventory/survey-pods";
import { surveyServices } from "./survey-services";

/**
 * Three or more Services of one namespace that are alike but for a number, with nodePorts that are consecutive or rise with it.
 *
 * `members` by their first nodePort; `ports`: all nodePorts of the members, rising: the span is from the first to the last.
 */
export type ServiceFamily = {
  readonly id: string;
  readonly namespace: string;
  readonly members: readonly ServiceRecord[];
  readonly ports: readonly number[];
};

/** A number that ClearML tells users for a session (base port + n of its serial pod-n), though no Service with a nodePort selects its pods. */
export type AnnouncedPort = {
  readonly family: ServiceFamily;
  readonly serial: string;
  readonly port: number;
  readonly pods: readonly PodRecord[];
};

type Families = { readonly all: readonly ServiceFamily[]; readonly ofMember: ReadonlyMap<string, ServiceFamily> };

const familySizeMin = 3;
const known = new WeakMap<Snapshot["services"], Families>();

/** The family of a Service, null when it has none. */
export function familyOfService(snapshot: Snapshot, service: ServiceRecord): ServiceFamily | null {
  return familiesOf(snapshot).ofMember.get(recordKey(service)) ?? null;
}

/** Every family, by namespace and first port; a Service is in one at most. */
export function listFamilies(snapshot: Snapshot): readonly ServiceFamily[] {
  return familiesOf(snapshot).all;
}

/**
 * Numbers that running sessions announce in vain.
 *
 * Returns: by family and port; the pods of one serial together. Families whose Services do not select by a serial, or whose nodePorts do not rise with it, announce nothing.
 * Source:  clearml-agent's k8s glue, ports mode: label ai.allegro.agent.serial = pod-n, announced port = base port + n.
 */
export function listAnnouncedPorts(snapshot: Snapshot): readonly AnnouncedPort[] {
  const announcing = listFamilies(snapshot).flatMap((family) => {
    const base = announcedBase(family);
    return base === null ? [] : [{ family, base }];
  });
  if (announcing.length === 0) return [];
  const namespaces = new Set(announcing.map(({ family }) => family.namespace));
  const unmapped = surveyPods(snapshot).serials.filter((pod) => namespaces.has(pod.namespace) && isUnmapped(snapshot, pod));
  return announcing.flatMap(({ family, base }) => {
    const bySerial = new Map<number, PodRecord[]>();
    for (const pod of unmapped) {
      const number = serialOf(pod.labels[base.key]);
      if (number === null || pod.namespace !== family.namespace || !base.others.every(([key, value]) => pod.labels[key] === value))
        continue;
      const pods = bySerial.get(number);
      if (pods === undefined) bySerial.set(number, [pod]);
      else pods.push(pod);
    }
    return [...bySerial]
      .sort(([a], [b]) => a - b)
      .map(([number, pods]) => ({ family, serial: `pod-${String(number)}`, port: base.port + number, pods }))
      .filter(({ port }) => port >= 1 && port <= 65_535);
  });
}

/** The first nodePort of a Service, 0 when it has none. */
function nodePortOf(service: ServiceRecord): number {
  return service.ports.find(({ nodePort }) => nodePort !== 0)?.nodePort ?? 0;
}

function familiesOf(snapshot: Snapshot): Families {
  let families = known.get(snapshot.services);
  if (families === undefined) known.set(snapshot.services, (families = findFamilies(snapshot)));
  return families;
}

function findFamilies(snapshot: Snapshot): Families {
  const groups = new Map<string, ServiceRecord[]>();
  for (const service of surveyServices(snapshot).onNodes) {
    if (nodePortOf(service) === 0) continue;
    const stem = /^(.*?)-?\d+$/.exec(service.name)?.[1];
    // Equal keys alone would gather strangers that follow one chart's labels: what differs has to be a number.
    const shape = selectorShape(service);
    for (const id of [
      stem === undefined ? null : `${service.namespace}/${stem}`,
      shape === null ? null : `${service.namespace}{${shape}}`,
    ]) {
      if (id === null) continue;
      const group = groups.get(id);
      if (group === undefined) groups.set(id, [service]);
      else group.push(service);
    }
  }
  const ofMember = new Map<string, ServiceFamily>();
  const all: ServiceFamily[] = [];
  for (const [id, group] of [...groups].sort(([a], [b]) => compareText(a, b))) {
    for (const run of runsOf(group)) {
      const members = run.filter((member) => !ofMember.has(recordKey(member)));
      if (members.length < familySizeMin) continue;
      const ports = [...new Set(members.flatMap(nodePortsOf))].sort((a, b) => a - b);
      const family = { id: `${id}:${String(ports[0] ?? 0)}`, namespace: members[0]?.namespace ?? "", members, ports };
      all.push(family);
      for (const member of members) ofMember.set(recordKey(member), family);
    }
  }
  return { all: all.sort((a, b) => compareText(a.namespace, b.namespace) || (a.ports[0] ?? 0) - (b.ports[0] ?? 0)), ofMember };
}

/** The selector with its numbers left out; null when it has none. */
function selectorShape({ selector }: ServiceRecord): string | null {
  const pairs = Object.entries(selector ?? {}).sort(([a], [b]) => compareText(a, b));
  if (!pairs.some(([, value]) => /\d/.test(value))) return null;
  return pairs.map(([key, value]) => `${key}=${value.replaceAll(/\d+/g, "#")}`).join(",");
}

/** Parts of a group whose nodePorts rise with the final number of the name, else those that are consecutive. */
function runsOf(group: readonly ServiceRecord[]): readonly (readonly ServiceRecord[])[] {
  const sorted = [...group].sort((a, b) => nodePortOf(a) - nodePortOf(b));
  const byBase = new Map<string, ServiceRecord[]>();
  for (const member of sorted) {
    const number = /(\d+)$/.exec(member.name)?.[1];
    if (number === undefined) continue;
    // A Service of two nodePorts takes two numbers, so that the next one starts two further on.
    const step = nodePortsOf(member).length;
    const base = `${String(step)} ${String(nodePortOf(member) - step * Number(number))}`;
    const run = byBase.get(base);
    if (run === undefined) byBase.set(base, [member]);
    else run.push(member);
  }
  const rising = [...byBase.values()].filter((run) => run.length >= familySizeMin);
  const isRising = new Set(rising.flat());
  const rest = sorted.filter((member) => !isRising.has(member));
  const runs: ServiceRecord[][] = [];
  let end = -1;
  for (const member of rest) {
    const run = runs.at(-1);
    if (run !== undefined && nodePortOf(member) === end + 1) run.push(member);
    else runs.push([member]);
    end = Math.max(...nodePortsOf(member));
  }
  return [...rising, ...runs];
}

function nodePortsOf(service: ServiceRecord): readonly number[] {
  return [...new Set(service.ports.flatMap(({ nodePort }) => (nodePort === 0 ? [] : [nodePort])))];
}

/** A running session that no Service with a nodePort selects. */
function isUnmapped(snapshot: Snapshot, pod: PodRecord): boolean {
  return (
    pod.phase === "Running" &&
    pod.deletedAtMs === null &&
    serialKeys.some((key) => serialOf(pod.labels[key]) !== null) &&
    !snapshot.lookup.servicesSelecting(pod).some((service) => !isUnclaiming(service) && nodePortOf(service) !== 0)
  );
}

/** What a family's Services select by beside the serial, and the constant nodePort − n; null where they do not agree. */
function announcedBase(
  family: ServiceFamily,
): { readonly key: string; readonly port: number; readonly others: readonly (readonly [string, string])[] } | null {
  const bases = family.members.flatMap((member) => {
    const key = serialKeys.find((each) => serialOf(member.selector?.[each]) !== null);
    const number = serialOf(key === undefined ? undefined : member.selector?.[key]);
    if (key === undefined || number === null) return [];
    const others = Object.entries(member.selector ?? {}).filter(([each]) => each !== key);
    return [{ key, port: nodePortOf(member) - number, others: others.sort(([a], [b]) => compareText(a, b)) }];
  });
  // One mistyped member must not silence the others: the base that most of them share counts.
  const counts = new Map<string, { readonly base: (typeof bases)[number]; count: number }>();
  for (const base of bases) {
    const id = JSON.stringify(base);
    const entry = counts.get(id);
    if (entry === undefined) counts.set(id, { base, count: 1 });
    else entry.count += 1;
  }
  const [best] = [...counts].sort(([a, x], [b, y]) => y.count - x.count || compareText(a, b));
  return best !== undefined && best[1].count >= 2 ? best[1].base : null;
}

function serialOf(value: string | undefined): number | null {
  const number = /^pod-(\d{1,5})$/.exec(value ?? "")?.[1];
  return number === undefined ? null : Number(number);
}
