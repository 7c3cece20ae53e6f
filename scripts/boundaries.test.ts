// Tries every rule of .dependency-cruiser.cjs on a small tree: what each layer must not import is stopped by the rule of that name,
// and what it may import passes. A rule that no case here trips is an error too.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Importing file (its folder matters, its name does not), what it imports, the rule that must stop it; undefined = it must pass. */
type Case = readonly [file: string, imports: string, rule: string | undefined];

const cases: readonly Case[] = [
  ["lib/core/model/a.ts", "../basics/result", undefined],
  ["lib/core/model/b.ts", "node:fs", "core"],
  ["lib/core/model/c.ts", "type:zod", "core"],
  ["lib/core/model/d.ts", "type:@/lib/wire/schemas", "core"],
  ["lib/core/model/e.ts", "fast-check", "core"],
  ["lib/core/model/f.ts", "../testing/builders", "no-tests-in-products"],
  ["lib/core/model/f.test.ts", "vitest", undefined],
  ["lib/core/model/g.test.ts", "@/lib/sources/source", "core-tests"],
  ["lib/core/testing/h.ts", "fast-check", undefined],
  ["lib/core/testing/i.ts", "zod", "core-tests"],

  ["lib/wire/a.ts", "@/lib/core", undefined],
  ["lib/wire/b.ts", "zod", undefined],
  ["lib/wire/c.ts", "node:fs/promises", "wire"],
  ["lib/wire/d.ts", "@/lib/core/basics/result", "core-by-its-door"],
  ["lib/wire/e.prop.test.ts", "@/lib/core/testing/builders", undefined],
  ["lib/wire/f.test.ts", "@/lib/sources/source", "wire-tests"],

  ["lib/sources/kubernetes/a.ts", "@kubernetes/client-node", undefined],
  ["lib/sources/kubernetes/b.ts", "node:http", undefined],
  ["lib/sources/snapshot/c.ts", "@kubernetes/client-node", "client-node-in-one-place"],
  ["lib/sources/snapshot/d.ts", "tar-stream", undefined],
  ["lib/sources/snapshot/d1.ts", "yauzl", undefined],
  ["lib/sources/snapshot/d2.ts", "js-yaml", undefined],
  ["lib/sources/policy/e.ts", "yaml", undefined],
  ["lib/sources/policy/f.ts", "type:@/lib/server/runtime", "sources"],
  ["lib/sources/demo/g.ts", "next/server", "sources"],
  ["lib/sources/demo/h.ts", "../contract.testkit", "no-tests-in-products"],
  ["lib/sources/demo/h.test.ts", "../contract.testkit", undefined],
  ["lib/sources/demo/i.test.ts", "react", "sources-tests"],

  ["lib/server/a.ts", "@/lib/sources/source", undefined],
  ["lib/server/b.ts", "pino", undefined],
  ["lib/server/c.ts", "react", "server"],
  ["lib/server/d.ts", "next/headers", "server"],
  ["lib/server/e.ts", "type:@/components/ui/button", "server"],
  ["lib/server/f.test.ts", "@/components/ui/button", "server-tests"],

  ["lib/client/a.ts", "@/lib/wire/schemas", undefined],
  ["lib/client/b.ts", "node:path", "client"],
  ["lib/client/c.ts", "react", "client"],
  ["lib/client/d.test.ts", "@/lib/server/runtime", "client-tests"],

  ["components/map/a.tsx", "@tanstack/react-query", undefined],
  ["components/map/b.tsx", "next/navigation", undefined],
  ["components/map/c.tsx", "type:@/lib/core", undefined],
  ["components/map/d.tsx", "next/headers", "components"],
  ["components/map/e.tsx", "type:@/lib/server/runtime", "components"],
  ["components/map/f.tsx", "@/lib/sources/source", "components"],
  ["components/map/g.tsx", "node:fs", "components"],
  ["components/map/h.test.tsx", "@testing-library/react", undefined],
  ["components/map/i.test.tsx", "@/lib/sources/source", "components-tests"],

  ["app/a.tsx", "@/lib/server/runtime", undefined],
  ["app/b.tsx", "next/headers", undefined],
  ["app/c.tsx", "@/lib/core", "app"],
  ["app/d.tsx", "type:@/lib/sources/source", "app"],
  ["app/e.test.tsx", "@/lib/sources/source", "app-tests"],

  ["instrumentation.ts", "@/lib/server/runtime", undefined],
  ["proxy.ts", "next/server", undefined],
  ["instrumentation-node.ts", "@/lib/sources/source", "entries"],

  ["lib/cli/a.ts", "@/lib/sources/source", undefined],
  ["lib/cli/b.ts", "node:process", undefined],
  ["lib/cli/c.ts", "type:@/lib/server/runtime", "cli"],
  ["lib/cli/d.ts", "next/server", "cli"],
  ["lib/cli/e.test.ts", "react", "cli-tests"],

  ["e2e/a.spec.ts", "@playwright/test", undefined],
  ["e2e/b.spec.ts", "@/lib/wire/schemas", undefined],
  ["e2e/b.ts", "yaml", undefined],
  ["e2e/c.spec.ts", "@/lib/core", "e2e"],
  ["e2e/d.spec.ts", "@/lib/sources/source", "e2e"],
  ["e2e/e.test.ts", "@/lib/server/runtime", "e2e-tests"],

  ["lib/utils/a.ts", "@/lib/wire/schemas", "no-folder-without-a-row"],
  ["components/map/index.ts", "@/lib/wire/schemas", undefined],
  ["components/map/j.tsx", "./index", "no-barrels"],
  ["components/map/k.tsx", "./l", "no-cycles"],
  ["lib/wire/g.ts", "./nowhere", "no-unresolved"],
  ["lib/server/g.ts", "a-package-that-nobody-named", "no-unresolved"],
];

/** What the cases import; a package is a file that says nothing. */
const targets: readonly string[] = [
  "lib/core/index.ts",
  "lib/core/basics/result.ts",
  "lib/core/testing/builders.ts",
  "lib/wire/schemas.ts",
  "lib/sources/source.ts",
  "lib/sources/contract.testkit.ts",
  "lib/server/runtime.ts",
  "components/ui/button.tsx",
];
const packages: readonly string[] = [
  "@kubernetes/client-node",
  "@playwright/test",
  "@tanstack/react-query",
  "@testing-library/react",
  "fast-check",
  "js-yaml",
  "next",
  "pino",
  "react",
  "tar-stream",
  "vitest",
  "yaml",
  "yauzl",
  "zod",
];

type Violation = { readonly from: string; readonly rule: { readonly name: string } };

const folder = mkdtempSync(join(tmpdir(), "portolan-boundaries-"));
let violations: readonly Violation[] = [];

beforeAll(() => {
  cpSync(join(root, "tsconfig.json"), join(folder, "tsconfig.json"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: Object.fromEntries(packages.map((name) => [name, "*"])) }));
  for (const name of packages) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "0.0.0", main: "index.js" }));
    for (const file of name === "next" ? ["index", "server", "headers", "navigation", "link"] : ["index"])
      write(`node_modules/${name}/${file}.js`, "");
  }
  write("components/map/l.tsx", 'import "./k";\n');
  for (const target of targets) write(target, "export const value = 1;\n");
  for (const [file, imports] of cases) {
    const typeOnly = imports.startsWith("type:");
    write(
      file,
      `${typeOnly ? "import type" : "import"} * as it from "${imports.replace("type:", "")}";\nexport ${typeOnly ? "type It = typeof it" : "const used = it"};\n`,
    );
  }
  const program = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const roots = ["app", "components", "lib", "e2e", "instrumentation.ts", "instrumentation-node.ts", "proxy.ts"];
  const args = [program, "--config", join(root, ".dependency-cruiser.cjs"), "--output-type", "json", ...roots];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", maxBuffer: 64 << 20 });
  const report = JSON.parse(stdout) as { readonly summary: { readonly violations: readonly Violation[] } };
  violations = report.summary.violations;
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("who may import whom", () => {
  test.for(cases.filter(([, , rule]) => rule !== undefined))("%s must not import %s", ([file, , rule]) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  test.for(cases.filter(([, , rule]) => rule === undefined))("%s may import %s", ([file]) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });

  test("every rule has a case that trips it, and a remedy", () => {
    const { forbidden } = createRequire(import.meta.url)("../.dependency-cruiser.cjs") as {
      readonly forbidden: readonly { readonly name: string; readonly comment: string }[];
    };
    const tried = new Set(cases.map(([, , rule]) => rule));
    expect(forbidden.map((rule) => rule.name).filter((name) => !tried.has(name))).toEqual([]);
    expect(forbidden.filter((rule) => rule.comment === "")).toEqual([]);
  });
});

test.for(["runtime", "config", "live-hub"])("lib/server/%s.ts keeps itself out of the browser", (name) => {
  expect(readFileSync(join(root, "lib/server", `${name}.ts`), "utf8")).toMatch(/^import "server-only";$/m);
});

function rulesBrokenBy(file: string): readonly string[] {
  return violations.filter((violation) => violation.from === file).map((violation) => violation.rule.name);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
