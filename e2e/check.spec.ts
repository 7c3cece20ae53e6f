import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./fixtures";

const taken = `apiVersion: v1
kind: Service
metadata:
  name: newcomer
  namespace: inference
spec:
  type: NodePort
  selector:
    app: newcomer
  ports:
    - port: 80
      nodePort: 31002
`;

async function write(page: Page, text: string): Promise<void> {
  const editor = page.getByRole("textbox", { name: "Manifest" });
  await editor.fill(text);
}

async function paste(editor: Locator, text: string): Promise<void> {
  await editor.evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

test("a taken number is named at its line, and the edit that the finding proposes makes the manifest clean", async ({ page }) => {
  await page.goto("/check");
  await expect(page.getByText("Nothing is checked yet.")).toBeVisible();
  await write(page, taken);
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("heading", { level: 1, name: /Do not apply: 31002.*inference\/embed-bge/ })).toBeVisible();
  await expect(page.locator(".cm-note-critical")).toHaveText(/31002.*inference\/embed-bge/);
  await page.getByRole("button", { name: "line 12" }).first().click();
  await expect(page.locator(".cm-at-active")).toHaveText("      nodePort: 31002");
  await page.getByRole("button", { name: /^Use 3\d{4}$/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: /Apply|No collision/ })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Manifest" })).not.toContainText("31002");
});

test("whoever types on sees that the answer is of another text", async ({ page }) => {
  await page.goto("/check");
  await write(page, taken);
  await page
    .getByRole("button", { name: /^Check/ })
    .last()
    .click();
  await expect(page.getByRole("heading", { level: 1, name: /Do not apply/ })).toBeVisible();
  await page.getByRole("textbox", { name: "Manifest" }).press("End");
  await page.keyboard.type("# more");
  await expect(page.getByText("The text has changed since.")).toBeVisible();
  await expect(page.locator(".cm-note-critical")).toHaveCount(0);
});

test("every mistake has its line, and the rest is checked all the same", async ({ page }) => {
  await page.goto("/check");
  await write(page, `${taken}---\napiVersion: v1\nkind: Service\nmetadata: { name: half\n`);
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("heading", { level: 1, name: /Not all of it can be read/ })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Mistakes" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^line \d+, column \d+$/ })).toHaveCount(1);
  await expect(page.getByRole("heading", { level: 3, name: /31002.*taken/ })).toBeVisible();
});

test("a text of more than 5 MiB is not sent: the page says so, keeps it, and checks what is left of it", async ({ page }) => {
  const sent: number[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push(request.postData()?.length ?? 0);
  });
  await page.goto("/check");
  const editor = page.getByRole("textbox", { name: "Manifest" });
  await paste(editor, `${taken}# ${"的".repeat(2 << 20)}`);
  await editor.focus();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("alert").filter({ hasText: "manifest.yaml is larger than 5 MiB" })).toBeVisible();
  await page.keyboard.press("Control+Home");
  await expect(editor).toContainText("name: newcomer");
  expect(sent).toEqual([]);
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Shift+Home");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("heading", { level: 1, name: /Do not apply: 31002/ })).toBeVisible();
  await expect(page.getByText("is larger than 5 MiB")).toHaveCount(0);
  expect(sent).toEqual([taken.length]);
});

test("beyond the large manifests that the server holds at once: the page says so, keeps the text, and checks it when one has left", async ({
  page,
  dashboard,
}) => {
  const { hostname, port } = new URL(dashboard.url);
  const large = `${taken}# ${"x".repeat(70 << 10)}`;
  const ask = async (body: string) => (await fetch(`${dashboard.url}/api/v1/check`, { method: "POST", body })).status;
  // Clients that send most of a large manifest, and then nothing.
  const senders = Array.from({ length: 8 }, () => {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    socket.write(`POST /api/v1/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000\r\n\r\n${large}`);
    return socket;
  });
  await expect.poll(() => ask(large)).toBe(429);
  expect(await ask(taken)).toBe(200);
  await page.goto("/check");
  const editor = page.getByRole("textbox", { name: "Manifest" });
  await paste(editor, large);
  await editor.focus();
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("other large manifests are being checked: try again in a moment")).toBeVisible();
  for (const socket of senders) socket.destroy();
  await expect.poll(() => ask(large)).toBe(200);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /Do not apply: 31002/ })).toBeVisible();
});

test("a file that is opened is checked at once, and stays while other views are looked at", async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), "portolan-check-"));
  const file = join(folder, "newcomer.yaml");
  writeFileSync(file, taken.replaceAll("\n", "\r\n"));
  await page.goto("/check");
  await page.getByLabel("Open file").setInputFiles(file);
  await expect(page.getByRole("heading", { level: 1, name: /Do not apply: 31002/ })).toBeVisible();
  await page.getByRole("link", { name: "Ranges" }).first().click();
  await expect(page.getByRole("heading", { name: /NodePort range/ })).toBeVisible();
  await page.getByRole("link", { name: "Check" }).first().click();
  await expect(page.getByText("newcomer.yaml")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Manifest" })).toContainText("name: newcomer");
  expect(page.url()).not.toContain("newcomer");
  rmSync(folder, { recursive: true });
});

test("host ports say where they fit and who is in the way", async ({ page }) => {
  await page.goto("/check");
  await write(
    page,
    `apiVersion: v1
kind: Pod
metadata: { name: exporter, namespace: monitoring }
spec:
  containers:
    - name: exporter
      ports: [{ containerPort: 9400, hostPort: 9400 }]
`,
  );
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("heading", { name: /Placement of hostPort 9400/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /gpu-01, .*monitoring\/dcgm-exporter taken/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /cpu-11.*free/ })).toBeVisible();
});

test("a phone shows the verdict before the manifest", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/check");
  await write(page, taken);
  await page.keyboard.press("Control+Enter");
  const verdict = page.getByRole("heading", { level: 1, name: /Do not apply/ });
  await expect(verdict).toBeVisible();
  const [above, below] = [await verdict.boundingBox(), await page.locator(".cm-editor").boundingBox()];
  expect(above?.y ?? 0).toBeLessThan(below?.y ?? 0);
});

test("a selector that captures somebody else's pods gets the label that separates", async ({ page }) => {
  await page.goto("/check");
  await write(
    page,
    `apiVersion: v1
kind: Service
metadata: { name: llm-router, namespace: inference }
spec:
  type: NodePort
  selector:
    app: llm-gateway
  ports: [{ port: 80 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: llm-router, namespace: inference }
spec:
  selector: { matchLabels: { app: llm-gateway, tier: router } }
  template:
    metadata: { labels: { app: llm-gateway, tier: router } }
    spec: { containers: [{ name: router, image: llm-router }] }
`,
  );
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("heading", { level: 3, name: /llm-router.*llm-gateway/ }).first()).toBeVisible();
  await expect(page.locator(".cm-note-critical").first()).toBeVisible();
});
