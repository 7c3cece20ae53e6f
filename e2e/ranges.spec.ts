import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Dashboard, expect, openView, startDashboard, stopProcess, test as base } from "./fixtures";

const dayMs = 86_400_000;
const inSixDays = new Date(Date.now() + 6 * dayMs).toISOString().slice(0, 10);
const policy = `version: 1
bands:
  - { name: host, kind: hostPort, ports: 1-29999, owner: platform }
  - { name: clearml, kind: nodePort, ports: 30001-30020, owner: ML platform, allow: { namespaces: [clearml] } }
  - { name: inference, kind: nodePort, ports: 31000-31099, owner: inference team, allow: { namespaces: [inference] } }
reservations:
  - { port: 30008, for: "LLM team", until: ${inSixDays}, ticket: OPS-412, allow: { namespaces: [clearml] } }
`;

/** The dashboard of these tests has a policy file of its own. */
const test = base.extend<object, { dashboard: Dashboard; policyFile: string }>({
  policyFile: [
    async ({ folder }, use) => {
      const file = join(folder, "portolan.yaml");
      writeFileSync(file, policy);
      await use(file);
    },
    { scope: "worker" },
  ],
  dashboard: [
    async ({ cluster, policyFile }, use, info) => {
      const dashboard = await startDashboard(["--kubeconfig", cluster.kubeconfig, "--policy", policyFile], 4390 + info.workerIndex * 4);
      await use(dashboard);
      await stopProcess(dashboard.child);
    },
    { scope: "worker" },
  ],
});

test("the ranges say who sits where, what is promised and what is free next", async ({ page }) => {
  await page.goto("/ranges");
  await expect(page.getByRole("heading", { name: "NodePort range 30000–32767" })).toBeVisible();
  await expect(page.getByText("static band 30000–30085", { exact: true })).toBeVisible();
  await expect(page.getByText("6 d left")).toBeVisible();
  await expect(page.getByText("30010", { exact: true }).first()).toBeVisible();
  await expect(page.getByText("30009: announced by a session (clearml/clearml-id-k).")).toBeVisible();
  await expect(page.getByRole("row", { name: /clearml 30001–30020 ML platform 8 of 20 40.% 12 30010 none clearml only/ })).toBeVisible();
  await expect(page.getByText(/In force: .*portolan\.yaml/)).toBeVisible();
});

test("keys go to the next free port, select a block and reserve it, and the address keeps it", async ({ page }) => {
  await openView(page, "/ranges");
  await expect(page.getByRole("button", { name: "Copy 30010" })).toBeVisible();
  await page.keyboard.press("n");
  await expect(page).toHaveURL(/sel=30010$/);
  const strip = page.getByRole("slider", { name: /Ports of the NodePort range/ });
  await expect(strip).toHaveAttribute("aria-valuetext", "30010 free, band clearml (ML platform)");
  await strip.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await expect(page).toHaveURL(/sel=30011-30012$/);
  await expect(page.getByText("30011–30012 selected, 2 free")).toBeVisible();
  await page.keyboard.press("r");
  await expect(page.getByRole("dialog", { name: /30011–30012/ }).getByText(/port: 30011, for: "".*[\n ]+- \{ port: 30012/)).toBeVisible();
});

test("a port is asked for on one node, and the address keeps it", async ({ page }) => {
  await page.goto("/ranges");
  await page.getByLabel("Also free as hostPort on").selectOption("gpu-01");
  await expect(page).toHaveURL(/node=gpu-01$/);
  await expect(page.getByText("Not claimed, not reserved, no host port and no listener known on gpu-01.")).toBeVisible();
});

test("the guard of the bands is written to be copied, for the API server and for Kyverno", async ({ page }) => {
  await page.goto("/ranges");
  await page.getByRole("button", { name: "Write the guard policy" }).click();
  const dialog = page.getByRole("dialog", { name: "Write the guard policy" });
  await expect(
    dialog.getByRole("region", { name: /A guard: the API server/ }).getByText("30001–30020 (Band/clearml): only in namespace clearml"),
  ).toBeVisible();
  const yaml = dialog.getByRole("region", { name: /^YAML/ });
  await expect(yaml).toContainText("kind: ValidatingAdmissionPolicy");
  await dialog.getByRole("button", { name: /Kyverno/ }).click();
  await expect(yaml).toContainText("kind: ClusterPolicy");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("a click and a drag on the squares choose ports", async ({ page }) => {
  await page.goto("/ranges?sel=30001");
  await expect(page.getByText(/30001 taken, clearml\/clearml-session-1, band clearml/)).toBeVisible();
  const strip = page.getByRole("slider", { name: /Ports of the NodePort range/ });
  const box = await strip.boundingBox();
  if (box === null) throw new Error("the strip is not drawn");
  await page.mouse.move(box.x + 200, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 260, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/sel=\d+-\d+$/);
});

test("the question stands in the address, and a value that is none is named", async ({ page }) => {
  await page.goto("/ranges?band=inference&n=16&align=16");
  await expect(page.getByRole("button", { name: "Copy 31016–31031" })).toBeVisible();
  await page.getByLabel("How many").fill("200");
  await expect(page).toHaveURL(/n=200/);
  await expect(page.getByText("None is free")).toBeVisible();
  await page.goto("/ranges?n=zero&sel=9-1");
  await expect(page.getByText(/n=zero.*sel=9-1/)).toBeVisible();
  await page.goto("/ranges?kind=hostPort&band=host");
  await expect(page.getByRole("button", { name: "Copy 1024" })).toBeVisible();
});

test("a Service that takes the next free port is seen without a reload", async ({ page, cluster }) => {
  await page.goto("/ranges");
  await expect(page.getByRole("button", { name: "Copy 30010" })).toBeVisible();
  const path = "/api/v1/namespaces/clearml/services/clearml-session-7";
  const before = (await cluster.object(path)) as { readonly metadata: object; readonly spec: object };
  const object = {
    ...before,
    metadata: { namespace: "clearml", name: "taken-here", uid: "e2e-ranges" },
    spec: { ...before.spec, selector: { app: "taken-here" }, ports: [{ port: 22, targetPort: 22, protocol: "TCP", nodePort: 30_010 }] },
  };
  await cluster.order({ op: "apply", object });
  await expect(page.getByRole("button", { name: "Copy 30011" })).toBeVisible();
  await cluster.order({ op: "remove", object });
  await expect(page.getByRole("button", { name: "Copy 30010" })).toBeVisible();
});

test("a phone shows all of it without sideways scrolling", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/ranges");
  await expect(page.getByRole("slider", { name: /Ports of the NodePort range/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy 30010" })).toBeAttached();
  // What one comes for stands before the tables.
  const order = await Promise.all(
    [
      page.getByRole("slider", { name: /Ports of the NodePort range/ }),
      page.getByRole("button", { name: "Copy 30010" }),
      page.getByRole("heading", { name: "Host ports by node pool" }),
    ].map(async (each) => (await each.boundingBox())?.y ?? Number.NaN),
  );
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  const width = await page.evaluate(() =>
    Math.max(...[...document.querySelectorAll("main, main *")].map((each) => each.getBoundingClientRect().right)),
  );
  expect(width).toBeLessThanOrEqual(391);
});

test("a change of the policy file is taken without a restart, and a mistake is shown while the last good one stays", async ({
  page,
  policyFile,
  dashboard,
}) => {
  await page.goto("/ranges");
  await expect(page.getByRole("row", { name: /^clearml/ })).toBeVisible();
  writeFileSync(policyFile, `${policy}bnds: []\n`);
  await expect(page.getByText(/The policy file was not taken: .*portolan\.yaml:8:1: .*bnds/).first()).toBeVisible();
  await expect(page.getByRole("row", { name: /^clearml/ })).toBeVisible();
  // Whoever brings a snapshot meanwhile looks at it under the last good one.
  const snapshots = `${dashboard.url}/api/v1/snapshots`;
  const sent = await fetch(`${snapshots}?name=meanwhile.json`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { namespace: "a", name: "b" } }),
  });
  expect(sent.status).toBe(200);
  expect(((await sent.json()) as { readonly cluster: object }).cluster).toMatchObject({
    policyError: expect.stringContaining("the last good one stays in force"),
  });
  expect((await fetch(`${snapshots}?cluster=meanwhile`, { method: "DELETE" })).status).toBe(200);
  writeFileSync(policyFile, policy.replace("30001-30020", "30001-30040"));
  await expect(page.getByRole("row", { name: /^clearml 30001–30040/ })).toBeVisible();
  await expect(page.getByText(/The policy file was not taken/)).toHaveCount(0);
  writeFileSync(policyFile, policy);
  await expect(page.getByRole("row", { name: /^clearml 30001–30020/ })).toBeVisible();
});
