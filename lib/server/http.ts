// From a question to a Response: JSON, problem details, and a bug that does not leak its stack.

import { mistake } from "@/lib/core";
import { log } from "./log";
import { findRepeated } from "./params";
import { isProblem, problem, problemResponse, type Problem } from "./problem";

/** A GET handler that answers with JSON, or with problem details. */
export function jsonRoute(ask: (params: URLSearchParams) => object | Problem): (request: Request) => Response {
  return paramsRoute((params) => jsonResponse(ask(params)));
}

/** The same of an answer that is encoded already, and may take a while. */
export function encodedRoute(
  ask: (params: URLSearchParams) => Promise<Uint8Array<ArrayBuffer> | Problem>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const params = new URL(request.url).searchParams;
    try {
      const answer = findRepeated(params) ?? (await ask(params));
      return isProblem(answer) ? problemResponse(answer) : new Response(answer, { headers: jsonHeaders });
    } catch (cause) {
      return fault(cause);
    }
  };
}

/** A GET handler that is given the query's parameters, each once. */
export function paramsRoute(ask: (params: URLSearchParams) => Response): (request: Request) => Response {
  return (request) =>
    respond(() => {
      const params = new URL(request.url).searchParams;
      const repeated = findRepeated(params);
      return repeated === undefined ? ask(params) : problemResponse(repeated);
    });
}

/** A POST handler that reads a body and answers with JSON, encoded or not, or with problem details. It changes nothing. */
export function jsonBodyRoute(
  ask: (request: Request) => Promise<object | Uint8Array<ArrayBuffer>>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      const answer = await ask(request);
      return answer instanceof Uint8Array ? new Response(answer, { headers: jsonHeaders }) : jsonResponse(answer);
    } catch (cause) {
      // Nobody hears the answer: no fault of ours.
      return request.signal.aborted ? problemResponse(problem("internal", "the client has left")) : fault(cause);
    }
  };
}

/** Runs a handler; what it throws is a bug: logged with its stack, answered without. */
export function respond(handle: () => Response): Response {
  try {
    return handle();
  } catch (cause) {
    return fault(cause);
  }
}

function fault(cause: unknown): Response {
  log.error({ err: cause }, "request failed");
  return problemResponse(problem("internal", mistake("fault")));
}

export function jsonResponse(answer: object | Problem): Response {
  if (isProblem(answer)) return problemResponse(answer);
  return new Response(JSON.stringify(answer), { headers: jsonHeaders });
}

const jsonHeaders = { "content-type": "application/json", "cache-control": "no-store" };
