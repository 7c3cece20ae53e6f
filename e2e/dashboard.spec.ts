import AxeBuilder from "@axe-core/playwright";
import { expect, openView, portolan, test } from "./fixtures";

const views = ["/", "/allocations", "/conflicts", "/trace?to=10.190.1.2:30001", "/ranges", "/check"];

test("the map names the incident, and its cell leads to the trace", async ({ page }) => {
  await page.goto("/?cell=10.190.1.2:30001");
  await expect(page.getByRole("region", { name: "30001/TCP reaches two owners" })).toBeVisible();
  await expect(
    page.getByRole("gridcell", { name: /gpu-02, 30001, several owners, agent-96e6ac6b 50.%, agent-fab4defe 50.%, critical/ }),
  ).toBeAttached();
  await page.getByRole("region", { name: "gpu-02:30001" }).getByRole("link", { name: "Open trace" }).click();
  await expect(page.getByRole("heading", { name: "10.190.1.2:30001 reaches two owners, one connection in two each" })).toBeVisible();
});

test("the map is filtered by node and port", async ({ page }) => {
  await page.goto("/?q=node:gpu-02 port:30001-30002&cell=gpu-02:30001");
  await expect(page.getByRole("gridcell")).toHaveCount(2);
});

test("an address typed into the search opens its trace", async ({ page }) => {
  await openView(page, "/allocations");
  await page.keyboard.press("/");
  await page.keyboard.type("10.190.1.2:30001");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/trace/);
  await expect(page.getByRole("heading", { name: /reaches two owners/ }).first()).toBeVisible();
  await expect(page.getByText("clearml/clearml-id-a").first()).toBeVisible();
  await expect(page.getByText("clearml/clearml-id-b").first()).toBeVisible();
});

test("keys alone go from view to view", async ({ page }) => {
  await openView(page, "/");
  for (const [key, path] of [
    ["a", "/allocations"],
    ["c", "/conflicts"],
    ["t", "/trace"],
    ["r", "/ranges"],
    ["m", "/"],
  ] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await expect(page).toHaveURL(new RegExp(`${path}(\\?.*)?$`));
  }
});

test("why not this pod: the label that differs is named", async ({ page }) => {
  await page.goto("/trace?to=10.190.1.2:30001&why=clearml/clearml-id-c");
  await expect(page.getByRole("cell", { name: /wants ai.allegro.agent.serial=pod-1/ })).toBeVisible();
});

test("client positions stand side by side where they differ, and each leads to its trace", async ({ page }) => {
  await page.goto("/trace?to=10.190.1.9:31001");
  const positions = page.getByRole("navigation", { name: "All client positions" });
  await expect(positions.getByRole("link")).toHaveText([/^Outside.*no-local-endpoints/, /^On a node.*2 backends/, /^In a pod/]);
  await positions.getByRole("link", { name: /^On a node/ }).click();
  await expect(page).toHaveURL(/from=node\/gpu-09/);
  await expect(page.getByRole("heading", { name: /reaches 2 backends/ })).toBeVisible();
  await page.goto("/trace?to=10.190.1.2:30001");
  await expect(page.getByRole("heading", { name: /reaches two owners/ }).first()).toBeVisible();
  await expect(positions).toHaveCount(0);
});

for (const [to, says] of [
  ["gpu-01:30001", /gpu-01 is no IP address/],
  ["0:30001", /0 is no IP address/],
  ["10.190.1.2:70000", /70000 is no port/],
  ["10.190.1.2:53/icmp", /icmp is no protocol/],
  ["10.190.1.2", /no ADDRESS:PORT/],
  ["10.190.1.256:30001", /10\.190\.1\.256.*no IP address/],
  ["[fd00::9]:30001", /no address of a node/],
  ["[::ffff:10.190.1.2]:30001", /reaches two owners/],
] as const) {
  test(`the trace page on ${to}`, async ({ page }) => {
    await page.goto(`/trace?to=${encodeURIComponent(to)}`);
    await expect(page.getByText(says).first()).toBeVisible();
  });
}

test("the same answers in the table, over HTTP and on the command line", async ({ page, cluster, request }) => {
  const cli = portolan(["list", "-o", "csv", "--kubeconfig", cluster.kubeconfig, "--quiet"]);
  const http = await request.get("/api/v1/allocations?format=csv");
  expect(await http.text()).toBe(cli);
  await page.goto("/allocations");
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();
});

test("a pod event changes the cell without a reload", async ({ page, cluster }) => {
  await page.goto("/?cell=gpu-05:30004");
  const cell = page.getByRole("gridcell", { name: /gpu-05, 30004, / });
  await expect(cell).toHaveText(/answers here/);
  const path = "/apis/discovery.k8s.io/v1/namespaces/clearml/endpointslices/clearml-session-4-7x2kp";
  const before = await cluster.object(path);
  await cluster.order({ op: "apply", object: { ...before, endpoints: [] } });
  await expect(cell).toHaveText(/rejected/);
  await cluster.order({ op: "apply", object: before });
  await expect(cell).toHaveText(/answers here/);
});

test("what may not be read is unknown, with the reason", async ({ page }) => {
  await page.goto("/trace?to=10.190.1.1:32070");
  await expect(page.getByRole("heading", { name: /cannot be judged.*endpointslices of tenant-b/ })).toBeVisible();
  await page.goto("/conflicts");
  await expect(page.getByText(/tenant-b: \d+ rules not evaluated/)).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const path of views) {
    test(`axe finds nothing serious: ${path}, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
      ).toEqual([]);
    });
  }
}

test("at 200 % zoom no view is wider than the window, and the tabs show the view one is in", async ({ page }) => {
  await page.setViewportSize({ width: 720, height: 450 });
  for (const path of views) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
    await expect(page.getByRole("navigation", { name: "Views" }).locator("[aria-current]")).toBeInViewport({ ratio: 0.9 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(720);
  }
  await page.goto("/");
  const filter = await page.getByRole("textbox", { name: "Filter" }).boundingBox();
  expect(filter?.width).toBeGreaterThanOrEqual(140);
});

test("the lanes of a trace stand side by side without scrolling where the window is 1280 px wide", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto("/trace?to=10.190.1.2:30001");
  await expect(page.getByText("clearml/clearml-id-b").first()).toBeVisible();
  const overflow = await page
    .getByRole("region", { name: "Trace", exact: true })
    .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

test("bad questions get problem details that name the parameter", async ({ request }) => {
  for (const [path, status, field] of [
    ["/api/v1/trace?address=x&port=1", 400, "address"],
    ["/api/v1/trace?address=10.190.1.1&port=0", 400, "port"],
    ["/api/v1/trace?address=10.190.1.1&port=1&from=moon", 400, "from"],
    ["/api/v1/trace?address=10.190.1.1&port=1&from=node/none", 404, "from"],
    ["/api/v1/allocations?filter=prt:1", 400, "filter"],
    ["/api/v1/allocations?sort=height", 400, "sort"],
    ["/api/v1/map?ports=5-1", 400, "ports"],
    ["/api/v1/free?count=-1", 400, "count"],
    ["/api/v1/free?align=x", 400, "align"],
    ["/api/v1/free?kind=port", 400, "kind"],
    ["/api/v1/free?band=none", 404, "band"],
    ["/api/v1/free?node=none", 404, "node"],
    ["/api/v1/ranges?block=0", 400, "block"],
    ["/api/v1/findings?cluster=none", 404, "cluster"],
  ] as const) {
    const response = await request.get(path);
    expect(response.status(), path).toBe(status);
    expect(response.headers()["content-type"], path).toContain("application/problem+json");
    expect(((await response.json()) as { readonly field: string }).field, path).toBe(field);
  }
});

test("a foreign host or origin is refused", async ({ dashboard }) => {
  const { request } = await import("node:http");
  const ask = (headers: Readonly<Record<string, string>>): Promise<number> =>
    new Promise((resolve, reject) => {
      request(`${dashboard.url}/api/v1/clusters`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });
  expect(await ask({ host: "evil.example" })).toBe(421);
  expect(await ask({ origin: "https://evil.example" })).toBe(403);
  expect(await ask({ "sec-fetch-site": "cross-site" })).toBe(403);
  expect(await ask({})).toBe(200);
});

test("no answer and no page holds a planted secret", async ({ request }) => {
  for (const path of [
    ...views,
    "/api/v1/allocations",
    "/api/v1/map",
    "/api/v1/findings",
    "/api/v1/trace?address=10.190.1.2&port=30001",
    "/api/v1/search?q=clearml",
    "/metrics",
    "/readyz",
  ]) {
    const response = await request.get(path);
    expect(response.status(), path).toBe(200);
    expect(await response.text(), path).not.toContain("s3cr3t");
  }
});

test.describe("a browser that asks for Chinese", () => {
  test.use({ locale: "zh-CN" });

  test("is answered in Chinese, also by the search, until another language is chosen", async ({ page, context }) => {
    await openView(page, "/conflicts");
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    await page.keyboard.press("/");
    await page.keyboard.type("10.190.1.2:30001");
    await expect(page.getByRole("option").first()).toContainText("到达 2 个所属方");
    await context.addCookies([{ name: "portolan-language", value: "en", url: page.url() }]);
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
  });

  test("is told in Chinese what is wrong with a filter", async ({ page }) => {
    await page.goto("/allocations?q=nss:clearml");
    await expect(page.getByText('筛选第 1 个字符：没有键 "nss"；是否指 ns:')).toBeVisible();
  });
});
