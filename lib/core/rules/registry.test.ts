import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createClusterIndex } from "../cluster-index/cluster-index";
import {
  buildContext,
  buildDeltas,
  buildNode,
  buildPod,
  buildService,
  buildSlice,
  buildSnapshot,
  type SnapshotParts,
} from "../testing/builders";
import { hashText } from "./fingerprint";
import { listRules, runRules } from "./run-rules";

const root = join(import.meta.dirname, "../../..");
const machinery = new Set(["rule.ts", "run-rules.ts", "fingerprint.ts", "registry.gen.ts"]);
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !machinery.has(name));

describe("the registry", () => {
  test("holds every rule file, each under its own name", () => {
    expect(
      listRules()
        .map(({ id }) => `${id}.ts`)
        .sort(),
    ).toEqual(files.sort());
  });

  test("says of each rule what can be written, or why nothing can; what a manifest would do is corrected in the manifest", () => {
    expect(listRules().filter(({ scope, remedies }) => (scope === "check") === (remedies !== undefined))).toEqual([]);
  });

  test("has a documented row and a test for each rule", () => {
    const docs = readFileSync(join(root, "docs/rules.md"), "utf8");
    const tests = readdirSync(import.meta.dirname)
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"))
      .join("\n");
    for (const { id } of listRules()) {
      expect(docs).toContain(`| \`${id}\` |`);
      expect(tests).toContain(`"${id}"`);
    }
  });
});

test("fingerprints are 64 bits, and differ where texts differ", () => {
  expect(hashText("")).toBe("cbf29ce484222325");
  expect(hashText("a")).toBe("af63dc4c8601ec8c");
  expect(hashText("30001")).not.toBe(hashText("30010"));
});

const scene: SnapshotParts = {
  nodes: [buildNode({ name: "n1", ip: "10.0.0.1" }), buildNode({ name: "n2", ip: "10.0.0.2" })],
  pods: [
    buildPod({ name: "a", node: "n1", ip: "10.244.1.1", labels: { app: "web" }, ports: [{ containerPort: 80, hostPort: 30_080 }] }),
    buildPod({ name: "b", node: "n2", ip: "10.244.2.1", labels: { app: "web" } }),
    buildPod({ name: "l", node: "n1", ip: "10.0.0.1", hostNetwork: true, ports: [{ containerPort: 30_081 }] }),
  ],
  services: [
    buildService({ name: "web", selector: { app: "web" }, ports: [{ port: 80, nodePort: 30_080 }] }),
    buildService({ name: "web2", selector: { app: "web" }, externalTrafficPolicy: "Local", ports: [{ port: 80, nodePort: 30_081 }] }),
    buildService({ name: "gone", selector: { app: "nobody" }, ports: [{ port: 80, nodePort: 30_082 }] }),
  ],
  slices: [
    buildSlice({
      service: "web",
      endpoints: [
        { address: "10.244.1.1", node: "n1", pod: "a" },
        { address: "10.244.2.1", node: "n2", pod: "b" },
      ],
    }),
    buildSlice({ service: "web2", endpoints: [{ address: "10.244.1.1", node: "n1", pod: "a" }] }),
  ],
};

describe("findings", () => {
  test("do not depend on the order of events", () => {
    const expected = runRules(buildSnapshot(scene), buildContext()).findings;
    expect(expected.length).toBeGreaterThan(4);
    fc.assert(
      fc.property(fc.shuffledSubarray([...buildDeltas(scene)], { minLength: buildDeltas(scene).length }), (deltas) => {
        const index = createClusterIndex("test");
        index.apply(deltas);
        expect(runRules(index.snapshot(), buildContext()).findings).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test("are never taken away by an unrelated object", () => {
    const before = runRules(buildSnapshot(scene), buildContext()).findings.map(({ fingerprint }) => fingerprint);
    const more = {
      ...scene,
      pods: [
        ...(scene.pods ?? []),
        buildPod({ name: "other", namespace: "elsewhere", node: "n2", ip: "10.244.2.99", labels: { app: "other" } }),
      ],
    };
    expect(runRules(buildSnapshot(more), buildContext()).findings.map(({ fingerprint }) => fingerprint)).toEqual(before);
  });

  test("severities follow the policy, and a rule may be switched off", () => {
    const severities = { "no-endpoints": "critical", "mixed-owners": "off" } as const;
    const { findings } = runRules(buildSnapshot(scene), buildContext({ severities }));
    expect(findings.find(({ rule }) => rule === "no-endpoints")?.severity).toBe("critical");
    expect(findings.some(({ rule }) => rule === "mixed-owners")).toBe(false);
  });

  test("stand worst first, then by port", () => {
    const order = runRules(buildSnapshot(scene), buildContext()).findings.map(({ severity }) =>
      ["critical", "warning", "info"].indexOf(severity),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});
