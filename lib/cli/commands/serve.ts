import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultSource } from "@/lib/sources/kubernetes/find-cluster";
import type { ServeConfig, SourceSpec } from "@/lib/wire/serve-config";
import type { Command } from "../command";
import { helpFlag, sourceFlags } from "../common-flags";
import type { Flags } from "../flags";
import { policyFileOf, sourcesOf } from "../load-clusters";
import { commandError, complain, print, refuseWords, type ExitCode } from "../terminal";
import { version } from "../version";

const usualPort = 3000;
const healthTimeoutMs = 60_000;

export const serve: Command = {
  usage: "serve [--port 3000] [--host 127.0.0.1] [--allow-host NAME] [--open]",
  about: "the dashboard in the browser",
  formats: [],
  flags: [
    ...sourceFlags,
    { name: "port", value: "PORT", env: "PORTOLAN_LISTEN_PORT", about: "the port to listen on; without it 3000 or the next free one" },
    { name: "host", value: "ADDRESS", about: "the address to listen on; beyond loopback only with --allow-unauthenticated" },
    { name: "allow-host", value: "NAME", many: true, about: "another host name that browsers may use" },
    { name: "allow-unauthenticated", value: null, about: "the network is trusted: whoever reaches the port may look" },
    { name: "open", value: null, about: "open the browser" },
    { name: "quiet", value: null, about: "no remarks on standard error" },
    helpFlag,
  ],
  async run(flags, words) {
    refuseWords(words, "serve");
    const host = flags.text("host") ?? "127.0.0.1";
    if (!isLoopback(host) && !flags.has("allow-unauthenticated")) {
      throw commandError(
        "--host goes beyond this machine, and the dashboard asks nobody for a password",
        host,
        "put a proxy with authentication in front of loopback, or say --allow-unauthenticated when the network is trusted",
      );
    }
    const server = join(dirname(fileURLToPath(import.meta.url)), "..", ".next", "standalone", "server.js");
    if (!existsSync(server)) throw commandError("the dashboard is not built", ".next/standalone/server.js", "run npm run build");
    const sources = sourcesToServe(flags);
    const port = await choosePort(flags, host);
    const config: ServeConfig = {
      sources: [...sources],
      policy: policyFileOf(flags),
      namespaces: [...flags.all("namespace")],
      host,
      allowHosts: [...flags.all("allow-host")],
      version,
    };
    return runServer(server, config, port, flags);
  },
};

/** The bare command falls back to the demo cluster, and says so. */
function sourcesToServe(flags: Flags): readonly SourceSpec[] {
  const named = flags.has("demo") || flags.all("snapshot").length > 0 || flags.all("context").length > 0 || flags.has("kubeconfig");
  if (named) return sourcesOf(flags, true);
  const usual = defaultSource(null, process.env);
  if (usual !== null) return [usual];
  complain("no kubeconfig and no service account: showing the demo cluster");
  return [{ kind: "demo" }];
}

async function choosePort(flags: Flags, host: string): Promise<number> {
  const text = flags.text("port");
  if (text !== null) {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw commandError("--port wants a number from 1 to 65535", text, "see --help");
    if (!(await isFree(port, host))) throw commandError("the port is taken", `${host}:${text}`, "name another one, or leave --port out");
    return port;
  }
  for (let port = usualPort; port < usualPort + 100; port += 1) {
    if (!(await isFree(port, host))) continue;
    if (port !== usualPort) complain(`port ${String(usualPort)} is taken: using ${String(port)}`);
    return port;
  }
  throw commandError("no free port", `${String(usualPort)}-${String(usualPort + 99)}`, "name one with --port");
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => {
      resolve(false);
    });
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Runs the built server as a child: its own banner is kept back, signals are handed on, and its exit code is ours. */
async function runServer(server: string, config: ServeConfig, port: number, flags: Flags): Promise<ExitCode> {
  const child = spawn(process.execPath, [server], {
    cwd: dirname(server),
    // Nothing is ever written to its input: that it closes tells the server that this process is gone, however it went.
    stdio: ["pipe", "ignore", "pipe"],
    env: {
      ...process.env,
      NODE_ENV: "production",
      PORT: String(port),
      HOSTNAME: config.host,
      NEXT_MANUAL_SIG_HANDLE: "true",
      NEXT_TELEMETRY_DISABLED: "1",
      PORTOLAN_TIED_TO_STDIN: "1",
      PORTOLAN_SERVE: JSON.stringify(absolute(config)),
    },
  });
  child.stderr.pipe(process.stderr);
  const exit = new Promise<ExitCode>((resolve) => {
    child.once("exit", (code) => {
      resolve(code === 0 ? 0 : 2);
    });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => child.kill(signal === "SIGHUP" ? "SIGTERM" : signal));
  const url = `http://${config.host.includes(":") ? `[${config.host}]` : config.host === "0.0.0.0" ? "127.0.0.1" : config.host}:${String(port)}`;
  const up = await Promise.race([waitForHealth(url), exit]);
  if (up === true) {
    if (!flags.has("quiet") && config.policy !== null) complain(`policy: ${config.policy}`);
    await print(`${url}\n`);
    if (flags.has("open")) openBrowser(url);
  } else if (up === false) {
    child.kill("SIGTERM");
    throw commandError("the dashboard did not start", url, "see the lines above");
  }
  return exit;
}

/** Paths of the command line are relative to where it was called; the server runs elsewhere. */
function absolute(config: ServeConfig): ServeConfig {
  const full = (path: string): string => join(process.cwd(), path);
  const resolve = (path: string): string => (path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path) ? path : full(path));
  return {
    ...config,
    policy: config.policy === null ? null : resolve(config.policy),
    sources: config.sources.map((source) => {
      if (source.kind === "snapshot") return { ...source, paths: source.paths.map(resolve) };
      return source.kind === "kubeconfig" && source.kubeconfig !== null ? { ...source, kubeconfig: resolve(source.kubeconfig) } : source;
    }),
  };
}

async function waitForHealth(url: string): Promise<boolean> {
  const until = Date.now() + healthTimeoutMs;
  while (Date.now() < until) {
    const up = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function openBrowser(url: string): void {
  const program = process.platform === "darwin" ? "open" : process.platform === "win32" ? "explorer" : "xdg-open";
  spawn(program, [url], { stdio: "ignore", detached: true })
    .on("error", () => complain(`no browser to open: ${url}`))
    .unref();
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
