import { expect, openView, test } from "./fixtures";

// The map where it is larger than its window: nothing with a finding may be lost at an edge, in a fold or to the keyboard.

const small = { width: 1000, height: 520 };

test("findings out of sight are counted at the edges, and lead there", async ({ page }) => {
  await page.setViewportSize(small);
  await page.goto("/?zoom=36");
  const right = page.getByTitle("To the right, next 31001");
  await expect(right).toHaveText(/3 ports with findings/);
  await right.click();
  await expect(page).toHaveURL(/cell=gpu-02(%3A|:)31001/);
  await expect(page.getByTitle("To the right, next 31011")).toHaveText(/2 ports with findings/);

  const below = page.getByTitle("Below, next gpu-10");
  await expect(below).toHaveText(/1 with findings/);
  await below.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/cell=gpu-10(%3A|:)31011/);
  await expect(page.getByRole("region", { name: "gpu-10:31011" })).toContainText("contested");
  await expect(below).toBeHidden();
  // The chip is gone: the keyboard goes on in the chart, from the cell that it led to.
  await page.keyboard.press("ArrowLeft");
  await expect(page).toHaveURL(/cell=gpu-10(%3A|:)31010/);
  await page.keyboard.press("End");
  await expect(page.getByTitle(/^To the left, next /)).toHaveText(/ports? with findings/);
});

test("on a phone the chips at the edges stand below the chart and cover no name of it", async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/?cell=gpu-02:30001");
  const below = page.getByTitle(/^Below, next /);
  await expect(below).toBeVisible();
  const chart = await page.getByRole("grid").boundingBox();
  for (const chip of [below, page.getByTitle(/^To the right, next /)])
    expect((await chip.boundingBox())?.y).toBeGreaterThanOrEqual((chart?.y ?? Number.NaN) + (chart?.height ?? Number.NaN));
  await below.click();
  await expect(page).toHaveURL(/cell=gpu-10/);
  // The bar stays, so that the chart keeps its height.
  await expect(below).toHaveCount(0);
  expect((await page.getByRole("grid").boundingBox())?.height).toBe(chart?.height);
  expect(errors).toEqual([]);
});

test("a folded group is a row of the grid, reached and opened by the keyboard", async ({ page }) => {
  await openView(page, "/?cell=gpu-01:30002");
  const grid = page.getByRole("grid");
  const selected = grid.getByRole("gridcell", { selected: true });
  const group = grid.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "h200, 4 nodes" }) });
  await expect(grid).toHaveAttribute("aria-rowcount", "16");
  await expect(selected).toHaveText("gpu-01, 30002, through other nodes");
  await expect(page.locator(`#${String(await grid.getAttribute("aria-activedescendant"))}`)).toHaveText(
    "gpu-01, 30002, through other nodes",
  );
  await expect(group.getByRole("rowheader")).toHaveAttribute("aria-expanded", "true");

  await page.keyboard.press("z");
  await expect(grid).toHaveAttribute("aria-rowcount", "12");
  await expect(group.getByRole("rowheader")).toHaveAttribute("aria-expanded", "false");
  const at = Number(await group.getAttribute("aria-rowindex"));
  // One of its nodes answers itself: that is the worst and the best at once.
  await expect(selected).toHaveText("h200, 30002, answers here");
  await expect(page.getByRole("region", { name: "h200:30002" })).toContainText("1 on these nodes");

  await page.keyboard.press("ArrowLeft");
  await expect(selected).toHaveText("h200, 30001, several owners, agent-96e6ac6b 50 %, agent-fab4defe 50 %, critical");
  await page.keyboard.press("ArrowDown");
  await expect(selected).toHaveText(/^gpu-09, 30001, /);
  await page.keyboard.press("ArrowUp");
  await expect(selected).toHaveText(/^h200, 30001, /);
  await page.keyboard.press("z");
  await expect(grid).toHaveAttribute("aria-rowcount", "16");
  await expect(selected).toHaveText(/^gpu-01, 30001, /);
  expect(Number(await grid.getByRole("row", { name: /^gpu-01/ }).getAttribute("aria-rowindex"))).toBe(at + 1);

  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText("Fold or unfold this group");
});

test("quiet nodes fold, a node with a finding of its own does not", async ({ page }) => {
  await openView(page, "/?cell=gpu-10:31011");
  await page.getByRole("button", { name: "Fold quiet nodes" }).click();
  const grid = page.getByRole("grid");
  // Four groups, and gpu-10.
  await expect(grid).toHaveAttribute("aria-rowcount", "5");
  await expect(grid.getByRole("gridcell", { selected: true })).toHaveText("gpu-10, 31011, contested, triton, triton-canary, critical");
  // One group is opened again, the others stay folded.
  await page.keyboard.press("z");
  await expect(grid).toHaveAttribute("aria-rowcount", "6");
});

test("the minimap is there while the chart is taller than its window, and scrolls it", async ({ page }) => {
  await page.goto("/");
  const grid = page.getByRole("grid");
  await expect(grid).toBeVisible();
  const minimap = page.locator("canvas").nth(1);
  await expect(minimap).toBeHidden();
  await page.setViewportSize(small);
  await expect(minimap).toBeVisible();
  const { height } = (await minimap.boundingBox()) ?? { height: 0 };
  expect(await grid.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  await minimap.click({ position: { x: 10, y: height - 5 } });
  expect(await grid.evaluate(({ scrollTop, clientHeight, scrollHeight }) => scrollHeight - clientHeight - scrollTop)).toBeLessThan(40);
});

test("keys show the trace, the port and the node of the selected cell beside the map; the address keeps them", async ({ page }) => {
  await openView(page, "/?cell=gpu-02:30001");
  const selected = page.getByRole("gridcell", { selected: true });
  await expect(selected).toHaveText(/^gpu-02, 30001, /);
  const trace = page.getByRole("region", { name: "10.190.1.2:30001, Trace" });
  const port = page.getByRole("region", { name: "Port 30001, no band" });
  const node = page.getByRole("region", { name: "gpu-02, node" });

  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/\?.*card=trace/);
  await expect(trace).toContainText("10.190.1.2:30001 reaches two owners, one connection in two each");
  await expect(trace.getByRole("listitem")).toHaveText([/clearml-id-a.*gpu-01.*50.%/, /clearml-id-b.*gpu-02.*50.%/]);
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("region", { name: "10.190.1.2:30002, Trace" })).toContainText("10.190.1.2:30002");
  await page.keyboard.press("ArrowLeft");

  await page.keyboard.press("c");
  await expect(page).toHaveURL(/card=column/);
  await expect(port).toContainText("nodePort clearml/clearml-session-1");
  await expect(port.getByRole("listitem").filter({ hasText: "several owners" })).toHaveText(/12 nodes$/);
  await expect(port.getByRole("link", { name: "30001/TCP reaches two owners" })).toBeVisible();

  await page.keyboard.press("n");
  await expect(node).toContainText("10.190.1.2");
  await expect(node.getByRole("listitem").filter({ hasText: "several owners" })).toHaveText(/ports?$/);
  await page.reload();
  await expect(node).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText("This node on all ports, and back");
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await expect(node).toHaveCount(0);
  await expect(page).not.toHaveURL(/card=/);
  await expect(page.getByRole("region", { name: "gpu-02:30001" })).toBeVisible();

  await page.keyboard.press("o");
  await expect(page).toHaveURL(/\/trace\?to=10\.190\.1\.2/);
});
