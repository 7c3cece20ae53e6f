import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, spawnScript, startDashboardUnread, stopProcess, test } from "./fixtures";

// What the runtime is known to get wrong, each held by a test.

test("a cluster that does not answer: the process is up at once and says so", async ({ page, folder }) => {
  const kubeconfig = join(folder, "dead.json");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "dead",
      clusters: [{ name: "c", cluster: { server: "http://127.0.0.1:9" } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "dead", context: { cluster: "c", user: "u" } }],
    }),
  );
  const dashboard = await startDashboardUnread(["--kubeconfig", kubeconfig], 4391);
  expect((await fetch(`${dashboard.url}/healthz`)).status).toBe(200);
  await expect.poll(async () => (await fetch(`${dashboard.url}/api/v1/findings`)).status).toBe(502);
  expect((await fetch(`${dashboard.url}/readyz`)).status).toBe(503);
  // 0 findings would look calm.
  expect(await (await fetch(`${dashboard.url}/metrics`)).text()).not.toContain("portolan_findings{");
  await page.goto(dashboard.url);
  await expect(page.getByText("The cluster cannot be reached", { exact: true })).toBeVisible();
  await expect(page.getByText("http://127.0.0.1:9").first()).toBeVisible();
  expect(await stopProcess(dashboard.child)).toBe(0);
});

test("the theme that a person chose recolours the page, whatever the system prefers", async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/allocations");
  const light = await background();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.getByRole("button", { name: "Switch theme to light" }).click();
  await expect.poll(background).toBe(light);
  await page.reload();
  expect(await background()).toBe(light);
  await page.getByRole("button", { name: "Switch theme to dark" }).click();
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(background).toBe(dark);
});

test("a page that is closed leaves no stream behind", async ({ page, dashboard }) => {
  const streams = async (): Promise<number> =>
    Number(/^portolan_event_streams (\d+)$/m.exec(await (await fetch(`${dashboard.url}/metrics`)).text())?.[1]);
  await page.goto("/");
  await expect.poll(streams).toBeGreaterThan(0);
  await page.goto("about:blank");
  await expect.poll(streams).toBe(0);
});

test("the page's own font holds the arrows and fractions of its texts", async ({ page }) => {
  await page.goto("/trace?to=10.190.1.2:30001");
  const borrowed = await page.evaluate(async () => {
    const family = getComputedStyle(document.body).fontFamily.split(",")[0] ?? "";
    const faces = await document.fonts.load(`40px ${family}`, "→½");
    const context = document.createElement("canvas").getContext("2d");
    if (context === null || faces.length === 0) return [family];
    // A glyph that the font lacks is as wide as the fallback's.
    return ["→", "½", "⅓", "A"].filter((text) => {
      const widths = ["monospace", "serif"].map((fallback) => {
        context.font = `40px ${family}, ${fallback}`;
        return context.measureText(text).width;
      });
      return widths[0] !== widths[1];
    });
  });
  expect(borrowed).toEqual([]);
});

test("the event stream asks proxies to leave it alone, and is not compressed", async ({ dashboard }) => {
  const stop = new AbortController();
  const response = await fetch(`${dashboard.url}/api/v1/events`, { headers: { "accept-encoding": "gzip" }, signal: stop.signal });
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(response.headers.get("cache-control")).toContain("no-transform");
  expect(response.headers.get("content-encoding")).toBeNull();
  stop.abort();
});

test("a shell's HOSTNAME and PORT do not move the server", async () => {
  const { child, said } = spawnScript(["bin/portolan", "serve", "--demo", "--port", "4395"], {
    HOSTNAME: "name.of.this.machine",
    PORT: "1",
  });
  await expect.poll(() => said).toContain("http://127.0.0.1:4395");
  expect((await fetch("http://127.0.0.1:4395/healthz")).status).toBe(200);
  expect(await stopProcess(child)).toBe(0);
});

test("the development server says which edits need a restart", async () => {
  const env = { NODE_ENV: "development", NEXT_TELEMETRY_DISABLED: "1" };
  const { child, said } = spawnScript(["node_modules/next/dist/bin/next", "dev", "--hostname", "127.0.0.1", "--port", "4399"], env);
  await expect.poll(() => said.join("\n"), { timeout: 50_000 }).toContain("edits to lib/sources or instrumentation need a restart");
  await stopProcess(child);
});
