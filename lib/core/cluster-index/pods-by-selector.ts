import { compareText } from "../basics/order";
import { matchesSelector } from "../basics/selector";
import type { Labels } from "../model/meta";
import type { PodRecord } from "../model/pod";
import { recordKey, type SnapshotLookup } from "../model/snapshot";
import { createBucketIndex, type Buckets } from "./bucket-index";

/** The pods of one namespace that share one label set. A set is known by its identity: sources intern label sets; where they do not, there are only more groups. */
type LabelGroup = { readonly id: string; readonly namespace: string; readonly labels: Labels };

export type PodsBySelector = {
  readonly changePod: (key: string, before: PodRecord | undefined, after: PodRecord | undefined) => void;
  /** Makes the selector's keys fast to ask for. */
  readonly noteSelector: (selector: Labels | null) => void;
  readonly snapshot: () => Pick<SnapshotLookup, "podsBySelector" | "podsByLabelSet" | "podNamespaces">;
};

/**
 * Which pods a selector picks, without asking each of them: an inverted index over distinct label sets.
 *
 * Only label keys that some Service selects by are indexed: a StatefulSet's or Job's own labels are unique per pod and nobody asks for them.
 * A selector is answered from the shortest list of groups among its pairs; one without any indexed key reads the namespace's groups.
 */
export function createPodsBySelector(): PodsBySelector {
  const ids = new WeakMap<Labels, number>();
  let idNext = 0;
  const groupIdOf = (pod: PodRecord): string => {
    let id = ids.get(pod.labels);
    if (id === undefined) ids.set(pod.labels, (id = idNext++));
    return `${String(id)} ${pod.namespace}`;
  };

  const members = createBucketIndex<string, PodRecord>((pod) => [groupIdOf(pod)], recordKey);
  const groupsByPair = createBucketIndex<string, LabelGroup>(
    () => [],
    ({ id }) => id,
  );
  const groupsOfNamespace = createBucketIndex<string, LabelGroup>(
    ({ namespace }) => [namespace],
    ({ id }) => id,
  );
  const indexedKeys = new Set<string>();
  let newKeys: string[] = [];
  let matchGroups = createMatcher(groupsByPair.buckets(), groupsOfNamespace.buckets(), new Set());
  let answers: ReturnType<PodsBySelector["snapshot"]> = { podsBySelector: () => [], podsByLabelSet: () => [], podNamespaces: () => [] };

  const setPairs = (group: LabelGroup, keys: Iterable<string>, present: boolean): void => {
    for (const key of keys) {
      const value = group.labels[key];
      if (value !== undefined) groupsByPair.set(pairBucket(group.namespace, key, value), group.id, present ? group : undefined);
    }
  };
  const groupOf = (pod: PodRecord): LabelGroup => ({ id: groupIdOf(pod), namespace: pod.namespace, labels: pod.labels });

  return {
    changePod: members.change,
    noteSelector(selector) {
      for (const key in selector) {
        if (indexedKeys.has(key)) continue;
        indexedKeys.add(key);
        newKeys.push(key);
      }
    },
    snapshot() {
      if (newKeys.length > 0) {
        for (const [pod] of members.all()) if (pod !== undefined) setPairs(groupOf(pod), newKeys, true);
        newKeys = [];
      }
      const touched = members.flush();
      for (const { before, after } of touched) {
        const [old] = before;
        const [now] = after;
        const pod = now ?? old;
        if (pod === undefined || (old !== undefined && now !== undefined)) continue;
        const group = groupOf(pod);
        groupsOfNamespace.change(group.id, old === undefined ? undefined : group, now === undefined ? undefined : group);
        setPairs(group, indexedKeys, now !== undefined);
      }
      const regrouped = groupsByPair.flush().length + groupsOfNamespace.flush().length > 0;
      // Which groups a selector picks outlives pods that come, go or change within them.
      if (regrouped) matchGroups = createMatcher(groupsByPair.buckets(), groupsOfNamespace.buckets(), new Set(indexedKeys));
      if (regrouped || touched.length > 0) {
        const [ofGroup, ofNamespace] = [members.buckets(), groupsOfNamespace.buckets()];
        const namespaces = regrouped
          ? [...groupsOfNamespace.all()].flatMap(([group]) => group?.namespace ?? []).sort()
          : answers.podNamespaces();
        answers = {
          podsBySelector: createFinder(matchGroups, ofGroup),
          podsByLabelSet: (namespace) => ofNamespace.get(namespace).map(({ id }) => ofGroup.get(id)),
          podNamespaces: () => namespaces,
        };
      }
      return answers;
    },
  };
}

type MatchGroups = (namespace: string, selector: Labels) => readonly LabelGroup[];

function createMatcher(
  byPair: Buckets<string, LabelGroup>,
  ofNamespace: Buckets<string, LabelGroup>,
  indexedKeys: ReadonlySet<string>,
): MatchGroups {
  const memo = new WeakMap<Labels, { readonly namespace: string; readonly groups: readonly LabelGroup[] }>();
  return (namespace, selector) => {
    const known = memo.get(selector);
    if (known?.namespace === namespace) return known.groups;
    let shortest: readonly LabelGroup[] | undefined;
    for (const key in selector) {
      const value = selector[key];
      if (value === undefined || !indexedKeys.has(key)) continue;
      const groups = byPair.get(pairBucket(namespace, key, value));
      if (shortest === undefined || groups.length < shortest.length) shortest = groups;
    }
    const candidates = shortest ?? ofNamespace.get(namespace);
    const groups = candidates.filter((group) => group.namespace === namespace && matchesSelector(selector, group.labels));
    memo.set(selector, { namespace, groups });
    return groups;
  };
}

function createFinder(matchGroups: MatchGroups, members: Buckets<string, PodRecord>): SnapshotLookup["podsBySelector"] {
  const memo = new WeakMap<Labels, { readonly namespace: string; readonly pods: readonly PodRecord[] }>();
  return (namespace, selector) => {
    if (selector === null) return [];
    const known = memo.get(selector);
    if (known?.namespace === namespace) return known.pods;
    const pods = joinSorted(matchGroups(namespace, selector).map(({ id }) => members.get(id)));
    memo.set(selector, { namespace, pods });
    return pods;
  };
}

function joinSorted(lists: readonly (readonly PodRecord[])[]): readonly PodRecord[] {
  const [first] = lists;
  if (lists.length <= 1) return first ?? [];
  const pods = lists.flat();
  const keys = new Map(pods.map((pod) => [pod, recordKey(pod)]));
  return pods.sort((a, b) => compareText(keys.get(a) ?? "", keys.get(b) ?? ""));
}

function pairBucket(namespace: string, key: string, value: string): string {
  return `${namespace}\0${key}\0${value}`;
}
