// Finds a Node that is new enough (22.19: what the packages need). Runs on any Node.

import { existsSync } from "node:fs";
import { join } from "node:path";

/** True when this process is new enough itself. */
export function isNewEnough(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}

/** Path of a Node that is new enough: this one, else the one that the package `node` brings; undefined when there is neither. */
export function nodeProgram(root) {
  if (isNewEnough()) return process.execPath;
  const brought = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  return existsSync(brought) ? brought : undefined;
}
