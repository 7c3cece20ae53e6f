// npm run build: the dashboard (.next/standalone) and the command line (dist/).

import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleCli } from "./bundle-cli.mjs";
import { buildStamp, hashSources, node, root, run } from "./bootstrap.mjs";

const sources = hashSources();
rmSync(buildStamp, { force: true });

process.env.NODE_ENV = "production";
run(node(), ["node_modules/next/dist/bin/next", "build"]);
// The standalone server does not copy these itself; without them pages come without their styles.
const standalone = join(root, ".next", "standalone");
cpSync(join(root, ".next", "static"), join(standalone, ".next", "static"), { recursive: true });
if (existsSync(join(root, "public"))) cpSync(join(root, "public"), join(standalone, "public"), { recursive: true });

rmSync(join(root, "dist"), { recursive: true, force: true });
await bundleCli("dist", true);

writeFileSync(buildStamp, sources);
