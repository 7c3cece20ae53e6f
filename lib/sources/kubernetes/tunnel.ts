// The way to an API server through an HTTP proxy (CONNECT, RFC 9110 9.3.6). Written here because a proxy that takes a connection and then says nothing
// must not hold a request, or its socket, for ever; and so that each request shows the certificates of its own time.

import http from "node:http";
import https from "node:https";
import { BlockList, isIP, type Socket } from "node:net";
import { fail, ok, type Result } from "@/lib/core";
import type { SourceError } from "../source";

type Env = Readonly<Record<string, string | undefined>>;

/** Returns: a connection that the proxy has made to the host and port of `target`; or why there is none. It is given up after `maxMs` and with the signal. */
export function openTunnel(proxy: URL, target: URL, signal: AbortSignal, maxMs: number): Promise<Result<Socket, SourceError>> {
  return new Promise((resolve) => {
    const authority = `${target.hostname}:${target.port === "" ? "443" : target.port}`;
    const user = decodeURIComponent(`${proxy.username}:${proxy.password}`);
    const request = (proxy.protocol === "https:" ? https : http).request({
      agent: false,
      host: proxy.hostname.replace(/^\[|\]$/g, ""),
      port: proxy.port === "" ? (proxy.protocol === "https:" ? 443 : 80) : proxy.port,
      method: "CONNECT",
      path: authority,
      headers: {
        host: authority,
        "user-agent": "portolan",
        ...(user === ":" ? {} : { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` }),
      },
      signal,
    });
    const end = (what: string, cause?: unknown): void => {
      clearTimeout(timer);
      resolve(fail(unreachable(proxy, what, cause)));
    };
    const timer = setTimeout(() => request.destroy(new Error(`it has not answered within ${String(Math.ceil(maxMs / 1000))} s`)), maxMs);
    request.on("connect", ({ statusCode }, socket: Socket) => {
      clearTimeout(timer);
      if (statusCode === 200) {
        resolve(ok(socket));
        return;
      }
      socket.destroy();
      end(`it answers ${String(statusCode)}`);
    });
    request.on("response", (response) => {
      response.destroy();
      end(`it answers ${String(response.statusCode)}`);
    });
    request.on("error", (cause) => {
      end(cause.message, cause);
    });
    request.on("close", () => {
      end("it closed the connection");
    });
    request.end();
  });
}

function unreachable(proxy: URL, what: string, cause: unknown): SourceError {
  return {
    kind: "unreachable",
    what: `the proxy does not let through: ${what}`,
    where: proxy.origin,
    todo: "check proxy-url in the kubeconfig, or HTTPS_PROXY and NO_PROXY, and the API server behind it",
    retryable: true,
    cause,
  };
}

/**
 * The proxy that the environment names for a server over TLS, as for every program in Go: `HTTPS_PROXY`, unless `NO_PROXY` names the host (itself, a
 * domain that it is in, its address or a network, `*` for all). Never for this machine itself.
 */
export function proxyOf(target: URL, env: Env): URL | null {
  const named = firstSet(env["HTTPS_PROXY"], env["https_proxy"]);
  const host = target.hostname.replace(/^\[|\]$/g, "");
  if (target.protocol !== "https:" || named === "" || isOwn(host)) return null;
  const excepted = firstSet(env["NO_PROXY"], env["no_proxy"])
    .split(",")
    .map((each) => each.trim().toLowerCase());
  if (excepted.some((each) => each !== "" && isExcepted(host, target.port === "" ? "443" : target.port, each))) return null;
  const proxy = URL.parse(named.includes("://") ? named : `http://${named}`);
  return proxy !== null && /^https?:$/.test(proxy.protocol) ? proxy : null;
}

/** An empty variable is as good as none. */
function firstSet(...values: readonly (string | undefined)[]): string {
  return values.find((value) => value !== undefined && value !== "") ?? "";
}

function isOwn(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

function isExcepted(host: string, port: string, pattern: string): boolean {
  if (pattern === "*") return true;
  const [, network, bits] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(pattern) ?? [];
  if (network !== undefined) return isIn(host, network, Number(bits));
  if (isIP(pattern) !== 0) return host === pattern;
  const [, name = "", only] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  if (only !== undefined && only !== port) return false;
  const bare = name.replace(/^\*?\.|^\[|\]$/g, "");
  // A domain that begins with a dot is its hosts without itself.
  return host.endsWith(`.${bare}`) || (host === bare && !/^\*?\./.test(name));
}

function isIn(host: string, network: string, bits: number): boolean {
  const family = isIP(host);
  if (family === 0 || family !== isIP(network) || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 4 ? "ipv4" : "ipv6");
  return list.check(host, family === 4 ? "ipv4" : "ipv6");
}
