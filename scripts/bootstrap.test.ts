// Tries what the bootstrap scripts and the build must not get wrong on somebody else's machine, each with a real run in a folder of its own.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
// Bundlers speak of real paths only.
const folder = realpathSync(mkdtempSync(join(tmpdir(), "portolan-bootstrap-")));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): string {
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", env: { ...process.env, ...env } });
  return `${stdout}${stderr}`;
}

function write(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

test("NODE_ENV=production: the tools are installed all the same, and not a second time", () => {
  const clone = join(folder, "clone");
  for (const path of ["scripts/bootstrap.mjs", "bin/find-node.mjs"]) cpSync(join(root, path), join(clone, path));
  write(join(clone, "tool/package.json"), { name: "tool", version: "1.0.0" });
  const itself = { name: "clone", version: "1.0.0", devDependencies: { tool: "file:tool" } };
  write(join(clone, "package.json"), itself);
  write(join(clone, "package-lock.json"), {
    ...itself,
    lockfileVersion: 3,
    packages: { "": itself, tool: { version: "1.0.0", dev: true }, "node_modules/tool": { resolved: "tool", link: true } },
  });
  const install = (): string =>
    run(clone, ["--input-type=module", "--eval", 'import { install } from "./scripts/bootstrap.mjs"; install();'], {
      NODE_ENV: "production",
    });
  expect(install()).toContain("installing packages took");
  expect(existsSync(join(clone, "node_modules/tool/package.json"))).toBe(true);
  expect(install()).toBe("");
});

// A build: minutes on a machine that does much besides.
test("a lock file in a parent folder: the build stays in its own", { timeout: 300_000 }, () => {
  const app = join(folder, "parent/app");
  write(join(folder, "parent/package-lock.json"), { name: "parent", lockfileVersion: 3, packages: {} });
  cpSync(join(root, "next.config.ts"), join(app, "next.config.ts"));
  write(join(app, "package.json"), { name: "app", private: true });
  write(join(app, "package-lock.json"), { name: "app", lockfileVersion: 3, packages: {} });
  write(join(app, "app/layout.jsx"), "export default ({ children }) => <html><body>{children}</body></html>;");
  write(join(app, "app/page.jsx"), "export default () => 'here';");
  copyPackages(["next", "react", "react-dom"], join(app, "node_modules"));
  const said = run(app, ["node_modules/next/dist/bin/next", "build"], { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
  expect({ said, isInItsOwn: existsSync(join(app, ".next/standalone/server.js")) }).toEqual({ said, isInItsOwn: true });
});

/** Packages with what they depend on, as far as it is installed. */
function copyPackages(names: readonly string[], to: string): void {
  const wanted = [...names];
  for (const name of wanted) {
    const path = join(root, "node_modules", name);
    if (!existsSync(path)) continue;
    cpSync(path, join(to, name), { recursive: true });
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Readonly<
      Record<"dependencies" | "optionalDependencies", Readonly<Record<string, string>> | undefined>
    >;
    wanted.push(...Object.keys({ ...dependencies, ...optionalDependencies }).filter((each) => !wanted.includes(each)));
  }
}
