// Finds the browser of the end-to-end tests, or installs one.

import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { node, root, say, timed, toolEnv } from "./bootstrap.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const apps = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];
const isDebianRoot = process.platform === "linux" && process.getuid?.() === 0 && onPath("apt-get") !== undefined;

/** Path of a Chromium: what PORTOLAN_CHROMIUM names, the system's, Playwright's own. Where there is none it is installed; undefined, after a message that says how, when that fails. */
export function findChromium() {
  const named = process.env.PORTOLAN_CHROMIUM;
  if (named) {
    if (isProgram(named)) return named;
    say(`PORTOLAN_CHROMIUM: ${named}: no such program: name a Chromium, or leave it unset`);
    return undefined;
  }
  const found = present();
  if (found !== undefined) return found;
  timed("installing Chromium", () => {
    if (isDebianRoot && aptGet("update")) aptGet("install", "--yes", "chromium");
    if (present() === undefined) quietly(node(), [join(root, "node_modules/@playwright/test/cli.js"), "install", "chromium"]);
  });
  const installed = present();
  if (installed === undefined) {
    say(
      `no Chromium for the browser tests: run ${isDebianRoot ? "apt-get install chromium" : "npx playwright install chromium"}, or set PORTOLAN_CHROMIUM to the path of one`,
    );
  }
  return installed;
}

function present() {
  return names.map(onPath).find((path) => path !== undefined) ?? apps.find(isProgram) ?? playwrights();
}

function playwrights() {
  try {
    const path = createRequire(join(root, "package.json"))("@playwright/test").chromium.executablePath();
    return isProgram(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function onPath(name) {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function aptGet(...args) {
  return quietly("apt-get", ["-qq", ...args]);
}

function quietly(program, args) {
  return (
    spawnSync(program, args, { stdio: ["ignore", "ignore", 2], env: { ...toolEnv(), DEBIAN_FRONTEND: "noninteractive" } }).status === 0
  );
}
