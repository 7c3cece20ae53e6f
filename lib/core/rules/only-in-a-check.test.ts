// The worked cases of rules that only a check has (findings.md), and what other rules say of a manifest: "node-port-taken", "node-port-duplicate-in-service",
// "captures-pods", "captured-by-service", "host-port-unplaceable".

import { describe, expect, test } from "vitest";
import type { ServicePort, ServiceRecord } from "../model/service";
import { buildContext, buildNode, buildPod, buildService, type SnapshotParts } from "../testing/builders";
import type { Labels } from "../model/meta";
import { app, joinParts, runPods } from "../testing/apps";
import { checkParts, deploy, manifestOf, remove, sayFinding, standardPolicy, stated, type ManifestPart } from "../testing/manifests";

const nodes = [1, 2, 3].map((place) => buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}` }));
const web = app(runPods("Deployment", "web", [1, 2], { app: "web" }, [{ containerPort: 80 }]), [
  { name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] },
]);
const sessions = (namespace: string): readonly ServiceRecord[] =>
  Array.from({ length: 20 }, (_, place) =>
    buildService({
      namespace,
      name: `clearml-session-${String(place + 1)}`,
      selector: { "ai.allegro.agent.serial": `pod-${String(place + 1)}` },
      ports: [{ port: 22, nodePort: 30_001 + place }],
    }),
  );

type Case = readonly [name: string, live: SnapshotParts, manifest: readonly ManifestPart[], introduced: readonly string[]];

describe("numbers on nodes", () => {
  const holder = buildService({ name: "held", selector: { app: "held" }, ports: [{ port: 80, nodePort: 30_050 }] });
  const cases: readonly Case[] = [
    [
      "F08: a second release asks for a block that the first one has",
      { services: sessions("clearml") },
      sessions("team-b").map((each) => stated(each)),
      [`C node-port-taken ${Array.from({ length: 20 }, (_, place) => 30_001 + place).join(",")}`],
    ],
    [
      "F10: policy Local does not make a number free, nor does another node",
      {
        services: [
          buildService({
            name: "dns-a",
            externalTrafficPolicy: "Local",
            selector: { app: "a" },
            ports: [{ port: 53, protocol: "UDP", nodePort: 53 }],
          }),
        ],
      },
      [
        stated({
          name: "dns-b",
          externalTrafficPolicy: "Local",
          selector: { app: "b" },
          ports: [{ port: 53, protocol: "UDP", nodePort: 53 }],
        }),
      ],
      ["C node-port-out-of-range 53", "C node-port-taken 53"],
    ],
    [
      "F11: TCP and UDP of one port share a number",
      {},
      [
        stated({
          name: "dns",
          ports: [
            { name: "t", port: 53, nodePort: 30_053 },
            { name: "u", port: 53, protocol: "UDP", nodePort: 30_053 },
          ],
        }),
      ],
      [],
    ],
    [
      "F11, near: of two ports they do not",
      {},
      [
        stated({
          name: "dns",
          ports: [
            { name: "t", port: 53, nodePort: 30_053 },
            { name: "u", port: 54, protocol: "UDP", nodePort: 30_053 },
          ],
        }),
      ],
      ["C node-port-duplicate-in-service 30053"],
    ],
    [
      "F13: one Service asks for a number twice",
      {},
      [
        stated({
          name: "a",
          ports: [
            { name: "x", port: 80, nodePort: 30_070 },
            { name: "y", port: 81, nodePort: 30_070 },
          ],
        }),
      ],
      ["C node-port-duplicate-in-service 30070"],
    ],
    [
      "F14: a health check and a nodePort inside one manifest",
      {},
      [
        stated({
          name: "a",
          type: "LoadBalancer",
          externalTrafficPolicy: "Local",
          healthCheckNodePort: 30_073,
          ports: [{ port: 80, nodePort: 30_080 }],
        }),
        stated({ name: "b", ports: [{ port: 80, nodePort: 30_073 }] }),
      ],
      ["C node-port-duplicate 30073"],
    ],
    [
      "F16: a number that the API server gave to a health check",
      {
        services: [
          buildService({
            name: "lb",
            type: "LoadBalancer",
            externalTrafficPolicy: "Local",
            healthCheckNodePort: 31_544,
            ports: [{ port: 80, nodePort: 31_000 }],
          }),
        ],
      },
      [stated({ name: "new", ports: [{ port: 80, nodePort: 31_544 }] })],
      ["C node-port-taken 31544"],
    ],
    [
      "F59: a LoadBalancer takes a nodePort too",
      { services: [holder] },
      [stated({ name: "lb", type: "LoadBalancer", ports: [{ port: 80, nodePort: 30_050 }] })],
      ["C node-port-taken 30050"],
    ],
    [
      "another protocol does not help",
      { services: [holder] },
      [stated({ name: "u", ports: [{ port: 80, protocol: "UDP", nodePort: 30_050 }] })],
      ["C node-port-taken 30050"],
    ],
    ["near: the next number is free", { services: [holder] }, [stated({ name: "u", ports: [{ port: 80, nodePort: 30_051 }] })], []],
    [
      "near: a number left to the API server is no number",
      { services: [holder] },
      [stated({ name: "u", type: "NodePort", ports: [{ port: 80 }] })],
      [],
    ],
    ["near: a Service holds its own number", { services: [holder] }, [stated(holder)], []],
    [
      "near: another namespace's Service of that name is another one",
      { services: [holder] },
      [stated({ ...holder, namespace: "other" })],
      ["C node-port-taken 30050"],
    ],
    [
      "two new ones of one manifest",
      {},
      [stated({ name: "a", ports: [{ port: 80, nodePort: 30_060 }] }), stated({ name: "b", ports: [{ port: 80, nodePort: 30_060 }] })],
      ["C node-port-duplicate 30060"],
    ],
    [
      "near: the holder gives it back earlier in the manifest",
      { services: [holder] },
      [stated({ ...holder, ports: [{ port: 80, nodePort: 30_051 }] }), stated({ name: "b", ports: [{ port: 80, nodePort: 30_050 }] })],
      [],
    ],
    [
      "the holder gives it back, but later in the manifest",
      { services: [holder] },
      [stated({ name: "b", ports: [{ port: 80, nodePort: 30_050 }] }), stated({ ...holder, ports: [{ port: 80, nodePort: 30_051 }] })],
      ["W node-port-taken 30050"],
    ],
    [
      "the holder is deleted, and that goes last",
      { services: [holder] },
      [stated({ name: "b", ports: [{ port: 80, nodePort: 30_050 }] }), remove("Service", "held")],
      ["W node-port-taken 30050"],
    ],
    ["outside of the range", {}, [stated({ name: "a", ports: [{ port: 80, nodePort: 8080 }] })], ["C node-port-out-of-range 8080"]],
    [
      "near: a live one outside of it is no news",
      { services: [buildService({ name: "a", ports: [{ port: 80, nodePort: 8080 }] })] },
      [stated({ name: "a", selector: { app: "x" }, ports: [{ port: 80, nodePort: 8080 }] })],
      [],
    ],
  ];
  test.for(cases)("%s", ([, live, manifest, expected]) => {
    const { introduced } = checkParts(live, manifest);
    // Services without pods answer nowhere, and numbers chosen by hand are worth a note: both are other tables' business.
    expect(
      introduced
        .filter(({ rule }) => rule !== "no-endpoints" && rule !== "pinned-in-dynamic-band")
        .map(sayFinding)
        .sort(),
    ).toEqual(expected);
  });

  test("F08: one finding names the holders and proposes the next block of that length", () => {
    const { introduced } = checkParts(
      { services: sessions("clearml") },
      sessions("team-b").map((each) => stated(each)),
    );
    const taken = introduced.find(({ rule }) => rule === "node-port-taken");
    expect(taken?.evidence).toMatchObject({ free: { first: 30_021, last: 30_040 } });
    expect(taken?.subjects).toHaveLength(40);
    expect(taken?.title).toBe(
      "30001–30020 are taken by clearml/clearml-session-1, clearml/clearml-session-2, clearml/clearml-session-3 and 17 more",
    );
  });

  describe("a Service without endpoints asks for a number that another Service has: of the number nothing else is told", () => {
    const newcomer = (port: Partial<ServicePort> = {}) =>
      stated({ name: "newcomer", selector: { app: "newcomer" }, ports: [{ port: 80, nodePort: 30_010, ...port }] });
    const say = (live: SnapshotParts, manifest: readonly ManifestPart[]) =>
      checkParts(live, manifest).introduced.flatMap((finding) =>
        finding.rule === "no-endpoints" ? [sayFinding(finding), finding.title, finding.summary] : [sayFinding(finding)],
      );
    const taken = "C node-port-taken 30010";
    const nowhere = ["W no-endpoints", "default/newcomer answers on no node", "default/newcomer selects no pod at all."];
    const cases: readonly (readonly [name: string, live: SnapshotParts, manifest: readonly ManifestPart[], said: readonly string[]])[] = [
      ["the number answers as before", web, [newcomer()], [taken, ...nowhere]],
      ["another protocol of it is refused as well", web, [newcomer({ protocol: "UDP" })], [taken, ...nowhere]],
      [
        "the holder is of the other family",
        {
          services: [
            buildService({
              name: "six",
              selector: { app: "six" },
              clusterIPs: ["fd00::9"],
              ipFamilies: ["IPv6"],
              ports: [{ port: 80, nodePort: 30_010 }],
            }),
          ],
        },
        [newcomer()],
        [taken, ...nowhere],
      ],
      [
        "every proxy passes the holder over: its number is taken all the same",
        joinParts(web, {
          services: [
            buildService({
              name: "silent",
              labels: { "service.kubernetes.io/service-proxy-name": "x" },
              selector: { app: "web" },
              ports: [{ port: 80, nodePort: 30_011 }],
            }),
          ],
        }),
        [newcomer({ nodePort: 30_011 })],
        ["C node-port-taken 30011", ...nowhere],
      ],
      [
        "near: the holder gives it away, if only later",
        web,
        [newcomer(), stated({ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_012 }] })],
        ["W no-endpoints 30010", "30010/TCP answers on no node", "default/newcomer selects no pod at all.", "W node-port-taken 30010"],
      ],
      [
        "near: pods have the number as a hostPort, which nobody refuses",
        app(runPods("DaemonSet", "hp", [1], { app: "hp" }, [{ containerPort: 80, hostPort: 30_010 }]), []),
        [newcomer()],
        [
          "W host-port-on-node-port 30010",
          "W no-endpoints 30010",
          "30010/TCP has no endpoint",
          "default/newcomer selects no pod at all. The hostPort of default/hp-0 answers 30010/TCP on n1.",
        ],
      ],
      [
        "near: another Service has the number on a node's address, which nobody refuses",
        app(runPods("Deployment", "web", [1, 2], { app: "web" }, [{ containerPort: 80 }]), [
          {
            name: "web",
            type: "ClusterIP",
            selector: { app: "web" },
            externalIPs: ["10.0.0.1"],
            ports: [{ port: 30_010, targetPort: 80 }],
          },
        ]),
        [newcomer()],
        [
          "W external-ip-on-node 30010",
          "W no-endpoints 30010",
          "30010/TCP has no endpoint",
          "default/newcomer selects no pod at all. Service default/web answers 30010/TCP on 10.0.0.1.",
        ],
      ],
    ];
    test.for(cases)("%s", ([, live, manifest, said]) => {
      expect(say(live, manifest)).toEqual(said);
    });
  });

  test("what a Service would do at a number that it does not get is told of the Service, not of the number", () => {
    const { introduced } = checkParts(web, [
      deploy("a", { app: "n" }),
      deploy("b", { app: "n" }),
      stated({ name: "n", selector: { app: "n" }, externalTrafficPolicy: "Local", ports: [{ port: 80, nodePort: 30_010 }] }),
    ]);
    expect(introduced.map((finding) => `${sayFinding(finding)}: ${finding.title}`)).toEqual([
      "C node-port-taken 30010: 30010/TCP is taken by default/web",
      "W local-policy-drops: default/n drops on at least 1 of 3 nodes",
      "I mixed-owners: default/n reaches two owners",
    ]);
  });

  test("a manifest's own numbers tell nothing of the range", () => {
    const { introduced } = checkParts({}, [stated({ name: "a", ports: [{ port: 80, nodePort: 8080 }] })], buildContext());
    expect(introduced.map(sayFinding)).toContain("C node-port-out-of-range 8080");
  });
});

describe("selectors", () => {
  const release = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "cache" };
  const other = app(runPods("Deployment", "other", [3], { app: "web", track: "other" }, [{ containerPort: 80 }]), []);
  const companion = stated({ name: "metrics", selector: { app: "web" }, ports: [{ port: 9090, targetPort: 80 }] });
  const cases: readonly Case[] = [
    [
      "a new app whose selector also matches somebody else's pods",
      other,
      [
        deploy("mine", { app: "web", track: "mine" }),
        stated({ name: "mine", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_020 }] }),
      ],
      ["C captures-pods 30020"],
    ],
    [
      "near: with the label that separates",
      other,
      [
        deploy("mine", { app: "web", track: "mine" }),
        stated({ name: "mine", selector: { app: "web", track: "mine" }, ports: [{ port: 80, nodePort: 30_020 }] }),
      ],
      [],
    ],
    [
      "near: in another namespace",
      other,
      [
        deploy("mine", { app: "web" }, undefined, { namespace: "b" }),
        stated({ name: "mine", namespace: "b", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_020 }] }),
      ],
      [],
    ],
    [
      "a widened selector",
      joinParts(web, other),
      [stated({ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] })],
      [],
    ],
    [
      "near: a headless Service mixes nothing",
      joinParts(web, other),
      [{ ...stated({ name: "all", selector: { app: "web" }, ports: [{ port: 80 }] }), clusterIPs: ["None"] }],
      [],
    ],
    [
      "near: metrics of all the parts of a release, which are scraped pod by pod",
      joinParts(
        app(runPods("StatefulSet", "cache-master", [1], release, [{ name: "metrics", containerPort: 9121 }]), []),
        app(runPods("StatefulSet", "cache-replicas", [2, 3], release, [{ name: "metrics", containerPort: 9121 }]), []),
      ),
      [
        stated({
          name: "cache-metrics",
          type: "ClusterIP",
          selector: release,
          ports: [{ name: "http-metrics", port: 9121, targetPort: "metrics" }],
        }),
      ],
      [],
    ],
    ["near: a second Service for the same pods", web, [companion], []],
    ["a new app that joins a live Service", web, [deploy("canary", { app: "web" })], ["C captured-by-service 30010"]],
    [
      "one app that joins several live Services, at once and with another app",
      joinParts(
        web,
        app([], [{ name: "web-b", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_011 }] }]),
        app(runPods("Deployment", "api", [3], { app: "api" }, [{ containerPort: 80 }]), [
          { name: "api", selector: { app: "api" }, ports: [{ port: 80, nodePort: 30_012 }] },
        ]),
      ),
      [deploy("canary", { app: "web" }), deploy("canary-api", { app: "api" })],
      ["C captured-by-service 30010,30011", "C captured-by-service 30012"],
    ],
    [
      "a new app that joins a live Service, but lacks the port: no connection reaches it",
      app(runPods("Deployment", "web", [1], { app: "web" }, [{ name: "http", containerPort: 80 }]), [
        { name: "web", selector: { app: "web" }, ports: [{ port: 80, targetPort: "http", nodePort: 30_010 }] },
      ]),
      [deploy("canary", { app: "web" }, [])],
      ["C target-port-missing 30010", "W captured-by-service 30010"],
    ],
    [
      "near: the Service waits for its pods",
      { services: [buildService({ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] })] },
      [deploy("web", { app: "web" })],
      [],
    ],
    ["near: the next version of the app that is there", web, [deploy("web", { app: "web", version: "2" }, undefined, { replicas: 2 })], []],
    [
      "all owners are the manifest's own",
      {},
      [
        deploy("a", { app: "web" }),
        deploy("b", { app: "web" }),
        stated({ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_020 }] }),
      ],
      ["C mixed-owners 30020"],
    ],
    [
      "all owners are the manifest's own, and the API server is to choose the number: reached from outside all the same",
      {},
      [
        deploy("a", { app: "web" }),
        deploy("b", { app: "web" }),
        stated({ name: "web", type: "NodePort", selector: { app: "web" }, ports: [{ port: 80 }] }),
      ],
      ["C mixed-owners"],
    ],
    [
      "near: a ClusterIP is reached from inside only",
      {},
      [
        deploy("a", { app: "web" }),
        deploy("b", { app: "web" }),
        stated({ name: "web", type: "ClusterIP", selector: { app: "web" }, ports: [{ port: 80 }] }),
      ],
      ["W mixed-owners"],
    ],
    ["a Job beside it is told as a Job", web, [{ ...deploy("migrate", { app: "web" }), kind: "Job" }], ["C job-in-service 30010"]],
    [
      "a mistyped selector",
      web,
      [stated({ name: "web2", selector: { app: "web", tier: "x" }, ports: [{ port: 80, nodePort: 30_020 }] })],
      ["W no-endpoints 30020"],
    ],
    [
      "a mistyped selector, and the API server is to choose the number",
      web,
      [stated({ name: "web2", type: "LoadBalancer", selector: { app: "web", tier: "x" }, ports: [{ port: 80 }] })],
      ["W no-endpoints"],
    ],
    [
      "near: a load balancer that wants no nodePorts claims none",
      web,
      [
        stated({
          name: "web2",
          type: "LoadBalancer",
          allocateLoadBalancerNodePorts: false,
          selector: { app: "web", tier: "x" },
          ports: [{ port: 80 }],
        }),
      ],
      [],
    ],
    [
      "policy Local, and the API server is to choose the number",
      { nodes },
      [
        deploy("a", { app: "a" }),
        stated({ name: "a", type: "NodePort", externalTrafficPolicy: "Local", selector: { app: "a" }, ports: [{ port: 80 }] }),
      ],
      ["W local-policy-drops"],
    ],
  ];
  test.for(cases)("%s", ([, live, manifest, expected]) => {
    const { introduced } = checkParts(live, manifest);
    expect(introduced.map(sayFinding).sort()).toEqual(expected);
  });

  test("a mixture that is there already is nobody's news, and one that ends is resolved", () => {
    const mixed = app(
      [
        ...runPods("Deployment", "web", [1], { app: "web" }, [{ containerPort: 80 }]),
        ...runPods("Deployment", "other", [3], { app: "web", track: "other" }, [{ containerPort: 80 }]),
      ],
      [{ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] }],
    );
    const same = checkParts(mixed, [stated({ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] })]);
    expect([same.introduced, same.resolved, same.unchanged]).toEqual([[], [], 1]);
    const split = checkParts(mixed, [
      stated({ name: "web", selector: { app: "web", track: "other" }, ports: [{ port: 80, nodePort: 30_010 }] }),
    ]);
    expect([split.introduced.map(sayFinding), split.resolved.map(sayFinding)]).toEqual([[], ["C mixed-owners 30010"]]);
  });

  test("a finding that tells of more is news and resolves nothing; one that tells of less is no news, and its cause is still there", () => {
    const pods = ["one", "two"].flatMap((name, place) =>
      runPods("StatefulSet", name, [place + 1], { app: "db", release: name }, [{ containerPort: 80 }]),
    );
    const select = (name: string, selector: Labels = {}) => ({
      name,
      selector: { app: "db", ...selector },
      ports: [{ port: 80, nodePort: 30_020 + name.length }],
    });
    const overlaps = (live: readonly string[], parts: readonly ManifestPart[]) => {
      const { introduced, resolved, unchanged } = checkParts(
        app(
          pods,
          live.map((name) => select(name)),
        ),
        parts,
      );
      const ofRule = (each: typeof introduced) => each.filter(({ rule }) => rule === "selector-overlap").map(sayFinding);
      return { introduced: ofRule(introduced), resolved: ofRule(resolved), unchanged };
    };
    expect(overlaps(["a", "bb"], [stated(select("ccc", { release: "one" }))])).toMatchObject({
      introduced: ["W selector-overlap 30021,30022,30023"],
      resolved: [],
    });
    // Of the mixtures of all three Services one goes with its Service.
    expect(overlaps(["a", "bb", "ccc"], [remove("Service", "ccc")])).toEqual({ introduced: [], resolved: [], unchanged: 3 });
    expect(overlaps(["a", "bb", "ccc"], [remove("Service", "ccc"), remove("Service", "bb")])).toEqual({
      introduced: [],
      resolved: ["W selector-overlap 30021,30022,30023"],
      unchanged: 1,
    });
  });

  describe("captures and overlaps of one cause are told once", () => {
    const track = (name: string, node: number) => runPods("Deployment", name, [node], { app: "web", track: name }, [{ containerPort: 80 }]);
    const its = { name: "other", selector: { app: "web", track: "other" }, ports: [{ port: 80, nodePort: 30_011 }] };
    const live = app(track("other", 3), [its]);
    const mine = deploy("mine", { app: "web", track: "mine" });
    const wide = (name: string, nodePort: number, selector: Labels = { app: "web" }) =>
      stated({ name, selector, ports: [{ port: 80, nodePort }] });
    const introduced = (parts: SnapshotParts, manifest: readonly ManifestPart[]) => checkParts(parts, manifest).introduced.map(sayFinding);

    test("several Services of a manifest that capture the same pods are one finding, whatever else they select by", () => {
      const manifest = [deploy("mine", { app: "web", track: "mine", tier: "a" }), wide("a", 30_020), wide("b", 30_021)];
      const { introduced: found } = checkParts(live, manifest);
      expect(found.map(sayFinding)).toEqual(["C captures-pods 30020,30021"]);
      expect(found[0]).toMatchObject({
        title: "default/a and default/b would select 1 pod of Deployment/default/other",
        evidence: { services: [{ name: "default/a" }, { name: "default/b" }], add: { key: "track", value: "mine" } },
      });
    });

    test("it points at the selectors, not at the workload that they are for", () => {
      const [service] = manifestOf(wide("a", 30_020)).objects;
      if (service === undefined || service.action === "delete") throw new Error("no Service");
      const selector = { file: "test.yaml", line: 9, column: 3, field: "selector", number: 0, path: "spec.selector" } as const;
      const { positions } = checkParts(live, [mine, { ...service, fields: [...service.fields, selector] }]);
      expect([...positions.values()]).toEqual([[selector]]);
    });

    test("near: other pods are captured by another one", () => {
      const third = app(runPods("Deployment", "third", [2], { tier: "a" }, [{ containerPort: 80 }]), []);
      expect(
        introduced(joinParts(live, third), [
          deploy("mine", { app: "web", track: "mine", tier: "a" }),
          wide("a", 30_020),
          wide("b", 30_021, { tier: "a" }),
        ]),
      ).toEqual(["C captures-pods 30020", "C captures-pods 30021"]);
    });

    test("pods that join a live Service beside one of their own: the labels are told, not the overlap", () => {
      expect(introduced(web, [deploy("canary", { app: "web", track: "x" }), wide("canary", 30_020, { app: "web", track: "x" })])).toEqual([
        "C captured-by-service 30010",
      ]);
    });

    test("an overlap that was there before is neither news nor resolved", () => {
      const all = { name: "all", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_012 }] };
      const both = app([...track("other", 3), ...track("third", 2)], [its, all]);
      const { introduced: found, resolved, unchanged } = checkParts(both, [mine, wide("mine", 30_020)]);
      // Two stay: the overlap of `all` and `other`, and the mixture behind `all`, which the new pods join.
      expect([found.map(sayFinding), resolved, unchanged]).toEqual([["C captured-by-service 30012", "C captures-pods 30020"], [], 2]);
      // One of them becomes as wide as the other: they overlap as they did.
      const widened = checkParts(both, [wide("other", 30_011)]);
      expect([widened.introduced.map(sayFinding), widened.resolved, widened.unchanged]).toEqual([["C captures-pods 30011"], [], 2]);
      expect(widened.evaluation.findings).toContainEqual(
        expect.objectContaining({ rule: "selector-overlap", evidence: expect.objectContaining({ relation: "equal" }) as unknown }),
      );
    });

    test("near: of the manifest's own owners the overlap is told beside the mixtures", () => {
      expect(introduced({}, [deploy("a", { app: "web" }), deploy("b", { app: "web" }), wide("a", 30_020), wide("b", 30_021)])).toEqual([
        "C mixed-owners 30020",
        "C mixed-owners 30021",
        "W selector-overlap 30020,30021",
      ]);
    });
  });

  test("a widened selector captures", () => {
    const live = joinParts(
      app(runPods("Deployment", "web", [1], { app: "web", track: "a" }, [{ containerPort: 80 }]), [
        { name: "web", selector: { app: "web", track: "a" }, ports: [{ port: 80, nodePort: 30_010 }] },
      ]),
      other,
    );
    const { introduced, positions } = checkParts(live, [
      stated({ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] }),
    ]);
    expect(introduced.map(sayFinding)).toEqual(["C captures-pods 30010"]);
    expect(introduced[0]?.evidence).toMatchObject({
      own: ["Deployment/default/web"],
      captured: [{ owner: "Deployment/default/other" }],
      separating: ["track"],
      add: { key: "track", value: "a" },
    });
    expect([...positions.values()]).toMatchObject([[{ file: "test.yaml", line: 1 }]]);
  });
});

describe("host ports", () => {
  const wants = (more: Parameters<typeof deploy>[3] = {}) => deploy("new", { app: "new" }, [{ containerPort: 80, hostPort: 8080 }], more);
  const hold = (place: number, partial = {}) =>
    buildPod({
      name: `old-${String(place)}`,
      node: `n${String(place)}`,
      ip: `10.244.${String(place)}.9`,
      ports: [{ containerPort: 80, hostPort: 8080 }],
      ...partial,
    });
  const everywhere = { pods: [1, 2, 3].map((place) => hold(place)) };
  const pool = { nodes: [...nodes.slice(0, 2), buildNode({ name: "n3", ip: "10.0.0.3", labels: { pool: "gpu" } })] };
  const onlyGpu = { nodeSelector: { pool: "gpu" }, requiredAffinity: null, tolerations: [] };
  const cases: readonly Case[] = [
    ["held on every node", everywhere, [wants()], ["C host-port-unplaceable 8080"]],
    ["near: one node is left", { pods: [hold(1), hold(2)] }, [wants()], []],
    [
      "near: another protocol",
      { pods: [1, 2, 3].map((place) => hold(place, { ports: [{ containerPort: 80, hostPort: 8080, protocol: "UDP" }] })) },
      [wants()],
      [],
    ],
    [
      "held on the only node that its selector leaves",
      { ...pool, pods: [hold(3)] },
      [wants({ template: { placement: onlyGpu } })],
      ["C host-port-unplaceable 8080"],
    ],
    ["near: held elsewhere", { ...pool, pods: [hold(1), hold(2)] }, [wants({ template: { placement: onlyGpu } })], []],
    ["no node has what it asks for", {}, [wants({ template: { placement: onlyGpu } })], ["C host-port-unplaceable 8080"]],
    [
      "a taint keeps it off",
      { nodes: nodes.map((node) => ({ ...node, taints: [{ key: "gpu", value: "", effect: "NoSchedule" as const }] })) },
      [wants()],
      ["C host-port-unplaceable 8080"],
    ],
    ["a DaemonSet whose port is taken on one node", { pods: [hold(2)] }, [wants({ kind: "DaemonSet" })], ["C host-port-unplaceable 8080"]],
    [
      "a DaemonSet of which one port is taken, and another is free",
      { pods: [hold(2)] },
      [
        deploy(
          "new",
          { app: "new" },
          [
            { containerPort: 80, hostPort: 8080 },
            { containerPort: 81, hostPort: 8081 },
          ],
          { kind: "DaemonSet" },
        ),
      ],
      ["C host-port-unplaceable 8080"],
    ],
    [
      "near: a DaemonSet that runs already",
      { pods: [1, 2, 3].map((place) => hold(place, { controller: { kind: "DaemonSet", name: "new" } })) },
      [wants({ kind: "DaemonSet" })],
      [],
    ],
    ["more pods than nodes", {}, [{ ...wants({ replicas: 4 }), kind: "StatefulSet" }], ["W host-port-unplaceable 8080"]],
    [
      "two of one manifest on one node",
      { nodes: nodes.slice(0, 1) },
      [
        { ...wants(), kind: "StatefulSet" },
        { ...wants(), kind: "StatefulSet", name: "second" },
      ],
      ["C host-port-unplaceable 8080"],
    ],
    [
      "near: the holder is deleted by the same manifest",
      { nodes: nodes.slice(0, 1), pods: [hold(1)] },
      [{ ...wants(), kind: "StatefulSet" }, remove("Pod", "old-1")],
      [],
    ],
    [
      "where it must run there is a nodePort of that number",
      { ...pool, services: [buildService({ name: "s", ports: [{ port: 80, nodePort: 30_090 }] })] },
      [
        {
          ...deploy("new", { app: "new" }, [{ containerPort: 80, hostPort: 30_090 }], { template: { placement: onlyGpu } }),
          kind: "StatefulSet",
        },
      ],
      ["W host-port-on-node-port 30090"],
    ],
    [
      "a port of the machine, wherever it runs",
      {},
      [{ ...deploy("new", { app: "new" }, [{ containerPort: 80, hostPort: 22 }]), kind: "StatefulSet" }],
      ["C reserved-system-port 22"],
    ],
  ];
  test("one DaemonSet that holds two ports is told as one holder of both", () => {
    const two = [443, 8080].map((hostPort) => ({ containerPort: hostPort, hostPort }));
    const live = { pods: [1, 2, 3].map((place) => hold(place, { ports: two, controller: { kind: "DaemonSet", name: "edge" } })) };
    const { introduced } = checkParts(live, [{ ...deploy("new", { app: "new" }, two), kind: "DaemonSet" }]);
    expect(introduced.map(({ summary }) => summary)).toEqual([
      "A DaemonSet wants a pod on each of its 3 nodes; there DaemonSet/default/edge holds them.",
    ]);
  });

  test.for(cases)("%s", ([, live, manifest, expected]) => {
    const { introduced } = checkParts({ ...live, deployments: [] }, manifest);
    expect(
      introduced
        .filter(({ rule }) => rule !== "no-endpoints" && rule !== "host-port-rollout-deadlock")
        .map(sayFinding)
        .sort(),
    ).toEqual(expected);
  });
});

test("with the policy Local fewer pods than nodes drop somewhere, wherever they run", () => {
  const { introduced } = checkParts(web, [
    deploy("api", { app: "api" }),
    stated({ name: "api", externalTrafficPolicy: "Local", selector: { app: "api" }, ports: [{ port: 80, nodePort: 30_011 }] }),
  ]);
  expect(introduced.map(sayFinding)).toEqual(["W local-policy-drops 30011"]);
  expect(introduced[0]?.summary).toContain("at least 2 of");
});

test("F10: what is to answer on some nodes only is told of the host port, which is a node's own", () => {
  const local = { externalTrafficPolicy: "Local" as const, ports: [{ port: 53, protocol: "UDP" as const, nodePort: 30_053 }] };
  const { introduced } = checkParts({ services: [buildService({ name: "a", ...local })] }, [stated({ name: "b", ...local })]);
  expect(introduced.find(({ rule }) => rule === "node-port-taken")?.summary).toContain("take one in a DaemonSet");
});

test("order and reservations hold for a manifest too", () => {
  const context = buildContext({
    ...standardPolicy,
    bands: [
      { name: "ml", kind: "nodePort", ports: { first: 30_001, last: 30_020 }, owner: null, allow: { namespaces: ["ml"], labels: null } },
    ],
    reservations: [{ port: 30_030, kind: "nodePort", node: null, protocol: null, purpose: "x", until: null, ticket: null, allow: null }],
  });
  const { introduced } = checkParts(
    {},
    [stated({ name: "a", ports: [{ port: 80, nodePort: 30_005 }] }), stated({ name: "b", ports: [{ port: 80, nodePort: 30_030 }] })],
    context,
  );
  expect(introduced.map(sayFinding).filter((each) => !each.includes("no-endpoints"))).toEqual([
    "C reservation-broken 30030",
    "W outside-band 30005",
  ]);
});
