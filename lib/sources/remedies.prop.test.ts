import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { checkManifest, remedyKinds, runRules, writeRemedies, type Policy } from "@/lib/core";
import { app, joinParts, runPods } from "@/lib/core/testing/apps";
import { buildContext, buildNode, buildService, buildSnapshot, type SnapshotParts } from "@/lib/core/testing/builders";
import { readManifest } from "./manifest/read-manifest";

// Clusters in which a few owners, labels, Services and numbers meet in every way. Whatever a remedy is offered for: its YAML is read back and checked by the
// product itself, the finding is gone, and nothing new has come.

const nodes = [1, 2, 3].map((place) => buildNode({ name: `n${String(place)}`, ip: `10.0.0.${String(place)}` }));
const some = fc.constantFrom<string | null>("x", "y", "z", null);
const selector = fc.record({ app: some, tier: some, CLEARML: some, "clearml-task-id": some }).map(withoutNull);

const owner = fc.record({
  kind: fc.constantFrom(null, null, "Deployment", "StatefulSet", "DaemonSet", "Job"),
  labels: selector,
  on: fc.uniqueArray(fc.constantFrom(1, 2, 3), { minLength: 1, maxLength: 2 }),
  ready: fc.constantFrom(true, true, true, false),
  ports: fc.constantFrom([], [{ containerPort: 8080, name: "http" }], [{ containerPort: 8080 }, { containerPort: 9090, name: "metrics" }]),
});

const service = fc.record({
  selector,
  type: fc.constantFrom("ClusterIP" as const, "NodePort" as const, "NodePort" as const, "NodePort" as const, "LoadBalancer" as const),
  nodePort: fc.constantFrom(30_001, 30_001, 30_002, 30_500, 31_000, 32_000),
  second: fc.constantFrom(0, 0, 30_003, 30_001),
  targetPort: fc.constantFrom(8080, 8080, "http"),
  externalTrafficPolicy: fc.constantFrom("Cluster" as const, "Cluster" as const, "Local" as const),
  externalIPs: fc.constantFrom([], [], [], ["198.18.0.7"]),
  labels: fc.constantFrom({}, { team: "x" }),
  pinned: fc.boolean(),
});

const parts: fc.Arbitrary<SnapshotParts> = fc
  .record({ owners: fc.array(owner, { minLength: 1, maxLength: 4 }), services: fc.array(service, { minLength: 1, maxLength: 4 }) })
  .map(({ owners, services }) => {
    const pods = owners.flatMap(({ kind, labels, on, ready, ports }, place) =>
      (kind === null ? on.slice(0, 1) : on).flatMap((node, each) =>
        runPods(kind, `owner-${String(place)}`, [node], labels, ports, {
          name: `owner-${String(place)}-${String(each)}`,
          podIPs: [`10.244.${String(node)}.${String(10 + place * 4 + each)}`],
          ready,
        }),
      ),
    );
    const gateway = buildService({
      name: "eg",
      namespace: "eg",
      labels: { "app.kubernetes.io/name": "gateway-helm" },
      ports: [{ port: 1 }],
    });
    return {
      nodes,
      ...joinParts(
        { services: [gateway] },
        app(
          pods,
          services.map(({ type, nodePort, second, targetPort, pinned, ...rest }, place) => {
            // The API server stores no Service that has a number twice with one protocol.
            const numbers = type === "ClusterIP" ? [0] : [nodePort, ...(second === 0 || second === nodePort ? [] : [second])];
            return {
              ...rest,
              type,
              name: ["api", "web", "shop", "door"][place] ?? "more",
              pinnedNodePorts: pinned ? numbers : [],
              ports: numbers.map((number, each) => ({ name: String(each), port: 80 + each, targetPort, nodePort: number })),
            };
          }),
        ),
      ),
    };
  });

const policy: fc.Arbitrary<Partial<Policy>> = fc.constantFrom<Partial<Policy>>(
  {},
  {
    bands: [
      {
        name: "x",
        kind: "nodePort",
        ports: { first: 30_001, last: 30_010 },
        owner: null,
        allow: { namespaces: null, labels: { team: "x" } },
      },
      {
        name: "y",
        kind: "nodePort",
        ports: { first: 31_000, last: 31_100 },
        owner: null,
        allow: { namespaces: ["elsewhere"], labels: null },
      },
    ],
  },
  {
    reservations: [
      { port: 30_002, kind: "nodePort", node: null, protocol: null, purpose: "later", until: null, ticket: null, allow: null },
      { port: 30_000, kind: "nodePort", node: null, protocol: null, purpose: "later", until: null, ticket: null, allow: null },
    ],
  },
);

test.prop([parts, policy], { numRuns: 150 })("what is offered can be written; what is written works and breaks nothing", (all, stated) => {
  const snapshot = buildSnapshot(all);
  const context = buildContext(stated);
  const before = runRules(snapshot, context);
  for (const finding of before.findings) {
    const { remedies, unavailable } = writeRemedies(snapshot, context, finding, null);
    expect([finding.rule, remedies.length + unavailable.length]).not.toEqual([finding.rule, 0]);
    expect(remedyKinds.filter((kind) => remedies.some((each) => each.kind === kind))).toEqual(finding.remedies);
    for (const { kind, yaml, lasting, costs } of remedies) {
      if (kind === "policy" || kind === "hostPort" || kind === "daemonSet") continue;
      const { manifest, errors } = readManifest([{ file: "remedy.yaml", text: yaml }], "default");
      expect(errors).toEqual([]);
      const { introduced, resolved, evaluation } = checkManifest(snapshot, context, manifest, before);
      const still = evaluation.findings.find(({ fingerprint }) => fingerprint === finding.fingerprint);
      const told = costs.map(({ code }) => code);
      // Services that share a slip with others, and that its correction would not cure: the finding goes on for them alone.
      if (told.some((code) => code.startsWith("selector.left"))) {
        const rest = evaluation.findings.filter(({ rule }) => rule === finding.rule).flatMap(({ subjects }) => subjects);
        expect(manifest.objects.filter(({ object }) => rest.some(({ name }) => name === object.name))).toEqual([]);
      } else if (lasting)
        expect([finding.rule, resolved.map(({ fingerprint }) => fingerprint)]).toEqual([
          finding.rule,
          expect.arrayContaining([finding.fingerprint]),
        ]);
      else expect(still === undefined || still.severity !== "critical" || finding.severity === "critical").toBe(true);
      // A finding that a Service had under its old number, or before part of it became a Service of its own, is no new one.
      const touched = new Set(manifest.objects.map(({ object }) => object.name));
      const had = (rule: string): boolean =>
        before.findings.some(
          (each) => each.rule === rule && each.subjects.some(({ kind: of, name }) => of === "Service" && touched.has(name)),
        );
      const foretold = [
        ...(told.includes("local.drops") ? ["local-policy-drops"] : []),
        ...(told.includes("number.dynamic") ? ["pinned-in-dynamic-band"] : []),
      ];
      const news = introduced.filter(({ rule }) => !foretold.includes(rule) && !had(rule));
      expect([finding.rule, kind, news.map(({ rule, title }) => `${rule}: ${title}`)]).toEqual([finding.rule, kind, []]);
    }
  }
});

function withoutNull(labels: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter((entry): entry is [string, string] => entry[1] !== null));
}
