// Finds a cluster and its credentials, and opens requests to its API server. Credentials never leave this file: callers get responses, and errors
// that name the server. kubeconfig and authentication (certificates, tokens, token files, exec plugins, proxies) are @kubernetes/client-node's.

import { KubeConfig, type Cluster } from "@kubernetes/client-node";
import { readFileSync, statSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { homedir } from "node:os";
import { isIP, type Socket } from "node:net";
import { delimiter, dirname, join, resolve as resolvePath } from "node:path";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { parse } from "yaml";
import { fail, ok, type Result } from "@/lib/core";
import type { SourceError } from "../source";
import { kubeconfigFiles, serviceAccountFolder } from "./find-cluster";
import { preparePlugins } from "./plugin";
import { asObject, asObjects, asText, type Raw } from "./slim/read";
import { openTunnel, proxyOf } from "./tunnel";

/** A response whose body is read as it comes. */
export type ApiResponse = {
  readonly status: number;
  readonly retryAfterMs: number | null;
  readonly contentType: string;
  readonly body: AsyncIterable<Buffer>;
};

/**
 * A way to one API server. `name`: the cluster's name for people; `namespace`: the context's own, null when it names none.
 * `server`: its address now; a kubeconfig that is rewritten may name another one, whose versions say nothing about those of the one before.
 * `get` answers every HTTP status; it fails only when there is no response (within `answerMaxMs`). Credentials that were refused (401) are read anew
 * for the next request.
 */
export type Connection = {
  readonly name: string;
  readonly namespace: string | null;
  readonly server: () => string;
  get(path: string, signal: AbortSignal, answerMaxMs?: number): Promise<Result<ApiResponse, SourceError>>;
};

type Env = Readonly<Record<string, string | undefined>>;

const answerMaxDefaultMs = 30_000;

/** A plain API server without TLS or credentials: the demo's. */
export function connectPlain(name: string, server: string): Connection {
  return {
    name,
    namespace: null,
    server: () => server,
    get: (path, signal, answerMaxMs = answerMaxDefaultMs) => send(new URL(path, server), {}, signal, answerMaxMs),
  };
}

/** The service account of this pod; its token is read anew as it rotates. */
export function connectInCluster(): Connection {
  // The API server of this very cluster is never behind a proxy.
  return connectWith("in-cluster", {}, () => {
    const config = new KubeConfig();
    config.loadFromCluster();
    return { config, tokenFile: join(serviceAccountFolder, "token"), files: [] };
  });
}

/**
 * A context of a kubeconfig.
 *
 * Returns: the connection, or an error that names the file and, for an unknown context, those that there are.
 */
export function connectContext(named: string | null, context: string | null, env: Env): Result<Connection, SourceError> {
  const files = kubeconfigFiles(named, env);
  const where = files.join(delimiter);
  if (files.length === 0) {
    return fail({
      kind: "no-cluster",
      what: "no kubeconfig",
      where: env["KUBECONFIG"] ?? join(homedir(), ".kube", "config"),
      todo: "name one with --kubeconfig, or try --demo or --snapshot PATH",
      retryable: false,
    });
  }
  let config: KubeConfig;
  try {
    config = loadConfig(files);
  } catch (cause) {
    const todo = isMissing(cause)
      ? "there is no such file: check --kubeconfig and KUBECONFIG"
      : cause instanceof TypeError
        ? "an entry of its clusters, users or contexts is empty"
        : firstLine(cause);
    return fail({ kind: "bad-kubeconfig", what: "the kubeconfig cannot be read", where, todo, retryable: false, cause });
  }
  const wanted = context ?? currentContext(config);
  const contexts = config.getContexts().map(({ name }) => name);
  if (wanted === "") {
    return fail({
      kind: "no-cluster",
      what: "the kubeconfig has no current context",
      where,
      todo: `choose one with --context: ${contexts.join(", ") || "it names none"}`,
      retryable: false,
    });
  }
  const chosen = config.getContextObject(wanted);
  if (chosen === null) {
    return fail({
      kind: "bad-kubeconfig",
      what: `there is no context ${JSON.stringify(wanted)}`,
      where,
      todo: `known contexts: ${contexts.join(", ") || "none"}`,
      retryable: false,
    });
  }
  const cluster = config.getCluster(chosen.cluster);
  if (cluster === null) {
    return fail({
      kind: "bad-kubeconfig",
      what: `the context ${JSON.stringify(wanted)} names no known cluster`,
      where,
      todo: `add the cluster ${JSON.stringify(chosen.cluster)} to the kubeconfig`,
      retryable: false,
    });
  }
  const mistake = mistakeIn(cluster);
  if (mistake !== null) {
    const what = `the ${mistake.field} of the cluster ${JSON.stringify(chosen.cluster)} is no address`;
    return fail({ kind: "bad-kubeconfig", what, where, todo: `write it as ${mistake.form}`, retryable: false });
  }
  return ok(
    connectWith(wanted, env, () => {
      const fresh = loadConfig(files);
      fresh.setCurrentContext(wanted);
      const user = describeUser(fresh, files);
      preparePlugins(fresh, user?.folder ?? ".");
      // Of a kubeconfig that is rewritten with an address that is none the one before stays in force.
      const now = fresh.getCurrentCluster();
      if (now === null || mistakeIn(now) !== null) throw new Error("it leads nowhere");
      return { config: fresh, tokenFile: tokenFileOf(user), files };
    }),
  );
}

function addressOf(config: KubeConfig): string {
  return config.getCurrentCluster()?.server ?? "";
}

/** An address of a cluster that none can be reached at; null when there is none. */
function mistakeIn({ server, proxyUrl }: Cluster): { readonly field: string; readonly form: string } | null {
  const begins = (address: string, schemes: RegExp): boolean => schemes.test(URL.parse(address)?.protocol ?? "");
  if (!begins(server, /^https?:$/)) return { field: "server", form: "https://HOST:PORT" };
  if (proxyUrl !== undefined && !begins(proxyUrl, /^(https?|socks[45]?[ah]?):$/)) return { field: "proxy-url", form: "http://HOST:PORT" };
  return null;
}

/** An address may carry a password, which is for the server alone. */
function withoutUser(server: string): string {
  return server.replace(/^(https?:\/\/)[^/?#]*@/i, "$1");
}

/** "" where the file names none; the library leaves it undefined then. */
function currentContext(config: KubeConfig): string {
  const name: string | undefined = config.getCurrentContext();
  return typeof name === "string" ? name : "";
}

function loadConfig(files: readonly string[]): KubeConfig {
  const [first, ...rest] = files;
  const config = new KubeConfig();
  if (first !== undefined) config.loadFromFile(first);
  for (const file of rest) {
    const other = new KubeConfig();
    other.loadFromFile(file);
    config.mergeConfig(other, true);
  }
  return config;
}

type Described = { readonly folder: string; readonly user: Raw };

/** The user in force as a file has it, and the folder that its paths start from. As everywhere in a kubeconfig, the first file that has the user counts. */
function describeUser(config: KubeConfig, files: readonly string[]): Described | null {
  const name = config.getCurrentUser()?.name;
  for (const file of files) {
    const users = asObjects(asObject(parse(readFileSync(file, "utf8"), { logLevel: "error" }))["users"]);
    const found = users.find((each) => each["name"] === name);
    if (found !== undefined) return { folder: dirname(resolvePath(file)), user: asObject(found["user"]) };
  }
  return null;
}

/** Null when it names none; @kubernetes/client-node passes the key over. */
function tokenFileOf(described: Described | null): string | null {
  const tokenFile = asText(described?.user["tokenFile"]);
  return described === null || tokenFile === "" ? null : resolvePath(described.folder, tokenFile);
}

/** What a kubeconfig says now. `files`: those whose change makes it another one. */
type Loaded = { readonly config: KubeConfig; readonly tokenFile: string | null; readonly files: readonly string[] };

function connectWith(name: string, env: Env, load: () => Loaded): Connection {
  const read = (): Loaded & { readonly stamp: string } => {
    const loaded = load();
    const { caFile } = loaded.config.getCurrentCluster() ?? {};
    const { certFile, keyFile } = loaded.config.getCurrentUser() ?? {};
    // Certificates are renewed in place.
    const files = [...loaded.files, ...[caFile, certFile, keyFile].filter((file) => typeof file === "string")];
    return { ...loaded, files, stamp: stampOf(files) };
  };
  let current = read();
  const server = (): string => withoutUser(addressOf(current.config));
  const reload = (): void => {
    try {
      current = read();
    } catch {
      // A kubeconfig that is being rewritten: the old credentials stay until it can be read.
    }
  };
  const authorize = async (): Promise<https.RequestOptions> => {
    if (stampOf(current.files) !== current.stamp) reload();
    const { config, tokenFile } = current;
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    // The library keeps one agent, with the certificates of its first request, for as long as it lives; only a SOCKS proxy needs it.
    if (!isSocks(config)) options.agent = false;
    if (tokenFile === null) return options;
    const token = readFileSync(tokenFile, "utf8").trim();
    return { ...options, headers: { ...(options.headers as http.OutgoingHttpHeaders | undefined), Authorization: `Bearer ${token}` } };
  };
  const authorizeAnew = async (): Promise<https.RequestOptions> => {
    try {
      return await authorize();
    } catch (cause) {
      // The library keeps whatever JSON a plugin printed, also what is no credential: forgotten, so that it runs again.
      reload();
      throw cause;
    }
  };
  let pending: Promise<https.RequestOptions> | null = null;
  return {
    name,
    namespace: current.config.getContextObject(current.config.getCurrentContext())?.namespace ?? null,
    server,
    get: async (path, signal, answerMaxMs = answerMaxDefaultMs) => {
      const target = (): URL => new URL(addressOf(current.config).replace(/\/$/, "") + path);
      // Credentials never go over the wire in clear: a plain server (kubectl proxy) is asked without them.
      if (target().protocol === "http:") {
        if (stampOf(current.files) !== current.stamp) reload();
        if (target().protocol === "http:") return send(target(), {}, signal, answerMaxMs);
      }
      let options: https.RequestOptions | null;
      try {
        // An exec plugin, which may open a browser, runs once and its credentials serve all who wait.
        pending ??= authorizeAnew().finally(() => {
          pending = null;
        });
        options = await within(pending, signal, answerMaxMs);
      } catch (cause) {
        return fail(noCredentials(server(), explainCredentials(cause, pluginOf(current.config))));
      }
      if (options === null)
        return fail(noCredentials(server(), `the credential plugin has not answered within ${String(Math.ceil(answerMaxMs / 1000))} s`));
      const used = current;
      const response = await sendThrough(httpProxyOf(used.config, env), target(), options, signal, answerMaxMs);
      // Only by the first of those whose requests were refused with the same credentials.
      if (response.ok && response.value.status === 401 && used === current) reload();
      return response;
    },
  };
}

/** What a promise comes to, null when it is not waited for any longer: after so long, or after the signal. It goes on by itself. */
function within<T>(promise: Promise<T>, signal: AbortSignal, maxMs: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      resolve(null);
    };
    const timer = setTimeout(giveUp, maxMs);
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    });
  });
}

function noCredentials(where: string, todo: string): SourceError {
  return { kind: "unauthorized", what: "the credentials cannot be had", where, todo, retryable: true };
}

/** The command that gives the credentials, "" where the kubeconfig holds them. */
function pluginOf(config: KubeConfig): string {
  return asText(asObject(config.getCurrentUser()?.exec)["command"]);
}

/** A JSON error quotes what it could not read, and the library's error is what the plugin said on its way out: either may be a token. */
function explainCredentials(cause: unknown, plugin: string): string {
  if (cause instanceof SyntaxError)
    return plugin === "" ? "the kubeconfig holds no more than a part of them" : "the output of the credential plugin is no JSON";
  // Errors of the system (no such file, not executable) have a code.
  const isOfSystem = cause instanceof Error && "code" in cause;
  return plugin === "" || isOfSystem ? firstLine(cause) : `${plugin} failed, or printed no credential: run it by hand`;
}

function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      try {
        const { mtimeMs, size } = statSync(file);
        return `${String(mtimeMs)} ${String(size)}`;
      } catch {
        return "missing";
      }
    })
    .join("\n");
}

/** A kubeconfig's own proxy counts before that of the environment. */
function httpProxyOf(config: KubeConfig, env: Env): URL | null {
  const named = config.getCurrentCluster()?.proxyUrl;
  if (named === undefined) return proxyOf(new URL(addressOf(config)), env);
  return isSocks(config) ? null : URL.parse(named);
}

function isSocks(config: KubeConfig): boolean {
  return config.getCurrentCluster()?.proxyUrl?.startsWith("socks") === true;
}

async function sendThrough(
  proxy: URL | null,
  url: URL,
  options: https.RequestOptions,
  signal: AbortSignal,
  answerMaxMs: number,
): Promise<Result<ApiResponse, SourceError>> {
  if (proxy === null) return send(url, options, signal, answerMaxMs);
  const tunnel = await openTunnel(proxy, url, signal, answerMaxMs);
  if (!tunnel.ok) return tunnel;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const servername = options.servername ?? (isIP(host) === 0 ? host : "");
  let socket: Socket;
  try {
    socket = connectTls({ ...(options as ConnectionOptions), socket: tunnel.value, host, servername });
  } catch (cause) {
    tunnel.value.destroy();
    return fail(noCredentials(url.origin, explainUnusable(cause)));
  }
  // Told by the request, unless that has ended before it could listen.
  socket.on("error", () => undefined);
  const response = await send(url, { ...options, agent: undefined, createConnection: () => socket }, signal, answerMaxMs);
  if (!response.ok) socket.destroy();
  return response;
}

function send(
  url: URL,
  options: https.RequestOptions,
  signal: AbortSignal,
  answerMaxMs: number,
): Promise<Result<ApiResponse, SourceError>> {
  return new Promise((resolve) => {
    const client = url.protocol === "http:" ? http : https;
    const headers = { accept: "application/json", "user-agent": "portolan", ...(options.headers as http.OutgoingHttpHeaders | undefined) };
    let request: http.ClientRequest;
    try {
      // A connection of its own each time: a watch keeps it anyway, names are looked up anew, and none that died meanwhile is used again.
      request = client.request(url, { agent: false, ...options, method: "GET", headers, signal }, (response) => {
        settled();
        response.socket.setKeepAlive(true, 15_000);
        resolve(
          ok({
            status: response.statusCode ?? 0,
            retryAfterMs: readRetryAfter(response.headers["retry-after"]),
            contentType: response.headers["content-type"] ?? "",
            body: response as AsyncIterable<Buffer>,
          }),
        );
      });
    } catch (cause) {
      // A token with a line break, a certificate that is none: what was read cannot be sent.
      resolve(fail(noCredentials(url.origin, explainUnusable(cause))));
      return;
    }
    // From the start, since a socket's own time-out begins only once it is connected. A watch then lives by the reflector's deadlines.
    const timer = setTimeout(() => {
      request.destroy();
      end(new Error(`no answer within ${String(Math.ceil(answerMaxMs / 1000))} s`));
    }, answerMaxMs);
    const settled = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    };
    // Told at once: one that still waits for its connection (from a SOCKS proxy) says nothing when it is destroyed.
    const end = (cause: Error): void => {
      settled();
      resolve(fail(explainFailure(cause, url)));
    };
    const stop = (): void => {
      end(new Error("it is not wanted any more"));
    };
    signal.addEventListener("abort", stop, { once: true });
    request.on("error", end);
    // A server that changes to another protocol leaves neither an answer nor an error. Whoever has one of them does not hear this.
    request.on("close", () => {
      end(new Error("the connection was closed without an answer"));
    });
    request.end();
  });
}

function explainUnusable(cause: unknown): string {
  return cause instanceof Error && "code" in cause && cause.code === "ERR_INVALID_CHAR"
    ? "the token holds a line break, or something else that no header takes"
    : firstLine(cause);
}

/** Seconds, or a date as some proxies send it. */
function readRetryAfter(value: string | undefined): number | null {
  if (value === undefined || value.trim() === "") return null;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_SIGNATURE_FAILURE",
]);

/** What a failed connection means, for people; `cause` keeps the rest. */
export function explainFailure(cause: unknown, url: URL): SourceError {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  const where = url.origin;
  if (untrusted.has(code))
    return {
      kind: "untrusted-certificate",
      what: `the server's certificate is not trusted (${code})`,
      where,
      todo: "check certificate-authority and tls-server-name in the kubeconfig",
      retryable: true,
      cause,
    };
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "the connection is refused",
    ENOTFOUND: "the name cannot be resolved",
    EAI_AGAIN: "the name cannot be resolved",
    ETIMEDOUT: "the connection timed out",
    EHOSTUNREACH: "there is no way to the host",
    ENETUNREACH: "there is no way to the network",
    ECONNRESET: "the connection was cut",
  };
  return {
    kind: "unreachable",
    what: `the API server does not answer: ${words[code] ?? firstLine(cause)}`,
    where,
    todo: "check that the API server runs and that this machine can reach it",
    retryable: true,
    cause,
  };
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split("\n")[0]?.trim() ?? "unknown error";
}
