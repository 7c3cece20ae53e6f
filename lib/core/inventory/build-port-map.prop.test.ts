import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Evaluation } from "../model/finding";
import type { Cell, PortMap } from "../model/port-map";
import type { ClientPosition } from "../model/route";
import type { Snapshot } from "../model/snapshot";
import { noAssumptions, type Context } from "../policy/policy";
import { traceRoute } from "../routing/trace";
import { arbitrarySnapshotParts } from "../testing/arbitraries";
import { arbitraryPolicy } from "../testing/arbitrary-policy";
import {
  buildConfigMap,
  buildContext,
  buildEndpoint,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  testNowMs,
  type SnapshotParts,
} from "../testing/builders";
import { buildAllocations } from "./build-allocations";
import { buildPortMap } from "./build-port-map";
import { buildCell, createAnswerReader, isOtherwise } from "./port-map-cells";
import { buildColumns } from "./port-map-columns";
import { addressesOf } from "./port-map-nodes";

const from: fc.Arbitrary<ClientPosition> = fc.oneof(
  fc.constantFrom<ClientPosition>(
    { kind: "outside", address: null },
    { kind: "outside", address: "192.0.2.50" },
    { kind: "outside", address: "10.244.1.77" },
  ),
  fc.constantFrom("n1", "n2", "gone").map((name): ClientPosition => ({ kind: "node", name })),
  fc.constantFrom("a", "web", "p0", "gone").map((name): ClientPosition => ({ kind: "pod", namespace: "default", name })),
);

const evaluation = {
  findings: [
    { fingerprint: "f1", ports: [{ port: 30_001, protocol: "TCP" as const }], nodes: [] },
    {
      fingerprint: "f2",
      ports: [
        { port: 30_001, protocol: "TCP" as const },
        { port: 80, protocol: "UDP" as const },
      ],
      nodes: ["n2"],
    },
  ],
} as unknown as Pick<Evaluation, "findings">;

/** Every cell by its own traces: what the map must equal, however it shares the work. */
function traceEveryCell(snapshot: Snapshot, context: Context, position: ClientPosition): Readonly<Record<string, Cell>> {
  const cells: Record<string, Cell> = {};
  for (const column of buildColumns(snapshot, buildAllocations(snapshot, context), null, evaluation)) {
    for (const node of snapshot.nodes.values()) {
      const addresses = addressesOf(node);
      const answers = addresses.map((address) => {
        const query = { address, port: column.port, protocol: column.protocol, from: position, node: node.name };
        return createAnswerReader(snapshot, column)(traceRoute(snapshot, context, query), node.name);
      });
      const [primary] = answers;
      const findings = evaluation.findings
        .filter(
          ({ ports, nodes }) =>
            ports.some((each) => each.port === column.port && each.protocol === column.protocol) &&
            (nodes.length === 0 || nodes.includes(node.name)),
        )
        .map(({ fingerprint }) => fingerprint);
      const differs = addresses.filter(
        (_address, i) => primary !== undefined && answers[i] !== undefined && isOtherwise(answers[i], primary),
      );
      cells[`${node.name} ${String(column.port)}/${column.protocol}`] =
        primary === undefined
          ? { outcome: "unknown", reason: "no-address-of-family", claim: null, local: 0, ready: 0, owners: [], differs: [], findings }
          : buildCell(primary, node.name, differs, findings);
    }
  }
  return cells;
}

function unfold(map: PortMap): Readonly<Record<string, Cell | undefined>> {
  const cells: Record<string, Cell | undefined> = {};
  for (const column of map.columns) {
    const exceptions = new Map(column.exceptions);
    for (const [i, node] of map.nodes.entries())
      cells[`${node.name} ${String(column.port)}/${column.protocol}`] = map.cells[exceptions.get(i) ?? column.cell];
  }
  return cells;
}

/** A cluster that could be real: each pod on its node and in its pod range, endpoints that are pods. */
const tidyParts: fc.Arbitrary<SnapshotParts> = fc
  .record({
    pods: fc.array(
      fc.record({
        node: fc.integer({ min: 1, max: 4 }),
        ready: fc.boolean(),
        leaving: fc.boolean(),
        hostPort: fc.constantFrom(0, 0, 30_001, 8080),
        hostNetwork: fc.constantFrom(false, false, true),
      }),
      { maxLength: 6 },
    ),
    isLocal: fc.boolean(),
    hints: fc.constantFrom("none" as const, "zones" as const, "nodes" as const),
    dualStack: fc.boolean(),
    mode: fc.constantFrom("iptables" as const, "nftables" as const),
    version: fc.constantFrom("v1.33.1", "v1.36.3"),
    externalIP: fc.constantFrom(null, "10.0.0.2", "198.51.100.7"),
    extra: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ pods, isLocal, hints, dualStack, mode, version, externalIP, extra }): SnapshotParts => {
    const address = (node: number, i: number): string => `10.244.${String(node)}.${String(i + 10)}`;
    return {
      nodes: [1, 2, 3, 4].map((i) =>
        buildNode({
          name: `n${String(i)}`,
          zone: i < 3 ? "zone-a" : "zone-b",
          kubeletVersion: version,
          podCIDRs: [`10.244.${String(i)}.0/24`],
          addresses: [
            { type: "InternalIP", address: `10.0.0.${String(i)}` },
            ...(dualStack ? [{ type: "InternalIP" as const, address: `fd00::${String(i)}` }] : []),
          ],
        }),
      ),
      pods: pods.map((pod, i) =>
        buildPod({
          name: `p${String(i)}`,
          node: `n${String(pod.node)}`,
          ip: pod.hostNetwork ? `10.0.0.${String(pod.node)}` : address(pod.node, i),
          hostNetwork: pod.hostNetwork,
          ready: pod.ready,
          ports: [{ containerPort: pod.hostPort === 0 ? 8080 : pod.hostPort, hostPort: pod.hostPort }],
        }),
      ),
      services: [
        buildService({
          name: "web",
          externalTrafficPolicy: isLocal ? "Local" : "Cluster",
          ports: [{ port: 80, nodePort: 30_001 }],
          ...(externalIP === null ? {} : { externalIPs: [externalIP] }),
        }),
        ...Array.from({ length: extra }, (_, i) =>
          buildService({ name: `idle-${String(i)}`, ports: [{ port: 80, nodePort: 30_002 + i }] }),
        ),
      ],
      slices: [
        buildSlice({
          service: "web",
          endpoints: pods.map((pod, i) =>
            buildEndpoint({
              address: pod.hostNetwork ? `10.0.0.${String(pod.node)}` : address(pod.node, i),
              node: `n${String(pod.node)}`,
              pod: `p${String(i)}`,
              ready: pod.ready && !pod.leaving,
              terminating: pod.leaving,
              hintZones: hints === "zones" ? [pod.node < 3 ? "zone-a" : "zone-b"] : [],
              hintNodes: hints === "nodes" ? [`n${String(pod.node)}`] : [],
            }),
          ),
        }),
      ],
      configmaps: [buildConfigMap({ name: "kube-proxy", proxy: { mode, clusterCIDRs: ["10.244.0.0/16"] } })],
    };
  });

describe("the port map shows what a trace of every cell would", () => {
  test.prop([tidyParts, from, fc.boolean()], { numRuns: 200 })("on clusters that could be real", (parts, position, masquerade) => {
    const snapshot = buildSnapshot(parts);
    const context = buildContext({ clusters: { "*": { ...noAssumptions, podToNodeMasquerade: masquerade } } });
    expect(unfold(buildPortMap(snapshot, context, { from: position, ports: null, evaluation }))).toEqual(
      traceEveryCell(snapshot, context, position),
    );
  });

  test.prop([arbitrarySnapshotParts, arbitraryPolicy, from], { numRuns: 200 })("on any objects at all", (parts, policy, position) => {
    const snapshot = buildSnapshot(parts);
    const context = { policy, nowMs: testNowMs };
    expect(unfold(buildPortMap(snapshot, context, { from: position, ports: null, evaluation }))).toEqual(
      traceEveryCell(snapshot, context, position),
    );
  });
});
