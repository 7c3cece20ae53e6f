// Who may import whom: one rule for each row of the table in ARCHITECTURE.md, written as "from here to anything that is not listed".
// scripts/boundaries.test.ts tries every rule with an import that it must stop and one that it must let pass.

const npm = (...names) => names.map((name) => `^node_modules/(@types/)?${name}(/|$)`);
const testFiles = "\\.test\\.tsx?$|\\.test-d\\.ts$|\\.testkit\\.ts$|^lib/core/testing/";
const testTools = npm("vitest", "ajv", "fast-check", "selfsigned", "@fast-check/vitest", "@testing-library/[^/]+");

const core = "^lib/core/index\\.ts$";
const wire = "^lib/wire/";
const sources = "^lib/sources/";
const react = npm("react", "react-dom");
const next = npm("next");

const rows = [
  {
    name: "wire",
    path: wire,
    allowed: [core, ...npm("zod")],
    remedy:
      "lib/wire says how answers are written down: it knows @/lib/core and zod. Reading and serving happen in lib/sources and lib/server.",
  },
  {
    name: "sources",
    path: sources,
    allowed: [core, wire, ...npm("@kubernetes/client-node", "undici", "js-yaml", "yaml", "tar-stream", "yauzl")],
    node: true,
    remedy: "lib/sources is loaded by the command line too: no server, Next or React; schemas belong in lib/wire.",
  },
  {
    name: "server",
    path: "^lib/server/",
    allowed: [core, wire, sources, ...npm("zod", "pino", "server-only")],
    node: true,
    remedy: "lib/server asks core and sources and answers in wire types: no React, no Next, no components.",
  },
  {
    name: "client",
    path: "^lib/client/",
    allowed: [core, wire],
    remedy: "lib/client runs in the browser and without React: no Node, no server, no packages. What needs React belongs in components.",
  },
  {
    name: "components",
    path: "^components/",
    allowed: [
      core,
      wire,
      "^lib/client/",
      ...react,
      ...npm("@tanstack/react-query", "@tanstack/react-table", "@tanstack/react-virtual", "react-aria-components", "nuqs"),
      ...npm("@codemirror/[^/]+", "@lezer/highlight"),
      "^node_modules/next/(link|navigation)(\\.d\\.ts|\\.js)?$",
    ],
    remedy:
      "components get wire types as props and ask over HTTP (lib/client): never lib/server, lib/sources or Node; of Next only link and navigation.",
  },
  {
    name: "app",
    path: "^app/",
    allowed: ["^lib/server/", wire, "^components/", ...react, ...next],
    remedy: "app only asks, decides and renders: lib/server asks core and sources for it.",
  },
  {
    name: "entries",
    path: "^(instrumentation|instrumentation-node|proxy)\\.ts$",
    allowed: ["^lib/server/", ...next],
    remedy: "instrumentation and proxy call lib/server and hold nothing themselves.",
  },
  {
    name: "cli",
    path: "^lib/cli/",
    allowed: [core, wire, sources],
    node: true,
    remedy: "lib/cli shares core, wire and sources: no server, Next or React; `serve` starts the built server as a child process.",
  },
  {
    name: "e2e",
    path: "^e2e/",
    allowed: [wire, "^scripts/truth-", ...npm("@playwright/test", "playwright-core", "@axe-core/playwright", "selfsigned", "yaml")],
    node: true,
    remedy:
      "e2e sees what a user sees: it talks to the app over HTTP, starts servers as processes, and may read wire types and the comparison with recorded truth.",
  },
];

module.exports = {
  forbidden: [
    {
      name: "core",
      severity: "error",
      comment: "lib/core imports nothing but itself, not even types: pass what it needs as a value.",
      from: { path: "^lib/core/", pathNot: testFiles },
      to: { pathNot: "^lib/core/" },
    },
    {
      name: "core-tests",
      severity: "error",
      comment: "Tests of lib/core use core, Vitest, fast-check and Node (to read case files); the other layers have tests of their own.",
      from: { path: `^lib/core/.*(${testFiles})|^lib/core/testing/` },
      to: { pathNot: ["^lib/core/", ...testTools], dependencyTypesNot: ["core"] },
    },
    ...rows.map(({ name, path, allowed, node, remedy }) => ({
      name,
      severity: "error",
      comment: remedy,
      from: { path, pathNot: testFiles },
      to: { pathNot: [path, ...allowed], ...(node ? { dependencyTypesNot: ["core"] } : {}) },
    })),
    ...rows
      .filter(({ path }) => path.endsWith("/"))
      .map(({ name, path, allowed, remedy }) => ({
        name: `${name}-tests`,
        severity: "error",
        comment: `${remedy} Its tests may also use the files of lib/core, Vitest, fast-check, Testing Library and Node.`,
        from: { path: `(${path}).*(${testFiles})` },
        to: { pathNot: [path, ...allowed, "^lib/core/", ...testTools], dependencyTypesNot: ["core"] },
      })),
    {
      name: "core-by-its-door",
      severity: "error",
      comment: 'Import from "@/lib/core": its index.ts is the only door. Add there what the other layers may use.',
      from: {
        path: "^(app|components|e2e|lib/(wire|sources|server|client|cli))/|^(instrumentation|instrumentation-node|proxy)\\.ts$",
        pathNot: testFiles,
      },
      to: { path: "^lib/core/", pathNot: core },
    },
    {
      name: "client-node-in-one-place",
      severity: "error",
      comment: "Only lib/sources/kubernetes uses the Kubernetes client, and only for kubeconfig and authentication.",
      from: { pathNot: "^(lib/sources/kubernetes|node_modules)/" },
      to: { path: npm("@kubernetes/client-node") },
    },
    {
      name: "no-tests-in-products",
      severity: "error",
      comment: "Test kits, builders and arbitraries are for tests.",
      from: { path: "^(app|components|lib)/", pathNot: testFiles },
      to: { path: testFiles },
    },
    {
      name: "no-barrels",
      severity: "error",
      comment: "lib/core/index.ts is the only door; elsewhere import the file itself.",
      from: {},
      to: { path: "/index\\.tsx?$", pathNot: ["^node_modules/", core] },
    },
    {
      name: "no-folder-without-a-row",
      severity: "error",
      comment: "A new folder in lib/ needs a row in ARCHITECTURE.md and here first.",
      from: { path: "^lib/", pathNot: "^lib/(core|wire|sources|server|client|cli)/" },
      to: {},
    },
    { name: "no-cycles", severity: "error", comment: "Move what both need into a third module.", from: {}, to: { circular: true } },
    {
      name: "no-unresolved",
      severity: "error",
      comment: "The import leads nowhere: a wrong path, or a package that package.json does not name.",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "^node_modules/" },
    // Generated Next types and style sheets are no code of ours.
    exclude: { path: "^(\\.next|dist)/|\\.css$" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["types", "import", "node", "default"],
      mainFields: ["module", "main", "types"],
    },
  },
};
