import type { PodRecord } from "../model/pod";
import { recordKey, type Snapshot } from "../model/snapshot";
import { compareText } from "../basics/order";
import type { PodKey } from "../model/brands";
import { isStaticProxy, showsDataPlane } from "../routing/data-plane";

/**
 * The few pods of many that some rule asks for, each list in the order of the pods.
 *
 * `hostPorts`: declare a host port in any container, or any port on the host's network. `serials`: carry a serial of ClearML's. `agents`: tell what proxies
 * a node. `agones`, `nodePortLocal`: show that Agones, or Antrea, hands out ports.
 */
export type PodSurvey = Readonly<Record<Trait, readonly PodRecord[]>>;
type Trait = keyof typeof traits;
type Pods = Snapshot["pods"];

/** The label that ClearML's Kubernetes glue counts its sessions with when it hands out ports. */
export const serialKeys = ["ai.allegro.agent.serial", "ai.clearml.agent.serial"] as const;

const showsAgent = askOnce(({ labels }) => labels, showsDataPlane);
const declaresHostPort = askOnce(
  ({ containers }) => containers,
  (containers) => containers.some(({ ports }) => ports.some(({ hostPort }) => hostPort !== 0)),
);

const traits = {
  hostPorts: (pod: PodRecord) => declaresHostPort(pod) || (pod.hostNetwork && pod.containers.some(({ ports }) => ports.length > 0)),
  serials: askOnce(
    ({ labels }) => labels,
    (labels) => serialKeys.some((key) => labels[key] !== undefined),
  ),
  agents: (pod: PodRecord) => showsAgent(pod) || isStaticProxy(pod),
  agones: askOnce(
    ({ labels }) => labels,
    (labels) => labels["agones.dev/role"] !== undefined,
  ),
  nodePortLocal: (pod: PodRecord) => pod.nodePortLocal.length > 0,
};

const surveys = new WeakMap<Pods, PodSurvey>();

/** One walk over all pods for all rules; kept as long as no pod changes. */
export function surveyPods({ pods }: Pick<Snapshot, "pods">): PodSurvey {
  let survey = surveys.get(pods);
  if (survey === undefined) surveys.set(pods, (survey = walkPods(pods)));
  return survey;
}

function walkPods(pods: Pods): PodSurvey {
  const found = mapTraits((trait) => ({ has: traits[trait], having: [] as PodRecord[] }));
  const all = Object.values(found);
  for (const pod of pods.values()) for (const { has, having } of all) if (has(pod)) having.push(pod);
  return mapTraits((trait) => found[trait].having);
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
  const next = mapTraits((trait) => {
    const has = traits[trait];
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

function mapTraits<T>(list: (trait: Trait) => T): Readonly<Record<Trait, T>> {
  return {
    hostPorts: list("hostPorts"),
    serials: list("serials"),
    agents: list("agents"),
    agones: list("agones"),
    nodePortLocal: list("nodePortLocal"),
  };
}

/** Asks again only where the pod before had another value: those of a workload stand in a row and share what their template says. */
function askOnce<T>(valueOf: (pod: PodRecord) => T, ask: (value: T) => boolean): (pod: PodRecord) => boolean {
  let last: T | undefined;
  let answer = false;
  return (pod) => {
    const value = valueOf(pod);
    if (value !== last) {
      last = value;
      answer = ask(value);
    }
    return answer;
  };
}
