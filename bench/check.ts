// What a check of 500 objects costs on a made-up cluster of 3,000 pods: read, applied, judged before and after, traced. And how much of that is the cluster's
// size: the same on 15,000 pods. Part of `npm run bench`.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkManifest, emptyPolicy, runRules, type Context, type Snapshot } from "@/lib/core";
import { readManifest } from "@/lib/sources/manifest/read-manifest";
import { writeSnapshot } from "@/lib/sources/snapshot/write-snapshot";
import { encodeCheck } from "@/lib/wire/encode-check";
import { buildMadeUp, median, timed } from "./made-up-cluster";

const context: Context = { policy: emptyPolicy, nowMs: Date.UTC(2026, 4, 12, 14, 43) };
const rounds = 5;
const sizes = [
  { pods: 3_000, nodes: 100, services: 300 },
  { pods: 15_000, nodes: 500, services: 1_500 },
];

/** Prints ms of each step: the first one in this process (cold), then the median; and the ratio of the two clusters. */
export function benchCheck(): void {
  const text = writeManifest(250);
  const totals: number[] = [];
  for (const size of sizes) {
    const { snapshot } = buildMadeUp(size);
    const runs = Array.from({ length: rounds }, () => runOnce(snapshot, text));
    const [first] = runs;
    const steps = ["read", "before", "check", "encode"] as const;
    const say = (ms: Record<(typeof steps)[number], number>): string => steps.map((step) => `${step} ${ms[step].toFixed(0)}`).join(", ");
    const middle = Object.fromEntries(steps.map((step) => [step, median(runs.map((run) => run[step]))])) as Record<
      (typeof steps)[number],
      number
    >;
    const total = median(runs.map((run) => steps.reduce((sum, step) => sum + run[step], 0)));
    totals.push(total);
    console.log(
      `check of 500 objects (${(text.length / 2 ** 20).toFixed(2)} MiB) against ${size.pods.toLocaleString("en")} pods: ${total.toFixed(0)} ms ` +
        `(median of ${String(rounds)}: ${say(middle)}; the first: ${first === undefined ? "" : say(first)}); ${first?.found ?? ""}`,
    );
  }
  benchProcess(text);
  console.log(`five times the cluster costs ${((totals[1] ?? 0) / (totals[0] ?? 1)).toFixed(1)} times as much`);
}

/** The whole command from a snapshot file, as a pipeline runs it: start, read, check, print. */
function benchProcess(text: string): void {
  const folder = mkdtempSync(join(tmpdir(), "portolan-bench-"));
  const [small] = sizes;
  if (small === undefined) return;
  execFileSync(process.execPath, ["scripts/bundle-cli.mjs", join(folder, "dist")]);
  writeSnapshot(buildMadeUp(small).snapshot, join(folder, "cluster.json"));
  writeFileSync(join(folder, "m.yaml"), text);
  const command = [
    join(folder, "dist/cli.mjs"),
    "check",
    "-f",
    join(folder, "m.yaml"),
    "--snapshot",
    join(folder, "cluster.json"),
    "-o",
    "json",
    "--quiet",
  ];
  const times = Array.from({ length: rounds }, () =>
    timed(() => {
      const { status, stderr } = spawnSync(process.execPath, command, { encoding: "utf8", maxBuffer: 256 << 20 });
      if (status !== 1) throw new Error(`portolan check ended with ${String(status)}: ${stderr}`);
    }),
  );
  console.log(
    `the command, from its start to its end: ${median(times).toFixed(0)} ms (median of ${String(rounds)}: ${times.map((each) => each.toFixed(0)).join(", ")})`,
  );
  rmSync(folder, { recursive: true });
}

function runOnce(snapshot: Snapshot, text: string) {
  let read = readManifest([], "default");
  const ms = { read: 0, before: 0, check: 0, encode: 0 };
  ms.read = timed(() => (read = readManifest([{ file: "m.yaml", text }], "default")));
  let before = runRules(snapshot, context);
  ms.before = timed(() => (before = runRules(snapshot, context)));
  let result = checkManifest(snapshot, context, { objects: [] }, before);
  ms.check = timed(() => (result = checkManifest(snapshot, context, read.manifest, before)));
  ms.encode = timed(() => JSON.stringify(encodeCheck(result, read, "bench", "critical")));
  return {
    ...ms,
    found: `${String(result.introduced.length)} introduced, ${String(result.routes.length)} routes, ${String(read.errors.length)} mistakes`,
  };
}

/** So many Deployments, each with its Service; every tenth with a host port, every twentieth on a number that the one before has. */
function writeManifest(apps: number): string {
  return Array.from({ length: apps }, (_, place) => {
    const name = `bench-${String(place)}`;
    const nodePort = 30_100 + (place % 20 === 19 ? place - 1 : place);
    const hostPort = place % 10 === 0 ? `\n              hostPort: ${String(9_000 + place)}` : "";
    return `---
# Source: bench/templates/${name}.yaml
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: bench
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/managed-by: Helm
spec:
  type: NodePort
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
      nodePort: ${String(nodePort)}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: bench
  labels:
    app.kubernetes.io/name: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      containers:
        - name: main
          image: registry.example.com/${name}:1.0.0
          env:
            - name: LEVEL
              value: info
          ports:
            - name: http
              containerPort: 8080${hostPort}
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
`;
  }).join("");
}
