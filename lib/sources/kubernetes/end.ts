// How an attempt to list or watch ended, and what the API server's refusals mean.

import type { SourceError } from "../source";
import type { Collection } from "./collection";
import type { ApiResponse } from "./connect";
import { readText } from "./lines";
import { asObject, asObjects, asText, type Raw } from "./slim/read";

/**
 * - `ended`: the server closed in good order; `steady` says whether the watch had worked until then.
 * - `interrupted`: this machine slept, or the watch fell silent: connect anew at once.
 * - `expired`: the version is gone (or was of another server): list anew.
 * - `failed`: no answer, or one that does not help; `disliked` when the server answered that it cannot do just this.
 * - `unsupported`: no streaming lists here; `stripped` when something in between took the parameters away.
 */
export type End =
  | { readonly kind: "ended"; readonly steady: boolean }
  | { readonly kind: "interrupted"; readonly why: string }
  | { readonly kind: "expired"; readonly why: string; readonly steady: boolean }
  | { readonly kind: "unsupported"; readonly stripped: boolean }
  | { readonly kind: "forbidden"; readonly message: string }
  | {
      readonly kind: "failed";
      readonly error: SourceError;
      readonly retryAfterMs: number | null;
      readonly steady: boolean;
      readonly disliked?: boolean;
    };

export const notAnApiServer = "check the server's address in the kubeconfig: a proxy or a login page may stand there";

/** An answer that is none, or not to what was asked. */
export function failed(collection: Collection, what: string, retryAfterMs: number | null = null, steady = false): End {
  return { kind: "failed", error: failure(collection, "bad-response", what), retryAfterMs, steady };
}

/** A request or a stream that broke; `reason`: why it was given up from here, null when it was not. */
export function broken(collection: Collection, reason: string | null, cause: unknown, steady = false): End {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : null;
  const own = code === "ECONNRESET" ? "the connection was cut" : cause instanceof Error ? cause.message : String(cause);
  return { kind: "failed", error: failure(collection, "unreachable", reason ?? own, cause), retryAfterMs: null, steady };
}

/** Null for an answer that an API server may give: some proxies leave the content type out, and none makes JSON of a page. */
export function foreignPage(collection: Collection, response: ApiResponse): End | null {
  return response.contentType === "" || /json/i.test(response.contentType) ? null : foreign(collection, response);
}

/** Something else answers in the API server's place. */
function foreign(collection: Collection, { status, contentType }: ApiResponse): End {
  const said = [String(status), contentType.split(";")[0] ?? ""].filter((part) => part !== "").join(", ");
  return failed(collection, `no API server answers like this (${said})`);
}

/** What an HTTP status other than 200 means. */
export async function refusal(collection: Collection, response: ApiResponse): Promise<End> {
  const { status, retryAfterMs, body } = response;
  const text = await readText(body, 1 << 20).catch(() => "");
  const object = parseBody(text);
  const message = asText(object["message"]).slice(0, 300);
  if (status === 410 || isExpired(object)) return { kind: "expired", why: message || "the version is too old", steady: false };
  if (status === 403 && isStatus(object)) return { kind: "forbidden", message: message || "forbidden" };
  // A kind that the server does not have is not collected; nothing else is served at these paths.
  if (status === 404 && (isStatus(object) || (collection.row.group !== "" && text.trim() === "404 page not found")))
    return { kind: "forbidden", message: `the server has no ${collection.row.kind} (404)` };
  if (status === 403 || status === 404 || (status >= 300 && status < 400)) return foreign(collection, response);
  const kind = status === 401 ? "unauthorized" : status >= 500 || status === 429 ? "unreachable" : "bad-response";
  const what =
    status === 401 ? "the credentials are refused (401)" : `the server answers ${String(status)}${message === "" ? "" : ` (${message})`}`;
  const disliked = kind === "bad-response" || status === 500;
  return {
    kind: "failed",
    error: failure(collection, kind, what),
    retryAfterMs: retryAfterMs ?? retryAfterOf(object),
    steady: false,
    disliked,
  };
}

/** What an ERROR event of a watch means; its object is a Status. */
export function errorEvent(collection: Collection, status: Raw, steady: boolean): End {
  const message = asText(status["message"]).slice(0, 300);
  if (isExpired(status)) return { kind: "expired", why: message || "the version is too old", steady };
  const error = failure(collection, "unreachable", message || "the watch ended with an error");
  return { kind: "failed", error, retryAfterMs: retryAfterOf(status), steady, disliked: true };
}

function failure({ connection, row }: Collection, kind: SourceError["kind"], what: string, cause?: unknown): SourceError {
  const todo =
    kind === "unauthorized" ? "log in again, or renew the token" : kind === "bad-response" ? notAnApiServer : "it is tried again by itself";
  return {
    kind,
    what: `${row.kind}: ${what}`,
    where: connection.server(),
    todo,
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  };
}

/** Gone, or not there yet: a server that was restored from a backup, or one of several that lags (client-go: isTooLargeResourceVersionError). */
function isExpired(status: Raw): boolean {
  return (
    status["code"] === 410 ||
    status["reason"] === "Expired" ||
    status["reason"] === "Gone" ||
    asObjects(asObject(status["details"])["causes"]).some(({ reason }) => reason === "ResourceVersionTooLarge") ||
    /too large resource version/i.test(asText(status["message"]))
  );
}

function retryAfterOf(status: Raw): number | null {
  const seconds = asObject(status["details"])["retryAfterSeconds"];
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : null;
}

/** The body of an API server's own refusal. A proxy, a firewall or a login page that says 403 knows nothing of RBAC. */
export function isStatus(body: unknown): boolean {
  return asObject(body)["kind"] === "Status";
}

/** The object that a body is; an empty one of what is no JSON. */
export function parseBody(text: string): Raw {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}
