import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { buildDeltas, buildNode, buildService } from "@/lib/core/testing/builders";
import { checkSchema } from "@/lib/wire/check-schemas";
import { envelopeSchema, problemSchema } from "@/lib/wire/schemas";
import { loadCheck } from "./check-query";
import { jsonBodyRoute } from "./http";
import { getRuntime, startRuntime } from "./runtime";

const held = buildService({ name: "held", ports: [{ port: 80, nodePort: 30_050 }] });
const post = jsonBodyRoute(loadCheck);

beforeAll(async () => {
  startRuntime({
    sources: [
      {
        cluster: "one",
        origin: "snapshot",
        start: (sink) => {
          sink.apply(buildDeltas({ nodes: [buildNode({ name: "n1", ip: "10.0.0.1" })], services: [held] }));
          return { synced: Promise.resolve({ ok: true }), stop: () => Promise.resolve() };
        },
      },
    ],
    policies: new Map(),
    formats: new Map(),
  });
  await vi.waitUntil(() => getRuntime()?.clusters()[0]?.synced, { timeout: 10_000 });
});
afterAll(async () => {
  await getRuntime()?.stop();
});

async function ask(body: BodyInit, query = "") {
  const response = await post(new Request(`http://localhost/api/v1/check${query}`, { method: "POST", body }));
  return { status: response.status, type: response.headers.get("content-type"), body: (await response.json()) as unknown };
}

const taking =
  "kind: Service\napiVersion: v1\nmetadata: { name: mine }\nspec:\n  type: NodePort\n  ports: [{ port: 80, nodePort: 30050 }]\n";

describe("POST /api/v1/check", () => {
  test.for([
    ["YAML", taking],
    [
      "JSON",
      JSON.stringify({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "mine" },
        spec: { type: "NodePort", ports: [{ port: 80, nodePort: 30_050 }] },
      }),
    ],
  ] as const)("%s: the answer keeps to its schema, and names the holder", async ([, text]) => {
    const { status, type, body } = await ask(text);
    expect([status, type]).toEqual([200, "application/json"]);
    expect(envelopeSchema.loose().safeParse(body).error).toBeUndefined();
    const answer = checkSchema.parse(body);
    expect(answer).toMatchObject({ verdict: "problems", errors: [], objects: [{ name: "mine", effect: "create" }] });
    expect(answer.introduced.map(({ rule }) => rule)).toContain("node-port-taken");
    expect(answer.routes).toMatchObject([{ query: { address: "10.0.0.1", port: 30_050 }, after: { claim: { name: "held" } } }]);
  });

  test("what is to fail, the namespace and the file's name are parameters", async () => {
    const answer = checkSchema.parse((await ask(taking.replace("30050", "30051"), "?failOn=warning&namespace=shop&file=a.yaml")).body);
    expect(answer).toMatchObject({ verdict: "problems", objects: [{ namespace: "shop" }] });
    expect(Object.values(answer.positions).flat()).toContainEqual({ file: "a.yaml", line: 3, column: 13, path: "metadata.name" });
  });

  test("a mistake is part of the answer, beside what is right", async () => {
    const answer = checkSchema.parse((await ask(`kind: x\n---\n${taking}`)).body);
    expect(answer).toMatchObject({
      verdict: "unreadable",
      errors: [{ file: "manifest", line: 1, column: 1, message: "apiVersion is missing" }],
    });
    expect(answer.introduced).not.toEqual([]);
  });

  test.for([
    ["no body", "", "", 400, "bad-query"],
    ["an unknown severity", taking, "?failOn=never", 400, "bad-query"],
    ["a cluster that is not there", taking, "?cluster=two", 404, "not-found"],
    ["more than 5 MiB", `# ${"x".repeat(5 << 20)}`, "", 413, "too-large"],
  ] as const)("%s", async ([, body, query, status, kind]) => {
    const answer = await ask(body, query);
    expect([answer.status, answer.type]).toEqual([status, "application/problem+json"]);
    expect(problemSchema.parse(answer.body).type).toBe(`urn:portolan:${kind}`);
  });

  test("large ones beyond what the process may hold: told to come back, while small ones are answered", async () => {
    const large = new Uint8Array(65 << 10).fill(35);
    const closes = Array.from({ length: 8 }, () => {
      const leaves = new AbortController();
      // What is never sent to its end.
      const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(large) });
      const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half", signal: leaves.signal };
      void post(new Request("http://localhost/api/v1/check", init));
      return () => leaves.abort();
    });
    await vi.waitFor(async () => {
      const { status, headers } = await post(new Request("http://localhost/api/v1/check", { method: "POST", body: large }));
      expect([status, headers.get("retry-after"), headers.get("content-type")]).toEqual([429, "5", "application/problem+json"]);
    });
    expect((await ask(taking)).status).toBe(200);
    for (const close of closes) close();
  });
});
