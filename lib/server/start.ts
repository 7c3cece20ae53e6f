// Starts what the process needs, once: sources, policies, live hub; and ends it on SIGTERM and SIGINT.

import "server-only";

import { followPolicy, openSource, type Opened } from "@/lib/sources/open";
import type { SourceError } from "@/lib/sources/source";
import { readServeConfig } from "./config";
import { hangFrontDoor } from "./front-door";
import { createLiveHub, type LiveHub } from "./live-hub";
import { log } from "./log";
import { startRuntime, type Runtime } from "./runtime";

const key = Symbol.for("portolan.live-hub.v1");
const shared = globalThis as { [key]?: LiveHub };
const stopMaxMs = 2000;

/** The hub of this process; undefined before the start. Shared like the runtime. */
export function getLiveHub(): LiveHub | undefined {
  return shared[key];
}

/** Returns at once; sources open and sync in the background. A source that cannot be opened ends the process with code 2 and one line. */
export function startServer(): void {
  refuseOtherAddress();
  // Next has put there where it listens.
  hangFrontDoor(Number(process.env["PORT"]));
  const stops: (() => unknown)[] = [];
  const stop = (): void => {
    // Next would wait for open streams, which never end by themselves: they are closed here, and the process ends itself.
    shared[key]?.close();
    const limit = new Promise((resolve) => setTimeout(resolve, stopMaxMs));
    void Promise.race([Promise.allSettled(stops.map((each) => each())), limit]).finally(() => process.exit(0));
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
  // A parent that was killed cannot hand on a signal; a server that outlived it would hold the port.
  if (process.env["PORTOLAN_TIED_TO_STDIN"] === "1") process.stdin.once("close", stop).resume();
  void open(stops);
  if (process.env["NODE_ENV"] === "development")
    log.warn("edits to lib/sources or instrumentation need a restart of the development server");
}

async function open(stops: (() => unknown)[]): Promise<void> {
  const config = readServeConfig();
  const options = { policyFile: config.policy, namespaces: config.namespaces, env: process.env, live: true };
  const results = await Promise.all(config.sources.map((spec) => openSource(spec, options)));
  const opened: Opened[] = [];
  for (const result of results) {
    if (result.ok) opened.push(result.value);
    else giveUp(result.error);
  }
  const runtime = startRuntime({
    sources: opened.map(({ source }) => source),
    policies: new Map(opened.map(({ source, policy }) => [source.cluster, policy])),
    formats: new Map(opened.map(({ source, format }) => [source.cluster, format])),
  });
  shared[key] = createLiveHub(runtime);
  stops.push(() => runtime.stop(), ...opened.map((each) => follow(runtime, each)));
}

/** Keeps a cluster's policy up to date with its file. Returns: the function that ends it. */
export function follow(runtime: Runtime, { source, policy }: Pick<Opened, "source" | "policy">): () => void {
  return followPolicy(policy, (state) => {
    if (state.error !== null) log.warn({ cluster: source.cluster, error: state.error }, "policy not taken");
    runtime.setPolicy(source.cluster, state);
  });
}

/** Next's own entry listens on every address unless it is told otherwise; what `portolan serve` refuses must not be had by passing it over. */
function refuseOtherAddress(): void {
  const bound = process.env["HOSTNAME"] ?? "0.0.0.0";
  if (process.env["NODE_ENV"] === "production" && bound !== readServeConfig().host)
    giveUp({ what: "the server is to listen on an address that nobody allowed", where: bound, todo: "start it with portolan serve" });
}

function giveUp({ what, where, todo }: Pick<SourceError, "what" | "where" | "todo">): void {
  process.stderr.write(`portolan: ${what}: ${where}: ${todo}\n`);
  process.exit(2);
}
