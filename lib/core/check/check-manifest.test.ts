import { describe, expect, test } from "vitest";
import { buildContext } from "../testing/builders";
import { app, runPods } from "../testing/apps";
import { checkParts, deploy, remove, sayFinding, standardPolicy, stated } from "../testing/manifests";
import { failsCheck } from "./check-manifest";

const web = app(runPods("Deployment", "web", [1, 2], { app: "web" }, [{ containerPort: 80 }]), [
  { name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] },
]);
describe("a harmless update introduces nothing", () => {
  test.for([
    ["the same again", [stated({ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] })]],
    ["without its number", [stated({ name: "web", type: "NodePort", selector: { app: "web" }, ports: [{ port: 80 }] })]],
    [
      "another label on the Service",
      [stated({ name: "web", labels: { a: "b" }, selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] })],
    ],
    ["one replica more", [deploy("web", { app: "web" }, undefined, { replicas: 3 })]],
    [
      "a port more, chosen by the API server",
      [
        stated({
          name: "web",
          type: "NodePort",
          selector: { app: "web" },
          ports: [
            { name: "a", port: 80 },
            { name: "b", port: 81, targetPort: 80 },
          ],
        }),
      ],
    ],
    [
      "a companion that is headless",
      [{ ...stated({ name: "web-headless", selector: { app: "web" }, ports: [{ port: 80 }] }), clusterIPs: ["None"] }],
    ],
    [
      "a new app of its own with a free number",
      [deploy("api", { app: "api" }), stated({ name: "api", selector: { app: "api" }, ports: [{ port: 80, nodePort: 30_011 }] })],
    ],
    [
      "a new app with policy Local and a pod on every node",
      [
        deploy("api", { app: "api" }, undefined, { kind: "DaemonSet" }),
        stated({ name: "api", externalTrafficPolicy: "Local", selector: { app: "api" }, ports: [{ port: 80, nodePort: 30_011 }] }),
      ],
    ],
    [
      "a new app with policy Local and as many pods as nodes",
      [
        deploy("api", { app: "api" }, undefined, { replicas: 3 }),
        stated({ name: "api", externalTrafficPolicy: "Local", selector: { app: "api" }, ports: [{ port: 80, nodePort: 30_011 }] }),
      ],
    ],
  ] as const)("%s", ([, manifest]) => {
    expect(checkParts(web, [...manifest]).introduced.map(sayFinding)).toEqual([]);
  });
});

test("the route of a taken number stays the holder's", () => {
  const { routes } = checkParts(web, [stated({ name: "b", selector: { app: "b" }, ports: [{ port: 80, nodePort: 30_010 }] })]);
  expect(routes.map(({ query, before, after }) => [query.port, before.outcome.kind, after.outcome.kind, after.claim?.name])).toEqual([
    [30_010, "delivered", "delivered", "web"],
  ]);
});

test.for([
  ["out of the range", [{ port: 80, nodePort: 53 }], [53]],
  [
    "twice in one Service",
    [
      { name: "a", port: 80, nodePort: 32_070 },
      { name: "b", port: 81, nodePort: 32_070 },
    ],
    [32_070],
  ],
] as const)("the route of a number that the API server refuses, %s, stays what it is", ([, ports, numbers]) => {
  const { routes } = checkParts(web, [stated({ name: "b", selector: { app: "web" }, ports: [...ports] })]);
  expect(routes.map(({ query, before, after }) => [query.port, before.outcome.kind, after.outcome.kind])).toEqual(
    numbers.map((number) => [number, "closed", "closed"]),
  );
});

test("a finding that becomes worse is introduced, and acknowledged ones fail no check", () => {
  const acknowledged = buildContext({
    ...standardPolicy,
    acknowledgements: [
      { rule: "captured-by-service", subject: "Service/default/web", owners: null, reason: "canary", by: "ops", until: "2099-01-01" },
    ],
  });
  const result = checkParts(web, [deploy("canary", { app: "web" })], acknowledged);
  expect(result.introduced.map(sayFinding)).toEqual(["I captured-by-service 30010"]);
  expect([failsCheck(result, "critical"), failsCheck(result, "info")]).toEqual([false, false]);
});

test("objects are told as created, updated and deleted, with the numbers that the API server chooses", () => {
  const { objects } = checkParts(web, [
    stated({ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_010 }] }),
    stated({
      name: "new",
      type: "NodePort",
      ports: [
        { name: "a", port: 80 },
        { name: "b", port: 81 },
      ],
    }),
    deploy("web", { app: "web" }),
    remove("Service", "gone"),
  ]);
  expect(objects.map(({ object, effect, chosen }) => `${effect} ${object.kind}/${object.name} ${String(chosen)}`)).toEqual([
    "update Service/web 0",
    "create Service/new 2",
    "update Deployment/web 0",
    "delete Service/gone 0",
  ]);
});
