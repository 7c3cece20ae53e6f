// From what a person named (a context, a path, --demo) to running sources and the policies in force. The server and the command line both come through here.

import { emptyPolicy, fail, ok, resolveAssumptions, type Policy, type Result } from "@/lib/core";
import type { SourceSpec } from "@/lib/wire/serve-config";
import { startDemo } from "./demo/demo";
import { connectContext, connectInCluster, connectPlain, type Connection } from "./kubernetes/connect";
import { createKubernetesSource } from "./kubernetes/kubernetes-source";
import { keepLastGood, loadPolicyFile, watchPolicyFile, type PolicyState } from "./policy/policy-file";
import { readPolicy } from "./policy/read-policy";
import { uploadLimits } from "./snapshot/limits";
import type { ReadProgress } from "./snapshot/read-snapshot";
import { openSnapshotSource, openSnapshotStream } from "./snapshot/snapshot-source";
import type { ClusterSource, SourceError } from "./source";

type Env = Readonly<Record<string, string | undefined>>;

export type OpenOptions = {
  /** Path of the policy file, null = none; the demo brings its own where none is named. */
  readonly policyFile: string | null;
  readonly namespaces: readonly string[];
  readonly env: Env;
  /** The demo's moment is now, and it goes on; otherwise it stands still at its own moment. */
  readonly live: boolean;
  /** Hears how far the reading of a snapshot is. */
  readonly progress?: ((progress: ReadProgress) => void) | undefined;
};

/** `connection`: the way to the API server, null for files. `namespaces`: to try one by one where a list of the whole cluster is forbidden. */
export type Opened = {
  readonly source: ClusterSource;
  readonly policy: PolicyState;
  readonly format: string | null;
  readonly connection: Connection | null;
  readonly namespaces: readonly string[];
};

/** The demo's policy has no file: this is the name shown for it. */
const demoPolicyName = "demo portolan.yaml";

/** Opens one source. Errors are those of its configuration; an unreachable cluster is no error here: the source goes on trying. */
export async function openSource(spec: SourceSpec, options: OpenOptions): Promise<Result<Opened, SourceError>> {
  const loaded = loadPolicyFile(options.policyFile);
  if ("kind" in loaded) return fail(loaded);
  switch (spec.kind) {
    case "snapshot": {
      const opened = await openSnapshotSource(spec.paths, { progress: options.progress });
      return opened.ok ? ok({ ...opened.value, policy: loaded, connection: null, namespaces: [] }) : opened;
    }
    case "demo":
      return ok(await openDemo(loaded, options));
    case "inCluster":
      return ok(openLive(connectInCluster(), "inCluster", loaded, options));
    case "kubeconfig": {
      const connection = connectContext(spec.kubeconfig, spec.context, options.env);
      return connection.ok ? ok(openLive(connection.value, "kubeconfig", loaded, options)) : connection;
    }
  }
}

function openLive(connection: Connection, origin: ClusterSource["origin"], policy: PolicyState, options: OpenOptions): Opened {
  const namespaces = [...options.namespaces, ...resolveAssumptions(policy.value, connection.name).namespaces];
  return { source: createKubernetesSource({ connection, origin, namespaces }), policy, format: null, connection, namespaces };
}

/**
 * Reads a snapshot that somebody sends, within the limits for strangers' files.
 *
 * Input: `name`: the file's, as its sender calls it. `lastGood`: the policy that is in force here already, for when its file has a mistake by now.
 */
export async function openUpload(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  policyFile: string | null,
  lastGood: Policy | null,
): Promise<Result<Opened, SourceError>> {
  let policy = loadPolicyFile(policyFile);
  if ("kind" in policy) {
    if (lastGood === null) return fail(policy);
    policy = keepLastGood({ value: lastGood, file: policyFile }, policy);
  }
  const opened = await openSnapshotStream(bytes, name, { limits: uploadLimits });
  return opened.ok ? ok({ ...opened.value, policy, connection: null, namespaces: [] }) : opened;
}

/** Follows the policy file of a source. Returns: the function that ends it. */
export function followPolicy(policy: PolicyState, changed: (state: PolicyState) => void): () => void {
  return policy.file === null || policy.file === demoPolicyName ? () => undefined : watchPolicyFile(policy.file, policy, changed);
}

async function openDemo(loaded: PolicyState, options: OpenOptions): Promise<Opened> {
  const demo = await startDemo({ live: options.live, nowMs: Date.now() });
  const connection = connectPlain("demo", demo.url);
  const source = createKubernetesSource({
    connection,
    origin: "demo",
    namespaces: [],
    onStop: () => demo.stop(),
  });
  const policy = loaded.file === null ? { value: demoPolicy(demo.policyText), file: demoPolicyName, error: null, mistakes: [] } : loaded;
  return { source: options.live ? source : atMoment(source, demo.momentMs), policy, format: null, connection, namespaces: [] };
}

function demoPolicy(text: string): Policy {
  const read = readPolicy(text, demoPolicyName);
  return read.ok ? read.value : emptyPolicy;
}

/** The fixed demo was collected at its own moment, whatever the clock says: the same answers each time. */
function atMoment(source: ClusterSource, momentMs: number): ClusterSource {
  return {
    ...source,
    start: (sink, onTrouble) =>
      source.start(
        { apply: (deltas) => sink.apply(deltas.map((delta) => (delta.type === "asOf" ? { type: "asOf", asOfMs: momentMs } : delta))) },
        onTrouble,
      ),
  };
}
