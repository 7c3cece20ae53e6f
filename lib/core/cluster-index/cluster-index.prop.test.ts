import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { isEqual } from "../basics/equal";
import { normaliseAddress } from "../basics/ip";
import { compareText } from "../basics/order";
import { matchesSelector } from "../basics/selector";
import { serviceKey, toNodeName } from "../model/brands";
import { resourceKinds } from "../model/resource-kind";
import { recordKey, type Delta, type Snapshot } from "../model/snapshot";
import { arbitraryDeltas } from "../testing/arbitraries";
import { createClusterIndex } from "./cluster-index";
import { diff, squash } from "./diff";

/** Everything that can be seen of a snapshot but its revision, as plain values. */
function contents(snapshot: Snapshot): unknown {
  const { cluster, asOfMs, version, kinds, warnings } = snapshot;
  return {
    cluster,
    asOfMs,
    version,
    kinds,
    warnings,
    records: resourceKinds.map((kind) => [...snapshot[kind]]),
    lookups: lookups(snapshot),
  };
}

const addresses = ["10.0.0.1", "10.0.0.2", "10.244.1.10", "10.244.2.10", "fd00::1", "127.0.0.1", "0.0.0.0", "::", "not an address"];
const ports = [22, 80, 8080, 30_001, 30_002, 31_000, 1.5, -1, 65_536];
const nodes = ["n1", "n2", "n10"].map(toNodeName);

function lookups(snapshot: Snapshot): unknown {
  const { lookup } = snapshot;
  const services = [...snapshot.services.values()];
  const pods = [...snapshot.pods.values()];
  const slices = [...snapshot.endpointslices.values()];
  return [
    [...services, ...slices].map((record) =>
      lookup.slicesOfService(serviceKey(record.namespace, "serviceName" in record ? (record.serviceName ?? "") : record.name)),
    ),
    ports.map((port) => [
      lookup.servicePortsByNodePort(port),
      lookup.servicesByHealthCheckNodePort(port),
      nodes.map((node) => lookup.podsByHostPort(node, port)),
    ]),
    addresses.map((address) => [lookup.servicesByAddress(address), lookup.podsByAddress(address), lookup.nodesByAddress(address)]),
    nodes.map((node) => lookup.podsOfNode(node)),
    services.map((service) => lookup.podsBySelector(service.namespace, service.selector)),
    pods.map((pod) => [lookup.podsBySelector(pod.namespace, pod.labels), lookup.servicesSelecting(pod)]),
  ];
}

/** The same answers by looking at every record. */
function lookupsByScan(snapshot: Snapshot): unknown {
  const services = [...snapshot.services.values()];
  const pods = [...snapshot.pods.values()];
  const slices = [...snapshot.endpointslices.values()];
  const nodeRecords = [...snapshot.nodes.values()];
  const select = (namespace: string, selector: Readonly<Record<string, string>> | null) =>
    pods.filter((pod) => pod.namespace === namespace && matchesSelector(selector, pod.labels));
  return [
    [...services, ...slices].map((record) =>
      slices.filter(
        (slice) =>
          slice.namespace === record.namespace &&
          slice.serviceName === ("serviceName" in record ? (record.serviceName ?? "") : record.name),
      ),
    ),
    ports.map((port) => [
      services.flatMap((service) =>
        [...service.ports.entries()].filter(([, each]) => each.nodePort === port).map(([portIndex]) => ({ service, portIndex })),
      ),
      services.filter((service) => service.healthCheckNodePort === port),
      nodes.map((node) =>
        pods.filter(
          (pod) => pod.nodeName === node && pod.containers.some((container) => container.ports.some((each) => each.hostPort === port)),
        ),
      ),
    ]),
    addresses.map((address) => [
      services.filter((service) =>
        [...service.clusterIPs, ...service.externalIPs, ...service.loadBalancerIngress.map(({ ip }) => ip ?? "")].some(
          (each) => normaliseAddress(each) === address,
        ),
      ),
      pods.filter(
        (pod) => pod.phase !== "Succeeded" && pod.phase !== "Failed" && pod.podIPs.some((each) => normaliseAddress(each) === address),
      ),
      nodeRecords.filter((node) => node.addresses.some((each) => normaliseAddress(each.address) === address)),
    ]),
    nodes.map((node) => pods.filter((pod) => pod.nodeName === node)),
    services.map((service) => select(service.namespace, service.selector)),
    pods.map((pod) => [
      select(pod.namespace, pod.labels),
      services.filter((service) => service.namespace === pod.namespace && matchesSelector(service.selector, pod.labels)),
    ]),
  ];
}

function snapshotOf(...batches: readonly (readonly Delta[])[]): Snapshot {
  const index = createClusterIndex("test");
  for (const deltas of batches) index.apply(deltas);
  return index.snapshot();
}

/** Everything that says what one object is, so that changes of different objects may be told in any order. */
const independent = arbitraryDeltas.map((deltas) => {
  const last = new Map<string, Delta>();
  for (const delta of deltas) {
    if (delta.type === "upsert") last.set(`${delta.kind} ${recordKey(delta.record)}`, delta);
    if (delta.type === "status") last.set(`status ${delta.kind}`, delta);
    if (delta.type === "warnings") last.set(`warnings ${delta.kind} ${delta.key}`, delta);
  }
  return [...last.values()];
});

describe("the cluster index", () => {
  test.prop([independent.chain((deltas) => fc.tuple(fc.constant(deltas), fc.shuffledSubarray([...deltas], { minLength: deltas.length })))])(
    "reaches the same snapshot whatever the order of events",
    ([deltas, shuffled]) => {
      expect(contents(snapshotOf(shuffled))).toEqual(contents(snapshotOf(deltas)));
    },
  );

  test.prop([arbitraryDeltas])("changes nothing when the last delta is applied again", (deltas) => {
    const index = createClusterIndex("test");
    index.apply(deltas);
    const before = index.snapshot();
    index.apply(deltas.slice(-1));
    expect(index.snapshot()).toBe(before);
  });

  test.prop([fc.array(arbitraryDeltas, { maxLength: 6 })])(
    "holds the same after many small changes as when built at once, and as a scan of all records",
    (batches) => {
      const index = createClusterIndex("test");
      for (const deltas of batches) {
        index.apply(deltas);
        index.snapshot();
      }
      const incremental = index.snapshot();
      expect(contents(incremental)).toEqual(contents(snapshotOf(...batches)));
      expect(lookups(incremental)).toEqual(lookupsByScan(incremental));
      for (const kind of resourceKinds) expect([...incremental[kind].keys()]).toEqual([...incremental[kind].keys()].sort(compareText));
      for (const kind of resourceKinds) expect(incremental[kind].size).toBe([...incremental[kind]].length);
    },
  );

  test.prop([arbitraryDeltas, arbitraryDeltas])("never changes a snapshot that it has handed out", (first, second) => {
    const index = createClusterIndex("test");
    index.apply(first);
    const early = index.snapshot();
    const before = structuredClone(contents(early));
    index.apply(second);
    const late = index.snapshot();
    expect(contents(early)).toEqual(before);
    expect(late === early).toBe(late.revision === early.revision);
  });

  test.prop([arbitraryDeltas, arbitraryDeltas])("reaches by the diff of two snapshots the records of the second", (first, second) => {
    const index = createClusterIndex("test");
    index.apply(first);
    const before = index.snapshot();
    index.apply(second);
    const after = index.snapshot();
    const patched = snapshotOf(first, diff(before, after));
    for (const kind of resourceKinds) expect([...patched[kind]]).toEqual([...after[kind]]);
    expect(diff(after, after)).toEqual([]);
  });

  test.prop([arbitraryDeltas, arbitraryDeltas, arbitraryDeltas])(
    "is left by squashed deltas as by the two lists one after the other",
    (start, first, second) => {
      expect(contents(snapshotOf(start, squash(first, second)))).toEqual(contents(snapshotOf(start, first, second)));
      expect(squash(first, second).length).toBeLessThanOrEqual(first.length + second.length);
    },
  );

  test.prop([fc.anything(), fc.anything()])("compares plain values as their JSON would", (a, b) => {
    expect(isEqual(a, a)).toBe(true);
    expect(isEqual(a, b)).toBe(isEqual(b, a));
  });
});
