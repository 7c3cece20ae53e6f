// npm run shots [-- FOLDER]: pictures of every view on the demo, light and dark, wide and narrow; without a folder only the README's (docs/map.png).

import { chromium } from "@playwright/test";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..");
const folder = process.argv[2];
const views = {
  map: "/?cell=gpu-02:30001",
  allocations: "/allocations",
  conflicts: "/conflicts",
  trace: "/trace?to=10.190.1.2:30001",
  ranges: "/ranges",
  check: "/check",
};

const server = spawn(process.execPath, [join(root, "bin/portolan"), "serve", "--demo"], { stdio: ["ignore", "pipe", "inherit"] });
const url = await new Promise<string>((resolve) => createInterface({ input: server.stdout }).once("line", resolve));
while ((await fetch(`${url}/readyz`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));

const browser = await chromium.launch({
  executablePath: process.env["PORTOLAN_CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const shoot = async (
  path: string,
  file: string,
  size: { readonly width: number; readonly height: number },
  colorScheme: "light" | "dark",
): Promise<void> => {
  const page = await browser.newPage({ viewport: size, colorScheme });
  // The page asks for its stream once its own code runs: before that there is no map to be seen.
  const stream = page.waitForRequest((request) => request.url().includes("/api/v1/events"));
  await page.goto(`${url}${path}`, { waitUntil: "load" });
  await stream;
  await page.evaluate(() =>
    document.fonts.ready.then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))),
  );
  await page.screenshot({ path: file });
  await page.close();
};
const wide = { width: 1440, height: 900 };
if (folder === undefined) await shoot(views.map, join(root, "docs/map.png"), wide, "light");
else {
  mkdirSync(folder, { recursive: true });
  for (const [name, path] of Object.entries(views)) {
    for (const scheme of ["light", "dark"] as const) {
      await shoot(path, join(folder, `${name}-${scheme}.png`), wide, scheme);
      await shoot(path, join(folder, `${name}-phone-${scheme}.png`), { width: 390, height: 844 }, scheme);
    }
  }
}
await browser.close();
server.kill("SIGTERM");
