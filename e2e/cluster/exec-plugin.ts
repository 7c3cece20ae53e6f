// A credential plugin of a kubeconfig that leaves a trace of each run.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const credentialsLastMs = 2000;

/** `exec`: the user's entry in a kubeconfig. `runs`: when it ran, in ms; what it prints is good for `credentialsLastMs` from then on. */
export type ExecPlugin = { readonly exec: Readonly<Record<string, unknown>>; readonly runs: () => readonly number[] };

export function writeExecPlugin(folder: string, token: string): ExecPlugin {
  const [program, runs] = [join(folder, "plugin.mjs"), join(folder, "plugin-runs")];
  writeFileSync(runs, "");
  writeFileSync(
    program,
    `import { appendFileSync } from "node:fs";
const now = Date.now();
appendFileSync(${JSON.stringify(runs)}, now + "\\n");
const status = { token: ${JSON.stringify(token)}, expirationTimestamp: new Date(now + ${String(credentialsLastMs)}).toISOString() };
console.log(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status }));
`,
  );
  return {
    exec: { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: [program], interactiveMode: "Never" },
    runs: () => readFileSync(runs, "utf8").split("\n").filter(Boolean).map(Number),
  };
}
