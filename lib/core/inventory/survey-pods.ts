import type { PodRecord } from "../model/pod";
import { recordKey, type Snapshot } from "../model/snapshot";
import { compareText } from "../basics/order";
import type { PodKey } from "../model/brands";
import { showsDataPlane } from "../routing/data-plane";

/**
 * The few pods of many that some rule asks for, each list in the order of the pods.
 *
 * `hostPorts`: declare a host port in any container, or any port on the host's network. `serials`: carry a serial of ClearML's. `agents`: tell what proxies
 * a node. `agones`, `nodePortLocal`: show that Agones, or Antrea, hands out ports.
 */
export type PodSurvey = Readonly<Record<keyof typeof traits, readonly PodRecord[]>>;
type Pods = Snapshot["pods"];

/** The label that ClearML's Kubernetes glue counts its sessions with when it hands out ports. */
export const serialKeys = ["ai.allegro.agent.serial", "ai.clearml.agent.serial"] as const;

const traits = {
  hostPorts: declaresHostPort,
  serials: (pod: PodRecord) => serialKeys.some((key) => pod.labels[key] !== undefined),
  agents: showsDataPlane,
  agones: (pod: PodRecord) => pod.labels["agones.dev/role"] !== undefined,
  nodePortLocal: (pod: PodRecord) => pod.nodePortLocal.length > 0,
};

const surveys = new WeakMap<Pods, PodSurvey>();

/** One walk over all pods for all rules; kept as long as no pod changes. */
export function surveyPods({ pods }: Pick<Snapshot, "pods">): PodSurvey {
  let survey = surveys.get(pods);
  if (survey === undefined) surveys.set(pods, (survey = mapTraits((has) => [...pods.values()].filter(has))));
  return survey;
}

/** What `describeProxy` rests on, for `reads`. */
export function readsOfProxies(snapshot: Snapshot): readonly unknown[] {
  return [snapshot.nodes, snapshot.daemonsets, snapshot.configmaps, surveyPods(snapshot).agents];
}

/**
 * Surveys `after` by what was surveyed of `before` and the pods that differ, instead of by a walk.
 *
 * A list that none of them concerns stays the same object: what was derived of it still holds.
 */
export function carrySurvey(before: Pods, after: Pods, changed: readonly PodKey[]): void {
  const known = surveys.get(before);
  if (known === undefined || surveys.has(after)) return;
  const isOut = new Set<string>(changed);
  const next = mapTraits((has, trait) => {
    const now = changed.flatMap((key) => after.get(key) ?? []).filter(has);
    if (now.length === 0 && !changed.some((key) => hadTrait(before.get(key), has))) return known[trait];
    const kept = known[trait].filter((pod) => !isOut.has(recordKey(pod)));
    return [...kept, ...now].sort((a, b) => compareText(recordKey(a), recordKey(b)));
  });
  surveys.set(after, next);
}

function hadTrait(pod: PodRecord | undefined, has: (pod: PodRecord) => boolean): boolean {
  return pod !== undefined && has(pod);
}

function mapTraits(list: (has: (pod: PodRecord) => boolean, trait: keyof typeof traits) => readonly PodRecord[]): PodSurvey {
  const { hostPorts, serials, agents, agones, nodePortLocal } = traits;
  return {
    hostPorts: list(hostPorts, "hostPorts"),
    serials: list(serials, "serials"),
    agents: list(agents, "agents"),
    agones: list(agones, "agones"),
    nodePortLocal: list(nodePortLocal, "nodePortLocal"),
  };
}

function declaresHostPort({ containers, hostNetwork }: PodRecord): boolean {
  for (const { ports } of containers) for (const { hostPort } of ports) if (hostPort !== 0 || hostNetwork) return true;
  return false;
}
