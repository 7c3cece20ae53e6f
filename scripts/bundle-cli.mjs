// Bundles the command line into a folder: one file per command, read when it is called.

import { build } from "esbuild";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { root } from "./bootstrap.mjs";

export async function bundleCli(outdir, minify) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  await build({
    absWorkingDir: root,
    entryPoints: { cli: "lib/cli/main.ts" },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    target: "node22",
    minify,
    logLevel: "warning",
    define: { __PORTOLAN_VERSION__: JSON.stringify(version) },
    // Packages that are still CommonJS ask for require; an ES module has none.
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  });
}

// Tests bundle what they run into a folder of their own.
if (argv[1] === fileURLToPath(import.meta.url)) await bundleCli(argv[2], false);
