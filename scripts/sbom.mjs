// npm run sbom > portolan.cdx.json: the software bill of materials of what is shipped, as CycloneDX JSON. npm writes it from the lock file; what the built
// server leaves out is left out, and the program is called by its name and not after the folder that it lies in.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, toolEnv } from "./bootstrap.mjs";
import { listPackages } from "./licences.mjs";

const args = ["sbom", "--sbom-format=cyclonedx", "--omit=dev", "--package-lock-only"];
const { stdout, stderr, status } = spawnSync("npm", args, { cwd: root, encoding: "utf8", env: toolEnv(), maxBuffer: 64 << 20 });
if (status !== 0) {
  console.error(stderr || stdout || "npm sbom failed without a word");
  process.exit(1);
}
const bom = JSON.parse(stdout);
const shipped = new Set(listPackages().flatMap(({ name, version, shipped }) => (shipped ? `${name}@${version}` : [])));
const isThere = (ref) => shipped.has(ref) || ref === bom.metadata.component["bom-ref"];
bom.metadata.component.name = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).name;
bom.metadata.component.type = "application";
bom.components = bom.components.filter((component) => isThere(component["bom-ref"]));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => isThere(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isThere) }));
console.log(JSON.stringify(bom, null, 2));
