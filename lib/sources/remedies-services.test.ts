import { describe, expect, test } from "vitest";
import { describeSaying, noAssumptions, runRules, type Context, type Remedies } from "@/lib/core";
import { app, joinParts, runPods, type Ports } from "@/lib/core/testing/apps";
import type { buildService } from "@/lib/core/testing/builders";
import { buildContext, buildNode, buildSlice, buildSnapshot, type SnapshotParts } from "@/lib/core/testing/builders";
import { apply, ask, calm } from "./remedies.testkit";

const nodes = [1, 2, 3].map((place) => buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}` }));
const reasons = ({ unavailable }: Remedies): string => unavailable.map(({ reason }) => describeSaying(reason)).join("\n");
const run = (name: string, ports: Ports = [{ containerPort: 80 }]) => runPods("Deployment", name, [1], { app: name }, ports);
const two = (...services: readonly Parameters<typeof buildService>[0][]): SnapshotParts =>
  app(
    [...run("old"), ...run("young")],
    services.map((service, place) => ({
      ports: [{ port: 80 }],
      selector: { app: place === 0 ? "old" : "young" },
      createdAtMs: place + 1,
      ...service,
    })),
  );
const shared = ["172.17.0.1"];
const host = runPods("DaemonSet", "agent", [1], { app: "agent" }, [{ containerPort: 9000 }], { hostNetwork: true });

type Case = {
  readonly rule: string;
  readonly name: string;
  readonly parts: SnapshotParts;
  readonly policy?: Context;
  readonly says: RegExp;
};

/** Pods of one Deployment, each with ports of its own. */
const web = (...ports: readonly Ports[]) =>
  ports.flatMap((each, place) => runPods("Deployment", "web", [place + 1], { app: "web" }, each, { name: `web-${String(place)}` }));
const toWeb = (targetPort: number | string, more: Partial<Parameters<typeof buildService>[0]> = {}) => ({
  name: "web",
  selector: { app: "web" },
  ports: [{ port: 80, targetPort, nodePort: 30_080 }],
  ...more,
});

const balancers = (count: number) =>
  Array.from({ length: count }, (_, place) => ({
    name: `lb-${String(place)}`,
    type: "LoadBalancer" as const,
    selector: { app: "old" },
    ports: [{ port: 80, nodePort: 30_000 + place }],
    loadBalancerIngress: [{ ip: `192.0.2.${String(place + 1)}` }],
  }));
const bandOf = (size: number) =>
  buildContext({
    clusters: { "*": { ...noAssumptions, nodePortRange: { first: 30_000, last: 32_767 } } },
    bands: [{ name: "x", kind: "nodePort", ports: { first: 30_000, last: 29_999 + size }, owner: null, allow: null }],
  });

const served = app(run("old"), [{ name: "old", selector: { app: "old" }, ports: [{ port: 80, nodePort: 30_080 }] }]);
const byHand = (address: string, more: Partial<Parameters<typeof buildSlice>[0]> = {}) =>
  buildSlice({ name: "by-hand", service: "old", ports: [{ name: "", port: 80 }], endpoints: [{ address }], ...more });

describe("a Service written anew makes the finding go away, and brings no other", () => {
  test.for<Case>([
    {
      rule: "external-ip-duplicate",
      name: "F44: the younger one leaves, and is given a number on nodes",
      parts: two({ name: "old", externalIPs: shared }, { name: "young", externalIPs: shared }),
      says: /name: young[^]*type: NodePort[^]*nodePort: 30000\n {2}externalIPs: \[\]/,
    },
    {
      rule: "external-ip-duplicate",
      name: "what is left of its addresses stays its door",
      parts: two({ name: "old", externalIPs: shared }, { name: "young", externalIPs: [...shared, "172.17.0.2"] }),
      says: /name: young[^]*type: ClusterIP[^]*externalIPs:\n {4}- "172.17.0.2"\n/,
    },
    {
      rule: "external-ip-duplicate",
      name: "a load balancer's address is not a Service's to give up",
      parts: two(
        { name: "old", externalIPs: shared },
        { name: "young", type: "LoadBalancer", loadBalancerIngress: [{ ip: "172.17.0.1" }], ports: [{ port: 80, nodePort: 30_080 }] },
      ),
      says: /name: old[^]*type: NodePort/,
    },
    {
      rule: "external-ip-on-node",
      name: "SSH of a node",
      parts: app(run("old"), [{ name: "old", selector: { app: "old" }, ports: [{ port: 22, targetPort: 80 }], externalIPs: ["10.0.0.1"] }]),
      says: /type: NodePort[^]*externalIPs: \[\]/,
    },
    {
      rule: "listener-shadowed",
      name: "by an address that is the node's",
      parts: app(
        [...run("old"), ...host],
        [{ name: "old", selector: { app: "old" }, ports: [{ port: 9000, targetPort: 80 }], externalIPs: ["10.0.0.1"] }],
      ),
      says: /type: NodePort[^]*externalIPs: \[\]/,
    },
    {
      rule: "target-port-missing",
      name: "some pods name it otherwise: all declare the number",
      parts: app(web([{ name: "http", containerPort: 8080 }], [{ name: "web", containerPort: 8080 }]), [toWeb("http")]),
      says: /targetPort: 8080/,
    },
    {
      rule: "target-port-missing",
      name: "no pod has the name, and each has one port: by its name",
      parts: app(web([{ name: "web", containerPort: 8080 }], [{ name: "web", containerPort: 8080 }]), [toWeb("http")]),
      says: /targetPort: web/,
    },
    {
      rule: "target-port-missing",
      name: "the same without names: by the number",
      parts: app(web([{ containerPort: 8080 }], [{ name: "web", containerPort: 8080 }]), [toWeb("http")]),
      says: /targetPort: 8080/,
    },
    {
      rule: "target-port-missing",
      name: "a number that changes from one release to the next has a name",
      parts: app(web([{ name: "http", containerPort: 8080 }], [{ name: "http", containerPort: 8081 }]), [toWeb(8080)]),
      says: /targetPort: http/,
    },
    {
      rule: "target-port-missing",
      name: "F36: owners that differ are told apart, and the one without the port is left out",
      parts: app(
        [
          ...runPods("Deployment", "a", [1], { name: "operator", part: "webhook" }, [{ name: "https", containerPort: 8443 }]),
          ...runPods("Deployment", "b", [2], { name: "operator", part: "cleaner" }, [{ name: "metrics", containerPort: 9090 }]),
        ],
        [{ name: "operator", selector: { name: "operator" }, ports: [{ port: 443, targetPort: "https" }] }],
      ),
      says: /part: webhook/,
    },
    {
      rule: "service-ignored-by-proxy",
      name: "the label goes",
      parts: app(run("old"), [
        {
          name: "old",
          labels: { team: "x", "service.kubernetes.io/service-proxy-name": "other" },
          selector: { app: "old" },
          ports: [{ port: 80, nodePort: 30_080 }],
        },
      ]),
      says: /labels:\n {4}team: x\nspec/,
    },
    {
      rule: "band-full",
      name: "F49: load balancers give their numbers back",
      parts: app(run("old"), balancers(4)),
      policy: bandOf(4),
      says: /allocateLoadBalancerNodePorts: false/,
    },
    {
      rule: "slices-disagree",
      name: "a slice of somebody's leads nowhere",
      parts: joinParts(served, { slices: [byHand("10.244.1.200")] }),
      says: /kind: EndpointSlice[^]*endpoints: \[\]/,
    },
  ])("$rule: $name", ({ rule, parts, policy = calm, says }) => {
    const all = { nodes, ...parts };
    const { finding, answer } = ask(all, rule, "service", policy);
    const [remedy] = answer.remedies;
    expect(remedy?.yaml).toMatch(says);
    expect(finding.remedies).toContain("service");
    const { introduced, resolved } = apply(all, remedy?.yaml ?? "", policy);
    expect(introduced).toEqual([]);
    expect(resolved.map(({ fingerprint }) => fingerprint)).toContain(finding.fingerprint);
    for (const each of [remedy?.title, remedy?.wayBack, ...(remedy?.steps ?? []), ...(remedy?.costs ?? [])])
      expect(describeSaying(each ?? { code: "flows.stay", values: {} })).not.toMatch(/\{[a-z]+\}/);
  });

  test("users are told the number on nodes in place of the address, or the address that is left", () => {
    const rows = (externalIPs: readonly string[]) =>
      ask(
        { nodes, ...two({ name: "old", externalIPs: shared }, { name: "young", externalIPs }) },
        "external-ip-duplicate",
        "service",
      ).answer.remedies[0]?.endpoints.map(({ owner, addresses, before, after }) => [owner, addresses, before, after]);
    expect(rows(shared)).toEqual([["default/young", [], 80, 30_000]]);
    expect(rows([...shared, "172.17.0.2"])).toEqual([["default/young", ["172.17.0.2"], 80, 80]]);
  });

  test("users of a number that is given back go to the load balancer, on the Service's own port", () => {
    const doors = [
      { externalIPs: ["192.0.2.9"] },
      { loadBalancerIngress: [{ hostname: "lb.example.com" }] },
      { name: "lb-new", loadBalancerIngress: [] },
    ];
    const parts = app(
      run("old"),
      balancers(3).map((each, place) => ({ ...each, ...doors[place] })),
    );
    const [remedy] = ask({ nodes, ...parts }, "band-full", "service", bandOf(3)).answer.remedies;
    expect(remedy?.endpoints.map(({ owner, addresses, before, after }) => [owner, addresses, before, after])).toEqual([
      ["default/lb-0", ["192.0.2.9", "192.0.2.1"], 30_000, 80],
      ["default/lb-1", ["lb.example.com"], 30_001, 80],
    ]);
    expect(remedy?.costs.map((each) => describeSaying(each)).join("\n")).toContain(
      "default/lb-new: no address of a load balancer is known",
    );
    expect(remedy?.steps.at(-1)?.code).toBe("step.tell");
  });

  test("who shares an external address keeps the one that a load balancer's controller gave", () => {
    const balanced = { type: "LoadBalancer" as const, loadBalancerIngress: [{ ip: "192.0.2.7" }], ports: [{ port: 80, nodePort: 30_081 }] };
    const parts = two({ name: "old", externalIPs: shared }, { name: "young", externalIPs: shared, ...balanced });
    const [remedy] = ask({ nodes, ...parts }, "external-ip-duplicate", "service").answer.remedies;
    expect(remedy?.endpoints.map(({ owner, addresses, before, after }) => [owner, addresses, before, after])).toEqual([
      ["default/young", ["192.0.2.7"], 80, 80],
    ]);
  });

  test.for<Case>([
    {
      rule: "external-ip-duplicate",
      name: "two addresses of load balancers",
      parts: two(
        ...["old", "young"].map((name, place) => ({
          name,
          type: "LoadBalancer" as const,
          loadBalancerIngress: [{ ip: "172.17.0.1" }],
          ports: [{ port: 80, nodePort: 30_080 + place }],
        })),
      ),
      says: /default\/young: a load balancer's controller gave it the address/,
    },
    {
      rule: "target-port-missing",
      name: "pods without any port that could be meant",
      parts: app(web([{ name: "http", containerPort: 8080 }], [{ name: "metrics", containerPort: 9090 }]), [toWeb("http")]),
      says: /no port that all selected pods declare can be told to be what http means/,
    },
    {
      rule: "target-port-missing",
      name: "a port that another one of the Service means",
      parts: app(web([{ containerPort: 8080 }]), [
        toWeb("http", {
          ports: [
            { name: "a", port: 80, targetPort: "http", nodePort: 30_080 },
            { name: "b", port: 81, targetPort: 8080 },
          ],
        }),
      ]),
      says: /no port that all selected pods declare/,
    },
    {
      rule: "target-port-missing",
      name: "pods that are not ready would only be silent in another way",
      parts: app(
        web([{ name: "web", containerPort: 8080 }]).map((pod) => ({ ...pod, ready: false })),
        [toWeb("http")],
      ),
      says: /are not ready/,
    },
    {
      rule: "service-ignored-by-proxy",
      name: "a mixture behind the label",
      parts: app(
        [...runPods(null, "a", [1], { app: "x" }, []), ...runPods(null, "b", [2], { app: "x" }, [])],
        [
          {
            name: "old",
            labels: { "service.kubernetes.io/service-proxy-name": "other" },
            selector: { app: "x" },
            ports: [{ port: 80, nodePort: 30_080 }],
          },
        ],
      ),
      says: /answer with pods of several owners/,
    },
    {
      rule: "band-full",
      name: "no load balancer",
      parts: app(run("old"), [{ name: "old", selector: { app: "old" }, ports: [{ port: 80, nodePort: 30_000 }] }]),
      policy: bandOf(1),
      says: /no LoadBalancer Service holds a number of x/,
    },
    {
      rule: "band-nearly-full",
      name: "too few numbers to come back",
      parts: app(run("old"), [
        ...balancers(1),
        ...Array.from({ length: 38 }, (_, place) => ({
          name: `s${String(place)}`,
          selector: { app: "old" },
          ports: [{ port: 80, nodePort: 30_001 + place }],
        })),
      ]),
      policy: bandOf(40),
      says: /could give back 1 numbers of x, and it would still be nearly full/,
    },
    {
      rule: "slices-disagree",
      name: "pods that the controller leaves out",
      parts: joinParts({ ...served, slices: [] }, { slices: [byHand("10.244.1.200")] }),
      says: /the EndpointSlice controller writes these slices/,
    },
    {
      rule: "slices-disagree",
      name: "a slice that leads to selected pods as well",
      parts: joinParts(served, {
        slices: [byHand("10.244.1.200", { endpoints: [{ address: "10.244.1.200" }, { address: served.pods?.[0]?.podIPs[0] ?? "" }] })],
      }),
      says: /hold endpoints of selected pods as well/,
    },
    {
      rule: "slices-disagree",
      name: "nobody else answers",
      parts: joinParts(
        { ...served, pods: [], slices: served.slices?.map((slice) => ({ ...slice, endpoints: [] })) ?? [] },
        { slices: [byHand("10.244.1.200")] },
      ),
      says: /nothing but 10\.244\.1\.200 answers/,
    },
    {
      rule: "local-policy-drops",
      name: "owners that the policy keeps apart",
      parts: app(
        [...runPods(null, "a", [1], { app: "x" }, []), ...runPods(null, "b", [2], { app: "x" }, [])],
        [{ name: "x", externalTrafficPolicy: "Local", selector: { app: "x" }, ports: [{ port: 80, nodePort: 30_080 }] }],
      ),
      says: /keeps several owners apart/,
    },
    { rule: "no-endpoints", name: "nothing is selected", parts: app([], [toWeb(80)]), says: /not for a manifest to decide/ },
    {
      rule: "listener-shadowed",
      name: "a listener in the range",
      parts: { pods: runPods("DaemonSet", "agent", [1], {}, [{ containerPort: 30_081 }], { hostNetwork: true }) },
      says: /by its own settings/,
    },
    {
      rule: "ephemeral-overlap",
      name: "F19: two settings",
      parts: served,
      policy: buildContext({ clusters: { "*": { ...noAssumptions, ephemeralPortRange: { first: 1024, last: 65_535 } } } }),
      says: /ip_local_reserved_ports/,
    },
    {
      rule: "reservation-broken",
      name: "a reservation that is over",
      parts: served,
      policy: buildContext({
        reservations: [
          { port: 30_080, kind: "nodePort", node: null, protocol: null, purpose: "x", until: "2026-01-31", ticket: null, allow: null },
        ],
      }),
      says: /a line of the policy file/,
    },
  ])("$rule, $name: none, and the reason is told", ({ rule, parts, policy = calm, says }) => {
    const { finding, answer } = ask({ nodes, ...parts }, rule, null, policy);
    expect(finding.remedies.filter((kind) => kind === "service")).toEqual([]);
    expect(reasons(answer)).toMatch(says);
  });

  test("a hostPort of a sidecar: the container's own lines are not read", () => {
    const [pod] = run("old");
    const sidecar = {
      name: "s",
      role: "sidecar" as const,
      ports: [{ name: "", containerPort: 80, hostPort: 8080, hostIP: "", protocol: "TCP" as const }],
    };
    const parts = { nodes, pods: pod === undefined ? [] : [{ ...pod, containers: [...pod.containers, sidecar] }] };
    expect(runRules(buildSnapshot(parts), calm).findings.map(({ rule }) => rule)).toEqual(["host-port-not-mapped"]);
    expect(reasons(ask(parts, "host-port-not-mapped", null).answer)).toMatch(/has to move to a main container/);
  });
});
