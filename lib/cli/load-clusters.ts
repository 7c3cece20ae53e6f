// Reads the clusters that the flags name, once: start, wait until synced, take the snapshot, stop.

import {
  buildAllocations,
  createClusterIndex,
  joinFindings,
  requiredKinds,
  runRules,
  type Allocation,
  type Context,
  type Evaluation,
  type Snapshot,
} from "@/lib/core";
import { defaultSource } from "@/lib/sources/kubernetes/find-cluster";
import type { Opened } from "@/lib/sources/open";
import { findPolicyFile } from "@/lib/sources/policy/policy-file";
import type { ReadProgress } from "@/lib/sources/snapshot/read-snapshot";
import type { SourceError } from "@/lib/sources/source";
import { encodeRecognition } from "@/lib/wire/encode-recognition";
import type { SourceSpec } from "@/lib/wire/serve-config";
import type { Flags } from "./flags";
import { describeRecognition } from "./print/recognition";
import { commandError, complain, fromSourceError } from "./terminal";

/** One cluster, read and judged. */
export type Loaded = {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly context: Context;
  readonly evaluation: Evaluation;
  readonly allocations: readonly Allocation[];
};

/** The sources that the flags name; throws a CommandError when they do not go together or name none. */
export function sourcesOf(flags: Flags, several: boolean): readonly SourceSpec[] {
  const contexts = flags.all("context");
  const paths = flags.all("snapshot");
  const chosen = [
    flags.has("demo") ? "--demo" : "",
    paths.length > 0 ? "--snapshot" : "",
    contexts.length > 0 || flags.has("kubeconfig") ? "--context" : "",
  ].filter((each) => each !== "");
  if (chosen.length > 1 && !(several && chosen.every((each) => each !== "--demo")))
    throw commandError("two sources are named", chosen.join(" and "), "name one");
  if (contexts.length > 1 && !several)
    throw commandError("--context is given twice", contexts.join(", "), "this command reads one cluster");
  const kubeconfig = flags.text("kubeconfig");
  const specs: readonly SourceSpec[] = [
    ...(flags.has("demo") ? [{ kind: "demo" } satisfies SourceSpec] : []),
    ...(paths.length > 0 ? [{ kind: "snapshot", paths: [...paths] } satisfies SourceSpec] : []),
    ...contexts.map((context): SourceSpec => ({ kind: "kubeconfig", context, kubeconfig })),
  ];
  if (specs.length > 0) return specs;
  const usual = defaultSource(kubeconfig, process.env);
  if (usual === null)
    throw commandError(
      "no cluster",
      "there is no kubeconfig, and this is no pod",
      "name one with --context or --kubeconfig, or try --demo or --snapshot PATH",
    );
  return [usual];
}

/** The policy file that applies; --demo brings its own unless --policy names one. */
export function policyFileOf(flags: Flags): string | null {
  const named = flags.text("policy");
  return flags.has("demo") && named === null ? null : findPolicyFile(named, process.env, process.cwd());
}

/** Reads every cluster; throws a CommandError when one cannot be read at all. */
export async function loadClusters(flags: Flags, several: boolean): Promise<readonly Loaded[]> {
  // `serve` stays and only needs the flags: the Kubernetes client is loaded when a cluster is read here.
  const { openSource } = await import("@/lib/sources/open");
  const policyFile = policyFileOf(flags);
  const loaded: Loaded[] = [];
  for (const spec of sourcesOf(flags, several)) {
    const progress = process.stderr.isTTY && !flags.has("quiet") ? startReadProgress() : null;
    const opened = await openSource(spec, {
      policyFile,
      namespaces: flags.all("namespace"),
      env: process.env,
      live: false,
      progress: progress?.show,
    });
    progress?.end();
    if (!opened.ok) throw fromSourceError(opened.error);
    const { policy, source, format } = opened.value;
    if (!flags.has("quiet") && policy.file !== null && source.origin !== "demo") complain(`policy: ${policy.file}`);
    const cluster = await load(opened.value, flags);
    if (!flags.has("quiet") && format !== null)
      complain(`snapshot: ${describeRecognition(encodeRecognition(format, cluster.snapshot, cluster.evaluation))}`);
    loaded.push(cluster);
  }
  return loaded;
}

async function load(opened: Opened, flags: Flags): Promise<Loaded> {
  const { loaded, error } = await readCluster(opened, flags);
  if (error !== null) throw fromSourceError(error);
  if (readsNothing(loaded)) {
    throw commandError(
      "no permission for any required kind",
      loaded.name,
      `grant get, list and watch on ${requiredKinds.join(", ")}: ${loaded.snapshot.kinds.nodes.message ?? "forbidden"}`,
    );
  }
  return loaded;
}

/** None of the required kinds may be read. */
export function readsNothing({ snapshot }: Loaded): boolean {
  return requiredKinds.every((kind) => snapshot.kinds[kind].state === "forbidden");
}

/** Reads what can be had. `error`: the first trouble; it ended the reading, since a one-time read does not wait for a cluster that cannot be reached. */
export async function readCluster(
  { source, policy }: Opened,
  flags: Flags,
): Promise<{ readonly loaded: Loaded; readonly error: SourceError | null }> {
  const index = createClusterIndex(source.cluster);
  const progress = process.stderr.isTTY && !flags.has("quiet") ? startProgress(index) : () => undefined;
  let fail: (error: SourceError) => void = () => undefined;
  const trouble = new Promise<{ readonly ok: false; readonly error: SourceError }>((resolve) => {
    fail = (error) => {
      resolve({ ok: false, error });
    };
  });
  const handle = source.start(
    {
      apply: (deltas) => {
        index.apply(deltas);
      },
    },
    (error) => {
      if (error !== null) fail(error);
    },
  );
  const result = await Promise.race([handle.synced, trouble]);
  const snapshot = index.snapshot();
  await handle.stop();
  progress();
  const nowMs = source.origin === "snapshot" || source.origin === "demo" ? (snapshot.asOfMs ?? Date.now()) : Date.now();
  const context: Context = { policy: policy.value, nowMs };
  const evaluation = runRules(snapshot, context);
  const allocations = joinFindings(buildAllocations(snapshot, context), evaluation);
  return { loaded: { name: source.cluster, snapshot, context, evaluation, allocations }, error: result.ok ? null : result.error };
}

function startProgress(index: ReturnType<typeof createClusterIndex>): () => void {
  const timer = setInterval(() => {
    const { pods, services, nodes } = index.snapshot();
    process.stderr.write(`\rreading: ${String(nodes.size)} nodes, ${String(services.size)} services, ${String(pods.size)} pods`);
  }, 500);
  return () => {
    clearInterval(timer);
    process.stderr.write("\r\u001b[K");
  };
}

/** A line that says how far a snapshot is read, at most a few times a second. */
function startReadProgress(): { readonly show: (progress: ReadProgress) => void; readonly end: () => void } {
  let shownAtMs = 0;
  return {
    show: ({ bytes, bytesTotal, objects }) => {
      const nowMs = performance.now();
      if (nowMs - shownAtMs < 200) return;
      shownAtMs = nowMs;
      const size = (count: number): string => (count / 2 ** 20).toFixed(0);
      process.stderr.write(
        `\rreading: ${size(bytes)}${bytesTotal === null ? "" : ` of ${size(bytesTotal)}`} MiB, ${objects.toLocaleString("en")} objects kept\u001b[K`,
      );
    },
    end: () => {
      if (shownAtMs > 0) process.stderr.write("\r\u001b[K");
    },
  };
}

/** Whether anything that was asked about could not be judged: with --strict that is exit code 1. */
export function hasGaps({ snapshot, evaluation }: Loaded): boolean {
  return (
    evaluation.notEvaluated.length > 0 ||
    requiredKinds.some((kind) => {
      const { state, forbiddenNamespaces } = snapshot.kinds[kind];
      return state === "forbidden" || state === "notCollected" || forbiddenNamespaces.length > 0;
    })
  );
}

/** Says on standard error which kinds and namespaces could not be read, and how many objects were odd. */
export function complainOfGaps(loaded: readonly Loaded[], flags: Flags): void {
  if (flags.has("quiet")) return;
  for (const { name, snapshot } of loaded) {
    const count = snapshot.warnings.length;
    if (count > 0) complain(`${name}: ${String(count)} ${count === 1 ? "warning" : "warnings"} about odd objects: list -o json names them`);
    for (const kind of requiredKinds) {
      const { state, forbiddenNamespaces, message } = snapshot.kinds[kind];
      if (state === "forbidden")
        complain(`${name}: ${kind} are forbidden: what needs them is unknown${message === null ? "" : ` (${message})`}`);
      else if (state === "notCollected")
        complain(`${name}: ${kind} were not collected: what needs them is unknown${message === null ? "" : ` (${message})`}`);
      else if (forbiddenNamespaces.length > 0)
        complain(`${name}: ${kind} of ${forbiddenNamespaces.join(", ")} are forbidden: what needs them is unknown`);
    }
  }
}
