// routing.md section 6 and its rows T83, T91, T92: other proxies and relays, and a kube-proxy whose settings were not read.

import { describe, expect, test } from "vitest";
import type { ClientPosition } from "../model/route";
import { buildConfigMap, buildPod, buildSnapshot, buildWorkload } from "../testing/builders";
import { answers, backendPods, build, hostPortPod, listener, local, nodes, pod, web, webSlice } from "../testing/scenarios";
import { traceRoute } from "./trace";
import { describeRoute } from "./words";

/** Code and object of each step. */
function stepsOf(route: ReturnType<typeof traceRoute>): readonly string[] {
  return route.steps.map(({ code, object }) => `${code} ${object ?? "-"}`);
}

test("T83: on a node outside of the ingress list the ServiceLB pod is named as the relay that it is", () => {
  const labels = { "svccontroller.k3s.cattle.io/svcname": "web", "svccontroller.k3s.cattle.io/svcnamespace": "default" };
  const built = build(
    { services: [web({ ...local, type: "LoadBalancer" })], pods: [...backendPods, hostPortPod("h", { hostPort: 80 }, { labels })] },
    "iptables",
  );
  const route = traceRoute(built.snapshot, built.context, {
    address: "10.0.0.1",
    port: 80,
    protocol: "TCP",
    from: { kind: "outside", address: null },
    node: null,
  });
  expect(stepsOf(route)).toEqual(["address Node/n1", "hostPort Pod/default/h", "serviceLB Service/default/web"]);
  expect(describeRoute(route).steps.at(-1)?.verdict).toContain("policy Local is not in force");
});

describe("a proxy that is recognised but not modelled is never answered by another one's rules", () => {
  const { context } = build({}, "iptables");
  const ask = (port: number, parts: Parameters<typeof buildSnapshot>[0] = {}) =>
    traceRoute(
      buildSnapshot({
        nodes,
        services: [web()],
        slices: [webSlice],
        pods: [...backendPods, hostPortPod("h"), hostPortPod("g", { hostPort: 30_080 }), listener(30_080), listener(9100, "exporter")],
        configmaps: [buildConfigMap({ name: "cilium-config", ciliumKubeProxyReplacement: "true" })],
        ...parts,
      }),
      context,
      { address: "10.0.0.1", port, protocol: "TCP", from: { kind: "outside", address: null }, node: null },
    );
  const unsupported = { kind: "unknown", reason: "proxy-unsupported" };

  test("T91, T92: Cilium, with what is known of the port", () => {
    const route = ask(30_080);
    expect(route.outcome).toMatchObject(unsupported);
    expect(stepsOf(route)).toEqual([
      "address Node/n1",
      "claim Service/default/web",
      "endpoints EndpointSlice/default/web-1",
      "hostPort Pod/default/g",
      "bindRefused Pod/default/lis",
      "hostPortInRange Pod/default/g",
      "otherProxy Node/n1",
    ]);
    expect(route.assumptions).toContainEqual({
      what: "proxy",
      value: "Cilium",
      from: "ConfigMap/kube-system/cilium-config kube-proxy-replacement",
    });
  });
  test("a hostPort alone", () => {
    expect(ask(8081).outcome).toMatchObject(unsupported);
  });
  test("a health check's number", () => {
    const service = web({ ...local, type: "LoadBalancer", healthCheckNodePort: 32_000 });
    const route = ask(32_000, { services: [service] });
    expect(route.outcome).toMatchObject(unsupported);
    expect(stepsOf(route)).toContain("healthCheckPort Service/default/web");
  });
  test("a Service with a label that kube-proxy goes by", () => {
    const labels = { "service.kubernetes.io/service-proxy-name": "x" };
    expect(ask(30_080, { services: [web({ labels })], pods: backendPods }).outcome).toMatchObject(unsupported);
  });
  test("what does not depend on the proxy is answered all the same", () => {
    expect(ask(9100).outcome.kind).toBe("listener");
    expect(ask(9999).outcome).toMatchObject({ kind: "closed", reason: "unclaimed" });
    expect(ask(30_080, { services: [web({ clusterIPs: ["None"] })], pods: backendPods }).outcome.kind).toBe("closed");
  });
});

test.for([
  [
    "with Antrea's agent",
    { daemonsets: [buildWorkload({ kind: "DaemonSet", name: "antrea-agent", namespace: "kube-system" })] },
    "a1:9090 -S",
  ],
  ["without it the annotation means nothing", {}, "closed"],
] as const)("NodePortLocal, %s", ([, parts, expected]) => {
  const mapped = pod("a1", { nodePortLocal: [{ podPort: 9090, nodePort: 61_001, protocol: "TCP" }] });
  const built = build({ services: [], pods: [mapped], ...parts }, "iptables");
  expect(answers(built, "out>n1:61001")).toBe(expected);
  expect(answers(built, "out>n2:61001")).toBe("closed");
  expect(answers(built, "out>n1:61001/udp")).toBe("closed");
});

test("Cilium's own hostPorts beside a kube-proxy: which comes first is not known", () => {
  const scene = { policy: { hostPortImplementation: "cilium" as const }, pods: [...backendPods, hostPortPod("h", { hostPort: 30_080 })] };
  expect(answers(build(scene, "iptables"), "out>n1")).toBe(`contested chain-order [a1,a2,b1 +S | h -S]`);
});

describe("kube-proxy's configuration was not read (routing.md 6.1): both modes are asked", () => {
  const proxies = ["n1", "n2", "n3"].map((node) =>
    buildPod({ name: `kube-proxy-${node}`, namespace: "kube-system", labels: { "k8s-app": "kube-proxy" }, hostNetwork: true, node }),
  );
  const { context } = build({}, "iptables");
  const snapshot = buildSnapshot({ nodes, services: [web()], slices: [webSlice], pods: [...backendPods, ...proxies] });
  const ask = (address: string, from: ClientPosition) =>
    traceRoute(snapshot, context, { address, port: 30_080, protocol: "TCP", from, node: null });
  test("where they agree, that is the answer", () => {
    expect(ask("10.0.0.1", { kind: "outside", address: null }).outcome.kind).toBe("delivered");
  });
  test("where they differ, both are told", () => {
    const { outcome, steps } = ask("127.0.0.1", { kind: "node", name: "n1" });
    expect(outcome).toMatchObject({
      kind: "unknown",
      reason: "proxy-mode",
      alternatives: [{ outcome: { kind: "delivered" } }, { outcome: { kind: "closed", reason: "address-not-accepted" } }],
    });
    expect(steps.map(({ code }) => code)).toContain("modeUnknown");
  });
});
