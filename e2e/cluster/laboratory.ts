// The whole of the lab in one value: set a scenario up, probe it with packets, ask the product the same, compare.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { compare, type Observed, type Probe } from "@/scripts/truth-compare";
import type { Scenario } from "@/scripts/truth-replay";
import { routeOfAnswer } from "@/scripts/truth-wire";
import { binary } from "./build.mjs";
import { startApiServer, startEtcd } from "./control-plane";
import {
  forgetConnections,
  makeNetwork,
  manySources,
  namespaceOfNode,
  namespaceOfPod,
  namespaceOutside,
  podSlots,
  resetRules,
  sentinelSlot,
} from "./network";
import { mapHostPorts, podsWithHostPorts, proxyNodes, startOf, startProxies } from "./node-agents";
import { Objects, ofKind, nameOf, podPorts, type ApiObject } from "./objects";
import { startProcess, until, type Running } from "./process";
import { ProbeClient, type Observation } from "./probe-client";
import { startProduct, type Product } from "./product";

/** A probe before anyone was asked. */
export type Question = Omit<Probe, "observed" | "attempts">;
/** A scenario as data: recorded or random. Its assumptions also say whether hostPorts were mapped before kube-proxy started. */
export type Setup = Omit<Scenario, "probes"> & {
  readonly assumptions: { readonly hostPortRegistered?: string };
  readonly probes: readonly Question[];
};
export type Disagreement = { readonly probe: Probe; readonly why: string };

export class Laboratory {
  private readonly folder: string;
  private readonly kubeconfig: string;
  private readonly objects: Objects;
  private readonly probes: ProbeClient;
  private proxies: readonly Running[] = [];
  private servers: (() => Promise<void>)[] = [];
  private product: { readonly key: string; readonly value: Product } | null = null;
  private round = 0;

  private constructor(folder: string, kubeconfig: string, objects: Objects, probes: ProbeClient) {
    this.folder = folder;
    this.kubeconfig = kubeconfig;
    this.objects = objects;
    this.probes = probes;
  }

  static async start(folder: string): Promise<Laboratory> {
    mkdirSync(folder, { recursive: true });
    makeNetwork();
    const etcd = await startEtcd(folder);
    const api = await startApiServer({ folder, etcd, flags: ["--advertise-address=10.190.1.250"] });
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, api.kubeconfig(undefined, "10.190.1.250"));
    startProcess(
      binary("kube-controller-manager"),
      [
        `--kubeconfig=${kubeconfig}`,
        "--leader-elect=false",
        "--controllers=endpointslice-controller,endpointslice-mirroring-controller",
        "--use-service-account-credentials=false",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--concurrent-service-endpoint-syncs=10",
        `--cert-dir=${join(folder, "controller-certificates")}`,
      ],
      join(folder, "kube-controller-manager.log"),
    );
    const probes = new ProbeClient();
    for (const { netns, IPv4 } of podSlots()) await probes.serve(netns, IPv4, podPorts);
    await probes.serve(namespaceOfPod(sentinelSlot.IPv4), "sentinel", [7000]);
    return new Laboratory(folder, kubeconfig, new Objects(api, etcd), probes);
  }

  /** Sets the scenario up and asks all its probes. Returns: what packets and product see differently, and every probe with what packets saw. */
  async run(setup: Setup): Promise<{ readonly disagreements: readonly Disagreement[]; readonly probes: readonly Probe[] }> {
    const items = setup.objects.items as readonly ApiObject[];
    await this.setUp(setup, items);
    const product = await this.productFor(setup);
    await this.waitForAll(product, items);
    await forgetConnections();
    const answers = await Promise.all(setup.probes.map((question) => this.ask(product, items, question)));
    return {
      probes: answers.map(({ probe }) => probe),
      disagreements: answers.flatMap(({ probe, why }) => (why === null ? [] : [{ probe, why }])),
    };
  }

  readBack(): Promise<readonly ApiObject[]> {
    return this.objects.readBack();
  }

  private async productFor(setup: Setup): Promise<Product> {
    const key = settingsOf(setup);
    if (this.product?.key !== key) {
      await this.product?.value.stop();
      this.product = { key, value: await startProduct(this.folder, this.kubeconfig, setup.assumptions) };
    }
    return this.product.value;
  }

  private async setUp({ assumptions }: Setup, items: readonly ApiObject[]): Promise<void> {
    this.round += 1;
    await Promise.all([...this.proxies, ...this.servers.map((stop) => ({ stop }))].map((each) => each.stop()));
    this.servers = [];
    await this.objects.clear();
    await resetRules(assumptions.podToNodeMasquerade !== false);
    await this.objects.createMachines(items);
    await this.serveOnNodes(items);
    const implementation = assumptions.hostPortImplementation ?? "portmap-iptables";
    const hostPorts = podsWithHostPorts(items);
    const isLater = hostPorts.length > 0 && assumptions.hostPortRegistered === "after kube-proxy";
    if (!isLater) mapHostPorts(items, implementation, String(this.round));
    this.proxies = startProxies(this.folder, this.kubeconfig, items);
    await this.objects.createServices(items);
    if (!isLater) return;
    await this.waitForProxies(items, await this.raiseSentinel());
    mapHostPorts(items, implementation, String(this.round));
    const started = [...proxyNodes(items).values()].sort()[0] ?? "";
    if (hostPorts.every((pod) => startOf(pod) < started)) {
      await Promise.all(this.proxies.map((each) => each.stop()));
      this.proxies = startProxies(this.folder, this.kubeconfig, items);
    }
  }

  /** Listeners of hostNetwork pods, on the ports that they declare. */
  private async serveOnNodes(items: readonly ApiObject[]): Promise<void> {
    for (const pod of ofKind(items, "Pod")) {
      const ports = (pod.spec?.containers ?? []).flatMap((each) => (each.ports ?? []).map(({ containerPort }) => containerPort));
      if (pod.spec?.hostNetwork !== true || ports.length === 0 || pod.status?.phase !== "Running") continue;
      this.servers.push(await this.probes.serve(namespaceOfNode(pod.spec.nodeName ?? ""), nameOf(pod), [...new Set(ports)]));
    }
  }

  /** The last objects of all: who serves them has seen everything older (control-plane.md, section 5). */
  private sentinels = 0;
  private async raiseSentinel(): Promise<{ readonly name: string; readonly addresses: readonly string[] }> {
    this.sentinels += 1;
    const name = `sentinel-${String(this.sentinels)}`;
    const metadata = { name, namespace: "kube-system" };
    const podIPs = [{ ip: sentinelSlot.IPv4 }, { ip: sentinelSlot.IPv6 }];
    await this.objects.create(
      {
        kind: "Pod",
        apiVersion: "v1",
        metadata,
        spec: { nodeName: "node-1", containers: [{ name: "main", image: "registry.example/sentinel:1" }] } as ApiObject["spec"] & object,
        status: { phase: "Running", podIP: sentinelSlot.IPv4, podIPs, conditions: [{ type: "Ready", status: "True" }] },
      },
      true,
    );
    const service = await this.objects.create(
      {
        kind: "Service",
        apiVersion: "v1",
        metadata,
        spec: { ipFamilyPolicy: "RequireDualStack", ports: [{ port: 7000, protocol: "TCP" }] },
      },
      false,
    );
    for (const [addressType, address] of Object.entries(sentinelSlot))
      await this.objects.create(
        {
          kind: "EndpointSlice",
          apiVersion: "discovery.k8s.io/v1",
          metadata: { ...metadata, name: `${name}-${addressType.toLowerCase()}`, labels: { "kubernetes.io/service-name": name } },
          addressType,
          endpoints: [
            {
              addresses: [address],
              conditions: { ready: true },
              nodeName: "node-1",
              targetRef: { kind: "Pod", namespace: "kube-system", name },
            },
          ],
          ports: [{ name: "", port: 7000, protocol: "TCP" }],
        },
        false,
      );
    return { name, addresses: service.spec?.clusterIPs ?? [] };
  }

  private async waitForAll(product: Product, items: readonly ApiObject[]): Promise<void> {
    const sentinel = await this.raiseSentinel();
    await this.waitForProxies(items, sentinel);
    const [address = ""] = sentinel.addresses;
    const node = [...proxyNodes(items).keys()][0] ?? "node-1";
    await until("the product has the newest objects", async () => {
      const asked = { from: { kind: "node", name: node }, node, address, port: 7000, protocol: "TCP" } as const;
      const route = await product.trace(asked).catch(() => null);
      return route?.backends[0]?.pod?.name === sentinel.name && route.backends[0].ready ? true : undefined;
    });
  }

  private async waitForProxies(items: readonly ApiObject[], { addresses }: { readonly addresses: readonly string[] }): Promise<void> {
    for (const node of proxyNodes(items).keys())
      for (const address of addresses)
        await until(
          `${node} reaches the sentinel at ${address}`,
          async () => {
            const seen = await this.probes.probe({
              netns: namespaceOfNode(node),
              address,
              port: 7000,
              protocol: "TCP",
              timeoutMs: 150,
              quick: true,
            });
            return seen.counts.delivered > 0 ? true : undefined;
          },
          30_000,
          20,
        );
  }

  private async ask(product: Product, items: readonly ApiObject[], question: Question) {
    let asked = await this.askOnce(product, items, question, 1);
    // A busy machine loses packets; and Nodes come by a watch of their own, which the sentinel says nothing about: only what stays is a disagreement.
    for (const patience of [2, 3]) {
      if (asked.why === null) break;
      await pause(patience * 1000);
      asked = await this.askOnce(product, items, question, patience);
    }
    return asked;
  }

  private async askOnce(product: Product, items: readonly ApiObject[], question: Question, patience: number) {
    const answer = await product.trace(question);
    if (answer === null) throw new Error("the product is not ready any more");
    const probe = await this.observe(items, question, patience);
    return { probe, why: compare(probe, routeOfAnswer(answer)) };
  }

  private async observe(items: readonly ApiObject[], question: Question, patience: number): Promise<Probe> {
    const { from, address, port, protocol, node, affinity } = question;
    const family = address.includes(":") ? "IPv6" : "IPv4";
    const isNodes = items.some((each) => each.kind === "Node" && each.status?.addresses?.some((own) => own.address === address) === true);
    const seen = await this.probes.probe({
      netns:
        from.kind === "outside"
          ? namespaceOutside
          : from.kind === "node"
            ? namespaceOfNode(from.name)
            : namespaceOfPod(addressOf(items, from)),
      address,
      port,
      protocol,
      timeoutMs: (family === "IPv6" ? 1400 : 700) * patience,
      ...(from.kind === "outside" && !isNodes ? { mark: Number(node.replace("node-", "")) } : {}),
      ...(from.kind === "outside" && affinity === true ? { sources: manySources[family] } : {}),
    });
    return { ...question, attempts: seen.attempts, observed: observedOf(items, seen) };
  }
}

/** What a running product must be started anew for: its policy, and kube-proxy's ConfigMap, which it reads once a minute. */
export function settingsOf({ assumptions, objects }: Setup): string {
  const { podToNodeMasquerade, hostPortImplementation, unlistedNodeAddresses } = assumptions;
  const settings = ofKind(objects.items as readonly ApiObject[], "ConfigMap").map(({ data }) => data);
  return JSON.stringify([settings, podToNodeMasquerade, hostPortImplementation, unlistedNodeAddresses]);
}

function addressOf(items: readonly ApiObject[], { namespace, name }: { readonly namespace: string; readonly name: string }): string {
  const pod = ofKind(items, "Pod").find((each) => each.metadata.namespace === namespace && each.metadata.name === name);
  return pod?.status?.podIPs?.[0]?.ip ?? "";
}

function observedOf(items: readonly ApiObject[], { counts, backends, names, sourceOf, http }: Observation): Observed {
  const { delivered, refused, timeout } = counts;
  const outcome =
    delivered > 0 ? (refused + timeout > 0 ? "mixed" : "delivered") : refused > 0 ? (timeout > 0 ? "mixed" : "refused") : "timeout";
  const listeners = new Set(Object.values(names));
  const [name = ""] = listeners;
  const isListener = listeners.size === 1 && ofKind(items, "Pod").some((pod) => pod.spec?.hostNetwork === true && nameOf(pod) === name);
  const places = Object.entries(sourceOf).flatMap(([place, source]) => (source === "both" ? [] : [[place, source] as const]));
  return {
    outcome,
    backends,
    listener: isListener ? name : null,
    sources: [...new Set(places.map(([, source]) => source))].sort(),
    sourceOf: Object.fromEntries(places),
    ...(http === undefined || http === "" ? {} : { http }),
  };
}
