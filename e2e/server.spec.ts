import { request as httpRequest, type ClientRequest } from "node:http";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { portolan, startCluster, startDashboard, stopProcess, test, expect } from "./fixtures";

const port = 4390;

test("the API server goes away: stale with its data kept, then live again", async ({ page, folder }) => {
  const cluster = await startCluster(folder);
  const clusterPort = Number(new URL(cluster.url).port);
  const dashboard = await startDashboard(["--kubeconfig", cluster.kubeconfig], port);
  await page.goto(`${dashboard.url}/allocations`);
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();
  await cluster.stop();
  await expect(page.getByRole("button", { name: /Stale since/ })).toBeVisible();
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();
  const again = await startCluster(folder, [], clusterPort);
  await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible({ timeout: 40_000 });
  await stopProcess(dashboard.child);
  await again.stop();
});

test("what may not be read is said by the very first bytes of a page, before any stream is open", async ({ dashboard }) => {
  const html = await (await fetch(`${dashboard.url}/`)).text();
  expect(html).toContain("Live, 1 kind forbidden");
  expect(html).toContain("endpointslices forbidden");
});

test("an empty cluster says so", async ({ page, folder }) => {
  const cluster = await startCluster(folder, ["--empty"]);
  const dashboard = await startDashboard(["--kubeconfig", cluster.kubeconfig], port);
  await page.goto(dashboard.url);
  await expect(page.getByText("No port is claimed.")).toBeVisible();
  await stopProcess(dashboard.child);
  await cluster.stop();
});

test("two snapshots, two pages: nothing was frozen when it was built", async ({ page, folder, cluster }) => {
  const first = join(folder, "first.json");
  portolan(["snapshot", "-o", first, "--kubeconfig", cluster.kubeconfig, "--quiet"]);
  const second = join(folder, "second.json");
  writeFileSync(
    second,
    JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: [
        { apiVersion: "v1", kind: "Node", metadata: { name: "only" } },
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { namespace: "a", name: "lonely" },
          spec: { type: "NodePort", clusterIP: "10.0.0.1", ports: [{ port: 80, nodePort: 30123 }] },
        },
      ],
    }),
  );
  for (const [file, shows] of [
    [first, "clearml-session-1"],
    [second, "lonely"],
  ] as const) {
    const dashboard = await startDashboard(["--snapshot", file], port);
    const html = await (await fetch(`${dashboard.url}/allocations`)).text();
    expect(html).toContain(shows);
    await page.goto(`${dashboard.url}/allocations`);
    await expect(page.getByText(shows).first()).toBeVisible();
    expect(await stopProcess(dashboard.child)).toBe(0);
  }
});

test("SIGTERM with ten open streams: exit 0 within a second", async ({ cluster }) => {
  const dashboard = await startDashboard(["--kubeconfig", cluster.kubeconfig], port);
  const streams: ClientRequest[] = [];
  await Promise.all(
    Array.from(
      { length: 10 },
      () =>
        new Promise<void>((resolve, reject) => {
          const stream = httpRequest(`${dashboard.url}/api/v1/events`, (response) => {
            response.once("data", () => {
              resolve();
            });
            response.on("error", () => undefined);
          });
          stream.on("error", reject);
          stream.end();
          streams.push(stream);
        }),
    ),
  );
  for (const stream of streams) stream.on("error", () => undefined);
  const began = Date.now();
  expect(await stopProcess(dashboard.child)).toBe(0);
  expect(Date.now() - began).toBeLessThan(1000);
});

test("a port that is taken: exit 2 when it was asked for", ({ dashboard }) => {
  const taken = new URL(dashboard.url).port;
  const ended = (() => {
    try {
      portolan(["serve", "--demo", "--port", taken]);
      return { status: 0, stderr: "" };
    } catch (cause) {
      return cause as { readonly status: number; readonly stderr: string };
    }
  })();
  expect(ended.status).toBe(2);
  expect(ended.stderr).toMatch(/^portolan: the port is taken: /);
  expect(ended.stderr.trim().split("\n")).toHaveLength(1);
});

test("a host beyond loopback is refused until somebody says that the network is trusted", () => {
  expect(() => portolan(["serve", "--demo", "--host", "0.0.0.0"])).toThrow(/--allow-unauthenticated/);
});

for (const [path, status, field] of [
  ["trace?address=gpu-01&port=30001", 400, "address"],
  ["trace?address=0&port=30001", 400, "address"],
  ["trace?address=0.0.0.0&port=30001", 400, "address"],
  ["trace?port=30001", 400, "address"],
  ["trace?address=10.190.1.2", 400, "port"],
  ["trace?address=10.190.1.2&port=0", 400, "port"],
  ["trace?address=10.190.1.2&port=65536", 400, "port"],
  ["trace?address=10.190.1.2&port=30001&protocol=icmp", 400, "protocol"],
  ["trace?address=10.190.1.2&port=30001&from=inside", 400, "from"],
  ["trace?address=10.190.1.2&port=30001&from=pod/clearml/none", 404, "from"],
  ["trace?address=10.190.1.2&port=30001&from=node/none", 404, "from"],
  ["trace?address=10.190.1.2&port=30001&node=none", 404, "node"],
  ["trace?address=10.190.1.2&port=30001&whyNot=none", 400, "whyNot"],
  ["allocations?format=xml", 400, "format"],
  ["allocations?columns=size", 400, "columns"],
  ["allocations?filter=port:1&filter=port:2", 400, "filter"],
  ["findings?rule=mixed-owner", 400, "rule"],
  ["map?from=node/none", 404, "from"],
  ["map?cluster=*", 400, "cluster"],
  ["map?cluster=none", 404, "cluster"],
] as const) {
  test(`GET /api/v1/${path}: ${String(status)} for ${field}`, async ({ dashboard }) => {
    const response = await fetch(`${dashboard.url}/api/v1/${path}`);
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ status, field });
  });
}

for (const [address, outcome] of [
  ["192.0.2.9", "elsewhere"],
  ["::ffff:10.190.1.2", "delivered"],
  ["[fd00::9]", "elsewhere"],
  ["127.0.0.1", "unknown"],
] as const) {
  test(`GET /api/v1/trace of ${address}: ${outcome}, with what is known of it`, async ({ dashboard }) => {
    const response = await fetch(`${dashboard.url}/api/v1/trace?address=${encodeURIComponent(address)}&port=30001&whyNot=clearml/none`);
    const route = (await response.json()) as { outcome: string; steps: unknown[]; whyNot: { steps: { code: string }[] } };
    expect(route.outcome).toBe(outcome);
    expect(route.steps.length).toBeGreaterThan(0);
    expect(route.whyNot.steps.map(({ code }) => code)).toEqual(["noSuchPod"]);
  });
}
