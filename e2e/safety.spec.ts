import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { expect, spawnScript, startDashboard, stopProcess, test } from "./fixtures";

const root = join(import.meta.dirname, "..");

/** Sends text to the dashboard over a socket of its own and reads until it is closed. */
function exchange(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = dial(url);
    let answer = "";
    socket.on("data", (part) => (answer += part.toString()));
    socket.on("error", reject);
    socket.on("close", () => {
      resolve(answer);
    });
    socket.write(text);
  });
}

function dial(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

const own = "Host: 127.0.0.1\r\nConnection: close\r\n";

for (const [name, text, status] of [
  ["two hosts", "GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", 400],
  ["a foreign address in the request line", `GET http://evil.example/healthz HTTP/1.1\r\n${own}\r\n`, 421],
  ["a foreign host for a redirect", "GET /allocations/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421],
  ["a foreign host for a static file", "GET /_next/static/x.js HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421],
  ["another site's event stream", `GET /api/v1/events HTTP/1.1\r\n${own}Origin: https://evil.example\r\n\r\n`, 403],
  ["a form posted to a page", `POST / HTTP/1.1\r\n${own}Content-Length: 1\r\n\r\nx`, 405],
  ["an action posted to a page", `POST / HTTP/1.1\r\n${own}Next-Action: 1\r\nContent-Length: 1\r\n\r\nx`, 405],
  ["TRACE", `TRACE /healthz HTTP/1.1\r\n${own}\r\n`, 405],
  ["a body with a question", `GET /api/v1/clusters HTTP/1.1\r\n${own}Content-Length: 1\r\n\r\nx`, 413],
  ["headers beyond 16 KiB", `GET / HTTP/1.1\r\n${own}X: ${"x".repeat(17_000)}\r\n\r\n`, 431],
  ["the picture converter", `GET /_next/image?url=%2Ficon.svg&w=64&q=75 HTTP/1.1\r\n${own}\r\n`, 404],
  ["a file above the static ones", `GET /_next/static/..%2f..%2f..%2fpackage.json HTTP/1.1\r\n${own}\r\n`, 404],
  ["a file above, in dots", `GET /../../../../etc/passwd HTTP/1.1\r\n${own}\r\n`, 404],
  ["a file above, twice encoded", `GET /%252e%252e/%252e%252e/etc/passwd HTTP/1.1\r\n${own}\r\n`, 404],
  ["a file by its whole name", `GET /etc/passwd HTTP/1.1\r\n${own}\r\n`, 404],
  ["a zero byte", `GET /api/v1/%00 HTTP/1.1\r\n${own}\r\n`, 404],
  ["an encoding that is none", `GET /%E0%A4%A HTTP/1.1\r\n${own}\r\n`, 404],
  ["a file as a cluster", `GET /api/v1/clusters/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n${own}\r\n`, 404],
  ["a file in a query", `GET /api/v1/allocations?cluster=../../../../etc/passwd HTTP/1.1\r\n${own}\r\n`, 404],
] as const) {
  test(`the server on ${name}: ${String(status)}`, async ({ dashboard }) => {
    const answer = await exchange(dashboard.url, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
    expect(answer).not.toMatch(/root:x:|"dependencies"/);
  });
}

test("every answer has the usual headers, static files and redirects too", async ({ dashboard }) => {
  const [script] = readdirSync(join(root, ".next/static"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  for (const path of [
    "/",
    "/ranges",
    "/healthz",
    "/metrics",
    "/api/v1/clusters",
    "/api/v1/none",
    "/none",
    "/allocations/",
    "/icon.svg",
    // Browsers ask for it by themselves; the answer is the page that says that there is none.
    "/favicon.ico",
    `/_next/static/${script ?? ""}`,
    "/_next/static/none.js",
  ]) {
    const response = await fetch(dashboard.url + path, { redirect: "manual" });
    const headers = Object.fromEntries(response.headers);
    expect(headers, path).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(headers["content-security-policy"], path).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
    expect(headers, path).not.toHaveProperty("x-powered-by");
    expect(headers, path).not.toHaveProperty("access-control-allow-origin");
    if (headers["content-type"]?.startsWith("text/html") === true) {
      expect(headers["content-security-policy"], path).toMatch(/style-src 'self' 'nonce-[^']+';/);
      expect(headers["content-security-policy"], path).not.toContain("unsafe");
      expect(headers["cache-control"], path).toContain("no-store");
    }
  }
});

test("each page has a nonce of its own, and no style attribute in what the server sends", async ({ dashboard }) => {
  const nonces = new Set<string>();
  for (const path of ["/", "/allocations", "/conflicts", "/trace?to=10.190.1.2:30001", "/ranges", "/none"]) {
    const response = await fetch(dashboard.url + path);
    const [, nonce = ""] = /'nonce-([^']+)'/.exec(response.headers.get("content-security-policy") ?? "") ?? [];
    const html = await response.text();
    expect(html, path).toContain(`nonce="${nonce}"`);
    expect(html.replaceAll(/<script[^>]*>.*?<\/script>/gs, ""), path).not.toMatch(/<[^>]+\sstyle=/);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(6);
});

test("the browser reports a style that the policy blocks: the guard of every spec sees it", async ({ page, cspReports }) => {
  await page.goto("/");
  await page.evaluate(() => {
    const style = document.createElement("style");
    style.textContent = "body { outline: 1px solid red }";
    document.head.append(style);
  });
  await expect.poll(() => cspReports.some((report) => report.includes('"directive":"style-src-elem"'))).toBe(true);
  await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", '<p style="color: red"></p>'));
  await expect.poll(() => cspReports.some((report) => report.includes('"directive":"style-src-attr"'))).toBe(true);
  cspReports.length = 0;
});

test("menus, dialogs and panels of every view keep to the content policy", async ({ page }) => {
  for (const path of ["/", "/?cell=10.190.1.2:30001", "/allocations", "/conflicts", "/trace?to=10.190.1.2:30001", "/ranges", "/none"]) {
    await page.goto(path);
    await expect(page.getByRole("main")).toBeVisible();
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    for (const key of ["/", "?"]) {
      // Before the page listens, a key is nobody's.
      await expect(async () => {
        await page.keyboard.press(key);
        await expect(page.getByRole("dialog")).toBeVisible({ timeout: 1_000 });
      }).toPass();
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
    }
    // Whatever opens by a button opens once.
    for (const button of await page.getByRole("button", { expanded: false }).all()) {
      if (!(await button.isVisible())) continue;
      await button.click();
      await page.keyboard.press("Escape");
    }
  }
});

test("a flood by one client: told to come back later, while a probe is answered", async ({ dashboard }) => {
  const sockets = Array.from({ length: 40 }, () => dial(dashboard.url));
  const answers = sockets.map((socket) => {
    const parts: string[] = [];
    socket.on("data", (part) => parts.push(part.toString()));
    socket.on("error", () => undefined);
    // Many in one write, and of a kind that costs the server nothing: however slow the machine is, they come faster than they are allowed.
    socket.write("DELETE /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(60));
    return parts;
  });
  await expect
    .poll(() => answers.filter((parts) => parts.join("").includes("HTTP/1.1 429 ")).length, { timeout: 30_000 })
    .toBeGreaterThan(0);
  expect(answers.flat().join("")).toMatch(/retry-after: \d+/i);
  expect((await fetch(`${dashboard.url}/healthz`)).status).toBe(200);
  for (const socket of sockets) socket.destroy();
  await expect.poll(async () => (await fetch(`${dashboard.url}/api/v1/clusters`)).status, { timeout: 30_000 }).toBe(200);
});

test("a manifest that takes gigabytes to read: refused, while everybody else is answered", async ({ dashboard }) => {
  let isRefused = false;
  const answer = fetch(`${dashboard.url}/api/v1/check`, { method: "POST", body: `[${"{},".repeat(1_700_000)}{}]` }).finally(() => {
    isRefused = true;
  });
  // Some are answered before it has been sent.
  for (let asked = 0; asked < 20; asked += 1) {
    expect((await fetch(`${dashboard.url}/healthz`)).status).toBe(200);
    await delay(50);
  }
  expect(isRefused).toBe(false);
  const response = await answer;
  expect(response.status).toBe(413);
  expect(await response.text()).toMatch(/takes too much time or memory to read: split it/);
});

test("names that hold markup, escapes and reading directions are text on every page", async ({ page }) => {
  const dashboard = await startDashboard(["--snapshot", join(root, "lib/sources/fixture/hostile-text.json")], 4392);
  for (const path of [
    "/",
    "/?cell=10.0.0.1:30001",
    "/allocations",
    "/conflicts",
    "/trace?to=10.0.0.1:30001",
    "/trace?to=10.0.0.1:8080",
    "/ranges",
  ]) {
    await page.goto(dashboard.url + path);
    await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    expect(await page.locator('img[src="x"], main script, b').count(), path).toBe(0);
    expect(await page.locator("body").innerText(), path).not.toMatch(
      /[\u0000-\u0008\u001b\u0080-\u009f\u061c\u200f\u202a-\u202e\u2066-\u2069]/,
    );
    expect(await page.evaluate(() => "owned" in globalThis), path).toBe(false);
  }
  await page.goto(`${dashboard.url}/allocations`);
  await expect(page.getByText("<script>owned()</script>").first()).toBeVisible();
  for (const format of ["json", "csv"]) {
    const text = await (await fetch(`${dashboard.url}/api/v1/allocations?format=${format}`)).text();
    expect(text).toContain("owned");
    expect(text).not.toMatch(/[\u001b\u0080-\u009f\u202a-\u202e\u2066-\u2069]/);
  }
  await stopProcess(dashboard.child);
});

test("nothing of a path, a query or a header ever reaches the file system", async ({ folder }) => {
  test.setTimeout(180_000);
  const mark = "m4rker";
  const log = join(folder, "files.log");
  writeFileSync(log, "");
  const url = "http://127.0.0.1:4396";
  const watch = `--import=${pathToFileURL(join(root, "e2e/watch-files.mjs")).href}`;
  const { child, said } = spawnScript(["bin/portolan", "serve", "--demo", "--port", "4396"], { NODE_OPTIONS: watch, WATCH_FILES_LOG: log });
  await expect.poll(() => said.includes(url), { timeout: 60_000 }).toBe(true);
  const names = [
    mark,
    `../${mark}`,
    `..%2f..%2f${mark}`,
    `%2e%2e%2f${mark}.js`,
    `_next/static/${mark}.js`,
    `_next/static/../${mark}`,
    `_next/data/${mark}.json`,
    `api/v1/${mark}`,
  ];
  for (const name of names) await exchange(url, `GET /${name} HTTP/1.1\r\n${own}\r\n`);
  for (const key of [
    "cluster",
    "filter",
    "sort",
    "columns",
    "format",
    "address",
    "from",
    "node",
    "whyNot",
    "rule",
    "q",
    "band",
    "file",
    "fingerprint",
  ])
    for (const path of ["allocations", "trace", "findings", "search", "free", "ranges", "map", "remedies"])
      await exchange(
        url,
        `GET /api/v1/${path}?${key}=../../${mark} HTTP/1.1\r\n${own}Last-Event-ID: ../${mark}\r\nCookie: portolan=../${mark}\r\n\r\n`,
      );
  await fetch(`${url}/api/v1/check?file=../../${mark}&namespace=../${mark}`, {
    method: "POST",
    body: `kind: ${mark}\nmetadata: { name: ../../${mark} }`,
  });
  for (const name of [`../../${mark}.json`, `/tmp/${mark}.json`, `..\\${mark}.json`]) {
    const address = `${url}/api/v1/snapshots?name=${encodeURIComponent(name)}`;
    const body = JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { namespace: `../${mark}`, name: `../../${mark}` } });
    const sent = await fetch(address, { method: "POST", headers: { "content-type": "application/octet-stream" }, body });
    expect(((await sent.json()) as { cluster?: { name: string } }).cluster?.name).toBe(mark);
    await fetch(`${url}/trace?cluster=${mark}&to=../../${mark}:1`);
    expect((await fetch(`${url}/api/v1/snapshots?cluster=${mark}`, { method: "DELETE" })).status).toBe(200);
  }
  expect(await stopProcess(child)).toBe(0);
  const files = readFileSync(log, "utf8").split("\n");
  // The watcher sees what is opened.
  expect(files.some((file) => file.includes(".next"))).toBe(true);
  expect(files.filter((file) => file.includes(mark))).toEqual([]);
});

test("the built server started by itself, on every address: refused", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, ".next/standalone/server.js")], {
    encoding: "utf8",
    timeout: 60_000,
    env: { PATH: process.env["PATH"], NODE_ENV: "production", PORT: "4398" },
  });
  expect(status).toBe(2);
  expect(stderr).toContain("portolan: the server is to listen on an address that nobody allowed: 0.0.0.0: start it with portolan serve");
});
