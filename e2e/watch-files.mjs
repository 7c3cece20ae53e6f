// Loaded before a program (node --import): every path that it hands to the file system is written to the file that WATCH_FILES_LOG names.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const log = fs.openSync(process.env.WATCH_FILES_LOG, "a");
const names = [
  "access",
  "createReadStream",
  "exists",
  "lstat",
  "open",
  "opendir",
  "readFile",
  "readdir",
  "readlink",
  "realpath",
  "stat",
  "statfs",
  "watch",
  "writeFile",
];

for (const [holder, all] of [
  [fs, [...names, ...names.map((name) => `${name}Sync`)]],
  [fs.promises, names],
]) {
  for (const name of all) {
    const original = holder[name];
    if (typeof original !== "function") continue;
    holder[name] = Object.assign(function (path, ...rest) {
      if (typeof path === "string" || path instanceof URL) fs.writeSync(log, `${path}\n`);
      return original.call(this, path, ...rest);
    }, original);
  }
}
syncBuiltinESMExports();
