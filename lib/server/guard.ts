import { mistake } from "@/lib/core";
import type { ServeConfig } from "@/lib/wire/serve-config";
import { readServeConfig } from "./config";
import { problem, type Problem } from "./problem";

/** What a request says of where it comes from. `header`: its value, null when it was not sent. */
export type Asked = { readonly pathname: string; readonly header: (name: string) => string | null };

type Names = Pick<ServeConfig, "host" | "allowHosts">;

/**
 * Refuses what a browser sends on behalf of somebody else's page: a name that is not ours (DNS rebinding), a foreign Origin, and everything that another
 * site's page fetches, embeds or frames. A link from elsewhere to a page of ours is fine.
 *
 * Returns: the problem to answer with, undefined when the request is fine. X-Forwarded-* is never read: whoever asks can write it.
 */
export function guardRequest({ pathname, header }: Asked, config: Names = readServeConfig()): Problem | undefined {
  const host = header("host") ?? "";
  const name = hostName(host);
  if (name === undefined || !isAllowedHost(name, config)) {
    return problem("foreign-host", mistake("foreign-host", { given: JSON.stringify(host) }), "Host");
  }
  const origin = header("origin");
  if (origin !== null && !isOwnOrigin(origin, host, config))
    return problem("foreign-origin", mistake("foreign-origin", { given: JSON.stringify(origin) }), "Origin");
  // https://web.dev/articles/fetch-metadata; ports of one host are "same-site" to a browser.
  const site = header("sec-fetch-site");
  const opensPage = header("sec-fetch-mode") === "navigate" && header("sec-fetch-dest") === "document" && !pathname.startsWith("/api/");
  if ((site === "cross-site" || site === "same-site") && !opensPage)
    return problem("foreign-origin", mistake("foreign-site"), "Sec-Fetch-Site");
  return undefined;
}

function isAllowedHost(name: string, { host, allowHosts }: Names): boolean {
  if (isLoopbackName(name) || [host, ...allowHosts].some((allowed) => hostName(bracketed(allowed)) === name)) return true;
  // Bound to every address of the machine: each of them is a bound one. Only names can be rebound; an address in Host is where the packets went.
  return ["0.0.0.0", "::"].includes(host) && (name.startsWith("[") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name));
}

function isLoopbackName(name: string): boolean {
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** The name of a Host header without its port, as a browser would spell it; undefined when it is none. */
function hostName(host: string): string | undefined {
  return /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.test(host) ? parseUrl(`http://${host}`)?.hostname : undefined;
}

/** The page was served under this very host and port, or under a name that --allow-host calls ours (a proxy in front may ask under another). */
function isOwnOrigin(origin: string, host: string, { allowHosts }: Names): boolean {
  const url = parseUrl(origin);
  if (url === undefined) return false;
  return url.host === parseUrl(`${url.protocol}//${host}`)?.host || allowHosts.some((name) => name.toLowerCase() === url.hostname);
}

function parseUrl(text: string): URL | undefined {
  return URL.parse(text) ?? undefined;
}
