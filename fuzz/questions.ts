// Everything that core can be asked of a snapshot, written down as every answer is: none of it may fail, whatever the objects are.

import {
  buildAllocations,
  buildPortMap,
  buildRanges,
  createClusterIndex,
  describeProxy,
  emptyPolicy,
  findFreePorts,
  findingsOnRoute,
  joinFindings,
  runRules,
  suggestBands,
  traceRoute,
  type ClientPosition,
  type Context,
  type Delta,
  type Policy,
  type Snapshot,
} from "@/lib/core";
import { allocationColumns, allocationsToCsv } from "@/lib/wire/csv";
import { encodeAllocation } from "@/lib/wire/encode-allocation";
import { encodeEvaluation } from "@/lib/wire/encode-finding";
import { encodePortMap } from "@/lib/wire/encode-port-map";
import { encodeRoute } from "@/lib/wire/encode-route";
import { encodeStaleness, encodeUnknown } from "@/lib/wire/encode-status";

export const fuzzNowMs = 1_778_596_980_000;

const outside: ClientPosition = { kind: "outside", address: null };

/** A snapshot of what was read. */
export function takeSnapshot(deltas: readonly Delta[]): Snapshot {
  const index = createClusterIndex("fuzz");
  index.apply(deltas);
  return index.snapshot();
}

/** Asks everything. Throws what core throws. */
export function askEverything(snapshot: Snapshot, policy: Policy = emptyPolicy): void {
  const context: Context = { policy, nowMs: fuzzNowMs };
  const evaluation = runRules(snapshot, context);
  const allocations = joinFindings(buildAllocations(snapshot, context), evaluation);
  const rows = allocations.map((row) => encodeAllocation(row, "fuzz"));
  const answers: unknown[] = [
    allocationsToCsv(rows, allocationColumns, new Map()),
    encodeEvaluation(evaluation, "fuzz"),
    encodePortMap(buildPortMap(snapshot, context, { from: outside, ports: null, evaluation })),
    encodeStaleness(snapshot),
    encodeUnknown(snapshot),
    buildRanges(snapshot, context, { allocations, evaluation }, 4),
    suggestBands(snapshot, context),
    findFreePorts(snapshot, context, { kind: "nodePort", count: 1, align: 1, band: null, node: null }),
    [...snapshot.nodes.values()].map((node) => describeProxy(snapshot, context, node).label),
  ];
  const addresses = [...snapshot.nodes.values()].flatMap(({ addresses: all }) => all.map(({ address }) => address)).slice(0, 2);
  const pod = [...snapshot.pods.values()][0];
  for (const { port, protocol } of allocations.slice(0, 6))
    for (const address of [...addresses, "10.2.0.1"])
      for (const from of [outside, ...(pod === undefined ? [] : [{ kind: "pod", namespace: pod.namespace, name: pod.name } as const])]) {
        const route = traceRoute(
          snapshot,
          context,
          { address, port, protocol: protocol === "any" ? "TCP" : protocol, from, node: null },
          pod === undefined ? {} : { whyNot: { namespace: pod.namespace, name: pod.name } },
        );
        answers.push(encodeRoute(route, findingsOnRoute(evaluation.findings, route)));
      }
  // What cannot be written down is no answer.
  JSON.stringify(answers);
}
