import type { Locator, Page } from "@playwright/test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, startDashboard, stopProcess, test as base, type Dashboard } from "./fixtures";

/** The dashboard of these tests has a band, so that guards are among the remedies. */
const test = base.extend<object, { dashboard: Dashboard }>({
  dashboard: [
    async ({ cluster, folder }, use, info) => {
      const policy = join(folder, "bands.yaml");
      writeFileSync(
        policy,
        "version: 1\nbands:\n  - { name: clearml, kind: nodePort, ports: 30001-30020, owner: ML platform, allow: { namespaces: [clearml] } }\n",
      );
      const dashboard = await startDashboard(["--kubeconfig", cluster.kubeconfig, "--policy", policy], 4490 + info.workerIndex * 4);
      await use(dashboard);
      await stopProcess(dashboard.child);
    },
    { scope: "worker" },
  ],
});

const detail = (page: Page) => page.getByRole("article");
const tops = async (...each: readonly Locator[]) => Promise.all(each.map(async (one) => (await one.boundingBox())?.y ?? -1));

test("the remedies are compared at a glance: all of them with side effects in one view, and the chosen one's YAML beside", async ({
  page,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto("/conflicts");
  const options = detail(page)
    .locator("ol > li")
    .filter({ has: page.locator("[aria-expanded]") });
  await expect(options).toHaveText([
    /One Service for each owner.*30001\/TCP reaches agent-96e6ac6b alone.*costs: clients of agent-fab4defe change.*way back:.*2 steps/,
    /A host port for each owner.*costs:.*and 4 more.*way back:.*3 steps/,
    /First aid.*at once, not lasting.*costs: 10 of 12 nodes drop 30001\/TCP.*way back: the same with Cluster.*2 steps/,
    /A guard: the API server.*costs:/,
    /A guard by Kyverno.*costs:/,
  ]);
  const boxes = async () => Promise.all((await options.all()).map(async (option) => (await option.boundingBox()) ?? { y: -1, height: -1 }));
  expect(new Set((await boxes()).map(({ y }) => y)).size).toBe(1);
  for (const { y, height } of await boxes()) expect(y + height).toBeLessThan(700);
  for (const [key, title, id] of [
    ["3", "First aid: externalTrafficPolicy Local", "local"],
    ["2", "A host port for each owner: exact access per node", "hostPort"],
  ] as const) {
    const before = await boxes();
    await page.keyboard.press(key);
    await expect(page).toHaveURL(new RegExp(`r=${id}`));
    await expect(detail(page).getByRole("region", { name: `YAML: ${title}` })).toBeInViewport();
    await expect(detail(page).getByRole("button", { name: "Copy YAML" })).toBeInViewport({ ratio: 1 });
    expect(await boxes()).toEqual(before);
  }
});

for (const width of [1181, 1320]) {
  test(`five remedies stand as three and two where the window is ${String(width)} px wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/conflicts");
    const options = detail(page)
      .locator("ol > li")
      .filter({ has: page.locator("[aria-expanded]") });
    await expect(options).toHaveCount(5);
    const [first, , third, fourth, fifth] = await tops(...(await options.all()));
    expect(third).toBe(first);
    expect(fourth).toBeGreaterThan(first ?? Number.NaN);
    expect(fifth).toBe(fourth);
  });
}

test("the trace offers first aid with its cost and command, and leads to the remedy", async ({ page }) => {
  await page.goto("/trace?to=10.190.1.2:30001");
  const panel = page.getByRole("complementary");
  const command = panel.getByText(/kubectl .*externalTrafficPolicy/);
  await expect(command).toBeVisible();
  // A line ends between words alone.
  const flag = command.getByText("-n", { exact: true });
  expect((await flag.boundingBox())?.height).toBeLessThan(20);
  await panel.getByRole("link", { name: "One Service for each owner" }).click();
  await expect(page).toHaveURL(/\/conflicts\?f=[0-9a-f]+&r=service/);
  await expect(detail(page).getByRole("button", { name: /One Service for each owner/ })).toHaveAttribute("aria-expanded", "true");
});

test("on a phone the chosen remedy opens in its place among the others, its effects before its YAML", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/conflicts");
  await page.getByRole("link", { name: "First aid" }).locator("visible=true").click();
  const yaml = detail(page).getByRole("region", { name: "YAML: First aid: externalTrafficPolicy Local" });
  await expect(detail(page).getByRole("button", { name: /^3\s*First aid/ })).toBeInViewport({ ratio: 1 });
  const order = await tops(
    detail(page).getByRole("button", { name: /A host port for each owner/ }),
    detail(page).getByText("clients inside the cluster stay mixed"),
    yaml,
    detail(page).getByRole("button", { name: /A guard: the API server/ }),
  );
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  await detail(page)
    .getByRole("button", { name: /A host port for each owner/ })
    .click();
  await expect(page).toHaveURL(/r=hostPort/);
  await expect(detail(page).getByRole("region", { name: /^YAML: A host port/ })).toBeVisible();
  await expect(yaml).toHaveCount(0);
  await expect(detail(page).getByRole("button", { name: /A host port for each owner/ })).toBeInViewport({ ratio: 1 });
});
