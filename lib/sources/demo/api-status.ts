// Refusals in the shape and words of a real API server.

import type { ServerResponse } from "node:http";
import type { Target, Verb } from "./api-request";

type Refusal = { readonly reason: string; readonly message: string };

const refusals: Readonly<Record<number, Refusal>> = {
  400: { reason: "BadRequest", message: "the server rejected our request for an unknown reason" },
  401: { reason: "Unauthorized", message: "Unauthorized" },
  404: { reason: "NotFound", message: "the server could not find the requested resource" },
  405: { reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource" },
  410: { reason: "Expired", message: "The resourceVersion for the provided list is too old." },
  429: { reason: "TooManyRequests", message: "too many requests, please try again later" },
  500: { reason: "InternalError", message: "Internal error occurred: etcdserver: request timed out" },
  503: { reason: "ServiceUnavailable", message: "apiserver is shutting down" },
};

export function statusObject(code: number, message?: string, reason?: string, details?: object): object {
  const usual = refusals[code] ?? { reason: "InternalError", message: `the server answered ${String(code)}` };
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: message ?? usual.message,
    reason: reason ?? usual.reason,
    ...(details === undefined ? {} : { details }),
    code,
  };
}

export function sendStatus(response: ServerResponse, code: number, message?: string, reason?: string, details?: object): void {
  sendJson(response, code, statusObject(code, message, reason, details));
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

export function sendForbidden(response: ServerResponse, { kind, namespace, name }: Target, verb: Verb): void {
  const resource = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
  const scope = namespace === null ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const subject = name === null ? resource : `${resource} "${name}"`;
  const message = `${subject} is forbidden: User "demo" cannot ${verb} resource "${kind.plural}" in API group "${kind.group}" ${scope}`;
  sendStatus(response, 403, message, "Forbidden", {
    ...(name === null ? {} : { name }),
    ...(kind.group === "" ? {} : { group: kind.group }),
    kind: kind.plural,
  });
}

export function sendNotFound(response: ServerResponse, { kind, name }: Target): void {
  const resource = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
  sendStatus(response, 404, `${resource} "${name ?? ""}" not found`, "NotFound", {
    name,
    ...(kind.group === "" ? {} : { group: kind.group }),
    kind: kind.plural,
  });
}
