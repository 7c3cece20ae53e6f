import { compareText } from "../basics/order";
import { matchesSelector } from "../basics/selector";
import type { Labels } from "../model/meta";
import type { PodRecord } from "../model/pod";
import type { ServiceRecord } from "../model/service";
import { recordKey, type SnapshotLookup } from "../model/snapshot";
import { createBucketIndex, type Buckets } from "./bucket-index";

/** The label keys of a selector, sorted, in one namespace: few shapes stand for thousands of selectors. */
type Shape = { readonly namespace: string; readonly keys: readonly string[] };

export type ServicesSelecting = {
  readonly change: (key: string, before: ServiceRecord | undefined, after: ServiceRecord | undefined) => void;
  readonly snapshot: () => SnapshotLookup["servicesSelecting"];
};

/**
 * Which Services select a pod, without asking each of them.
 *
 * A pod's labels can only match selectors whose keys it has. So Services are kept by their whole selector, and the shapes of selectors by
 * their first key: a pod fills each shape that starts with one of its keys with its own values and looks the result up.
 */
export function createServicesSelecting(): ServicesSelecting {
  const bySelector = createBucketIndex<string, ServiceRecord>((service) => selectorBuckets(service), recordKey);
  const shapesByFirstKey = createBucketIndex<string, Shape>(
    ({ namespace, keys }) => [bucketOf(namespace, keys.slice(0, 1))],
    ({ keys }) => JSON.stringify(keys),
  );
  const shapeUses = new Map<string, number>();
  let find: SnapshotLookup["servicesSelecting"] = () => [];

  const countShape = (service: ServiceRecord | undefined, by: 1 | -1): void => {
    if (service === undefined) return;
    const keys = selectorKeys(service.selector);
    if (keys.length === 0) return;
    const id = bucketOf(service.namespace, keys);
    const uses = (shapeUses.get(id) ?? 0) + by;
    const shape: Shape = { namespace: service.namespace, keys };
    if (uses === 0) shapeUses.delete(id);
    else shapeUses.set(id, uses);
    if (by === 1 && uses === 1) shapesByFirstKey.change(JSON.stringify(keys), undefined, shape);
    if (uses === 0) shapesByFirstKey.change(JSON.stringify(keys), shape, undefined);
  };

  return {
    change(key, before, after) {
      bySelector.change(key, before, after);
      countShape(before, -1);
      countShape(after, 1);
    },
    snapshot() {
      shapesByFirstKey.flush();
      // The finder and its memo live as long as no Service changes.
      if (bySelector.flush().length > 0) find = createFinder(bySelector.buckets(), shapesByFirstKey.buckets());
      return find;
    },
  };
}

function createFinder(bySelector: Buckets<string, ServiceRecord>, shapes: Buckets<string, Shape>): SnapshotLookup["servicesSelecting"] {
  // Sources intern label sets, so that the pods of a workload share one answer.
  const memo = new WeakMap<Labels, { readonly namespace: string; readonly services: readonly ServiceRecord[] }>();
  return (pod) => {
    const known = memo.get(pod.labels);
    if (known?.namespace === pod.namespace) return known.services;
    const services = findServices(pod, bySelector, shapes);
    memo.set(pod.labels, { namespace: pod.namespace, services });
    return services;
  };
}

function findServices(
  pod: PodRecord,
  bySelector: Buckets<string, ServiceRecord>,
  shapes: Buckets<string, Shape>,
): readonly ServiceRecord[] {
  const found: ServiceRecord[] = [];
  for (const first in pod.labels) {
    for (const { keys } of shapes.get(bucketOf(pod.namespace, [first]))) {
      const parts: string[] = [];
      for (const key of keys) {
        const value = pod.labels[key];
        if (value !== undefined) parts.push(key, value);
      }
      if (parts.length !== keys.length * 2) continue;
      for (const service of bySelector.get(bucketOf(pod.namespace, parts)))
        if (matchesSelector(service.selector, pod.labels)) found.push(service);
    }
  }
  return found.sort((a, b) => compareText(recordKey(a), recordKey(b)));
}

function selectorBuckets(service: ServiceRecord): readonly string[] {
  const keys = selectorKeys(service.selector);
  return keys.length === 0
    ? []
    : [
        bucketOf(
          service.namespace,
          keys.flatMap((key) => [key, service.selector?.[key] ?? ""]),
        ),
      ];
}

function selectorKeys(selector: Labels | null): readonly string[] {
  return selector === null ? [] : Object.keys(selector).sort(compareText);
}

/** NUL is in no label; should it be in a broken one, the final match still decides. */
function bucketOf(namespace: string, parts: readonly string[]): string {
  return `${namespace}\0${parts.join("\0")}`;
}
