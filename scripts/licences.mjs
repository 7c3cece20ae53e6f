// npm run licences: the licence of every package that the lock file names, and those that must not be there. The last lines say what is wrong; none: all is well.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { root } from "./bootstrap.mjs";

// Whoever ships these only has to keep their notice. The fonts' licence (OFL) and that of the browser table (CC-BY) are for what they are: data.
const permissive = new Set([
  ...["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC-BY-4.0", "CC0-1.0", "ISC", "MIT", "MIT-0"],
  ...["OFL-1.1", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"],
]);
// A tool may also ask for changes of its own files to be published: it is not part of what is shipped, and nobody changes it here.
const tools = new Set(["MPL-2.0"]);
// Next's picture converter and the library below it (LGPL). It is switched off, and kept out of the built server: next.config.ts.
const notShipped = /^(sharp|@img\/sharp-.*)$/;

/** Packages of the lock file, each once: `shipped` = whoever runs Portolan gets it. */
export function listPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const found = new Map();
  for (const [path, { version, license = "none", dev = false, link = false }] of Object.entries(packages)) {
    if (path === "" || link) continue;
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    const shipped = !dev && !notShipped.test(name);
    const known = found.get(`${name}@${version}`);
    found.set(`${name}@${version}`, { name, version, licence: license, shipped: shipped || known?.shipped === true });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns: what is wrong, one line each; "" when nothing is. */
export function licenceTrouble() {
  const bad = listPackages().filter(
    ({ name, licence, shipped }) => !permissive.has(licence) && (shipped || (!tools.has(licence) && !notShipped.test(name))),
  );
  const built = join(root, ".next", "standalone", "node_modules");
  const strays = ["sharp", "@img"].filter((name) => existsSync(join(built, name)));
  return [
    ...bad.map(({ name, version, licence }) => `${name}@${version}: ${licence}: not a licence that this project takes`),
    ...strays.map((name) => `${name} is in the built server: next.config.ts is to keep it out`),
  ].join("\n");
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const byLicence = new Map();
  for (const { name, version, licence, shipped } of listPackages()) {
    const head = `${shipped ? "shipped" : "tools  "} ${licence}`;
    byLicence.set(head, [...(byLicence.get(head) ?? []), `${name}@${version}`]);
  }
  for (const [head, names] of [...byLicence].sort()) console.log(`${head}: ${names.length}: ${names.join(" ")}`);
  const trouble = licenceTrouble();
  if (trouble !== "") console.error(trouble);
  process.exitCode = trouble === "" ? 0 : 1;
}
