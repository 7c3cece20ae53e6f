// Replays recorded scenarios through the product's own path: List → slim → index → trace.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  createClusterIndex,
  emptyPolicy,
  requiredKinds,
  toKindStatus,
  traceRoute,
  type Context,
  type Delta,
  type HostPortImplementation,
  type Route,
  type RouteQuery,
} from "@/lib/core";
import { slimObject } from "@/lib/sources/kubernetes/slim/slim-object";
import { compare, type Probe } from "./truth-compare";

export type Scenario = {
  readonly id: string;
  readonly about: string;
  readonly kubernetes: string;
  readonly proxyMode: string;
  readonly assumptions: {
    readonly podToNodeMasquerade?: boolean;
    readonly hostPortImplementation?: HostPortImplementation;
    readonly unlistedNodeAddresses?: Readonly<Record<string, readonly string[]>>;
  };
  readonly objects: { readonly items: readonly unknown[] };
  readonly probes: readonly Probe[];
};

export type Disagreement = { readonly scenario: string; readonly probe: Probe; readonly why: string; readonly route: Route };
export type Replay = {
  readonly scenario: string;
  readonly probes: number;
  readonly contested: number;
  readonly disagreements: readonly Disagreement[];
};

/** Scenarios of a folder of JSON files, or of one gzipped file with a scenario on each line. */
export function* readScenarios(path: string): Generator<Scenario> {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort())
      if (name.endsWith(".json")) yield JSON.parse(readFileSync(join(path, name), "utf8")) as Scenario;
    return;
  }
  for (const line of gunzipSync(readFileSync(path)).toString("utf8").split("\n")) if (line !== "") yield JSON.parse(line) as Scenario;
}

/** Asks every probe of a scenario and compares. */
export function replay(scenario: Scenario): Replay {
  const { snapshot, context } = load(scenario);
  const disagreements: Disagreement[] = [];
  let contested = 0;
  for (const probe of scenario.probes) {
    const route = traceRoute(snapshot, context, toQuery(probe));
    if (route.outcome.kind === "contested") contested += 1;
    const why = compare(probe, route);
    if (why !== null) disagreements.push({ scenario: scenario.id, probe, why, route });
  }
  return { scenario: scenario.id, probes: scenario.probes.length, contested, disagreements };
}

function load(scenario: Scenario) {
  const index = createClusterIndex("truth");
  const deltas: Delta[] = scenario.objects.items.flatMap((item) =>
    slimObject(item).records.map((each): Delta => ({ type: "upsert", ...each })),
  );
  index.apply([
    ...deltas,
    ...([...requiredKinds, "configmaps", "daemonsets"] as const).map((kind): Delta => ({
      type: "status",
      kind,
      status: toKindStatus("snapshot"),
    })),
  ]);
  const { podToNodeMasquerade, hostPortImplementation, unlistedNodeAddresses } = scenario.assumptions;
  const context: Context = {
    nowMs: 0,
    policy: {
      ...emptyPolicy,
      clusters: {
        truth: {
          nodePortRange: null,
          proxyMode: null,
          nodePortAddresses: null,
          clusterCIDR: null,
          podToNodeMasquerade: podToNodeMasquerade ?? null,
          hostPortImplementation: hostPortImplementation ?? null,
          unlistedNodeAddresses: unlistedNodeAddresses ?? {},
          ephemeralPortRange: null,
          namespaces: [],
          poolLabel: null,
        },
      },
    },
  };
  return { snapshot: index.snapshot(), context };
}

const outsideAddress = { IPv4: "10.190.1.200", IPv6: "fd00:190::200" };

function toQuery({ from, address, port, protocol, node }: Probe): RouteQuery {
  return {
    address,
    port,
    protocol,
    node,
    from: from.kind === "outside" ? { kind: "outside", address: address.includes(":") ? outsideAddress.IPv6 : outsideAddress.IPv4 } : from,
  };
}
