import AxeBuilder from "@axe-core/playwright";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, openView, portolan, test } from "./fixtures";

const list = (name: string, nodePort: number): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "Node", metadata: { name: "only" }, status: { nodeInfo: { kubeletVersion: "v1.33.1" } } },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { namespace: "a", name },
        spec: { type: "NodePort", clusterIP: "10.0.0.1", ports: [{ port: 80, nodePort }] },
      },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { namespace: "a", name: "web-0" },
        spec: { nodeName: "only", containers: [{ name: "web", env: [{ name: "TOKEN", value: "planted-secret" }] }] },
        status: { phase: "Running" },
      },
    ],
  });

/** What a browser does when a file is dropped on the page: Chromium's own drag events with a file in them. */
async function dropFile(page: Page, name: string, content: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(
    ({ name: fileName, base64 }) => {
      const made = new DataTransfer();
      made.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], fileName));
      return made;
    },
    { name, base64: content.toString("base64") },
  );
  await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  await expect(page.getByText("Drop to look at it as a snapshot")).toBeVisible();
  await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  await expect(page.getByText("Drop to look at it as a snapshot")).toBeHidden();
}

test.afterEach(async ({ dashboard }) => {
  const { clusters } = (await (await fetch(`${dashboard.url}/api/v1/clusters`)).json()) as {
    readonly clusters: readonly { readonly name: string; readonly removable: boolean }[];
  };
  for (const { name, removable } of clusters)
    if (removable) await fetch(`${dashboard.url}/api/v1/snapshots?cluster=${encodeURIComponent(name)}`, { method: "DELETE" });
});

test("a dropped file is looked at beside the live cluster, and goes again", async ({ page, dashboard }) => {
  await page.goto("/allocations");
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();
  await dropFile(page, "case 12.json.gz", gzipSync(list("dropped", 30123)));
  await expect(page.getByText("dropped").first()).toBeVisible();
  await expect(page).toHaveURL(/cluster=case(\+|%20)12/);
  await expect(
    page.getByText(/kubectl output, Kubernetes 1\.33, 1 node, 1 pod, 1 service; no endpointslices.*: \d+ rules not evaluated/),
  ).toBeVisible();
  expect(
    (await new AxeBuilder({ page }).analyze()).violations.filter(({ impact }) => impact === "serious" || impact === "critical"),
  ).toEqual([]);
  for (const path of ["allocations?cluster=case%2012", "clusters", "map?cluster=case%2012"]) {
    const answer = await (await fetch(`${dashboard.url}/api/v1/${path}`)).text();
    expect(answer).toContain("case 12");
    expect(answer).not.toContain("planted-secret");
  }

  await page.getByRole("button", { name: /^Cluster: / }).click();
  await expect(page.getByRole("button", { name: /^case 12\s*kubectl output/ })).toBeVisible();
  await page.getByRole("button", { name: /^e2e/ }).click();
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();

  await page.getByRole("button", { name: /^Cluster: / }).click();
  await page.getByRole("button", { name: "Remove snapshot case 12" }).click();
  await expect(page.getByRole("button", { name: /^case 12/ })).toBeHidden();
  expect((await fetch(`${dashboard.url}/api/v1/allocations?cluster=case%2012`)).status).toBe(404);
});

test("by keyboard alone: from the palette, and from the cluster switch", async ({ page, folder }) => {
  const file = join(folder, "keys.json");
  writeFileSync(file, list("from-keys", 30124));
  await openView(page, "/allocations");
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type(">open a snapshot");
  const [chosen] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
  await chosen.setFiles(file);
  await expect(page.getByText("from-keys").first()).toBeVisible();

  await page.getByRole("button", { name: /^Cluster: / }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^Open a snapshot/ }).focus();
  const [again] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
  await again.setFiles(file);
  // The same file again: a second snapshot beside the first.
  await expect(page).toHaveURL(/cluster=keys(\+|%20)\(2\)/);
});

test("what is no snapshot is named, and what is shown stays", async ({ page }) => {
  await page.goto("/allocations");
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();
  await dropFile(page, "screen.png", Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(30 << 20)]));
  await expect(page.getByText(/Not opened: screen\.png: this is a PNG picture, not a snapshot/)).toBeVisible();
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();
  await page.getByRole("button", { name: "Close" }).click();
  await expect(page.getByText(/Not opened/)).toBeHidden();
});

test("an own snapshot of the cluster that is open shows the same rows", async ({ page, folder, cluster }) => {
  const file = join(folder, "own.json.gz");
  portolan(["snapshot", "-o", file, "--kubeconfig", cluster.kubeconfig, "--quiet"]);
  await page.goto("/allocations");
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();
  await dropFile(page, "own.json.gz", readFileSync(file));
  await expect(page.getByText(/^e2e \(2\)/).first()).toBeVisible();
  await expect(page.getByText("clearml-session-1").first()).toBeVisible();
  await expect(page.getByRole("button", { name: /^Snapshot/ })).toBeVisible();
});

test.describe("POST /api/v1/snapshots refuses", () => {
  const own = (url: string): Record<string, string> => ({ "content-type": "application/octet-stream", origin: new URL(url).origin });
  for (const { name, query, headers, status, says } of [
    { name: "another site's page", query: "?name=a.json", headers: { origin: "http://evil.example" }, status: 403, says: "evil.example" },
    {
      name: "a form of another site",
      query: "?name=a.json",
      headers: { "content-type": "text/plain" },
      status: 400,
      says: "application/octet-stream",
    },
    { name: "a file without a name", query: "", headers: {}, status: 400, says: "name" },
    { name: "a name with control characters", query: "?name=a%1b%5b2J", headers: {}, status: 400, says: "name" },
    {
      name: "text that is no snapshot",
      query: "?name=../../etc/passwd",
      headers: {},
      status: 422,
      says: "passwd: this is text without an object",
    },
  ]) {
    test(name, async ({ dashboard }) => {
      const response = await fetch(`${dashboard.url}/api/v1/snapshots${query}`, {
        method: "POST",
        headers: { ...own(dashboard.url), ...headers },
        body: "hello",
      });
      expect([response.status, response.headers.get("content-type"), response.headers.get("x-content-type-options")]).toEqual([
        status,
        "application/problem+json",
        "nosniff",
      ]);
      const { detail } = (await response.json()) as { readonly detail: string };
      expect(detail).toContain(says);
      expect(detail).not.toContain("/etc");
    });
  }

  test("a fifth one", async ({ dashboard }) => {
    const send = (number: number): Promise<Response> =>
      fetch(`${dashboard.url}/api/v1/snapshots?name=s${String(number)}.json`, {
        method: "POST",
        headers: own(dashboard.url),
        body: list("s", 30_200 + number),
      });
    for (const number of [1, 2, 3, 4]) expect((await send(number)).status).toBe(200);
    const fifth = await send(5);
    expect([fifth.status, ((await fifth.json()) as { readonly type: string }).type]).toEqual([409, "urn:portolan:no-room"]);
  });

  test("the removal of a cluster of the server itself", async ({ dashboard }) => {
    expect((await fetch(`${dashboard.url}/api/v1/snapshots?cluster=e2e`, { method: "DELETE" })).status).toBe(404);
  });
});
