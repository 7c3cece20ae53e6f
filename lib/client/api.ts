import type { WireCheck } from "@/lib/wire/check-schemas";
import type { WireFree, WireRanges } from "@/lib/wire/range-schemas";
import type { WireRemedyList } from "@/lib/wire/remedy-schemas";
import type {
  WireAllocationList,
  WireCluster,
  WireEnvelope,
  WireEvaluation,
  WirePortMap,
  WireProblem,
  WireRoute,
  WireSearchResult,
} from "@/lib/wire/schemas";

export type Answer<T> = T & WireEnvelope;
export type AllocationsAnswer = Answer<WireAllocationList>;
export type FindingsAnswer = Answer<WireEvaluation>;
export type MapAnswer = Answer<WirePortMap>;
export type TraceAnswer = Answer<WireRoute>;
export type RangesAnswer = Answer<WireRanges>;
export type FreeAnswer = Answer<WireFree>;
export type RemediesAnswer = Answer<WireRemedyList>;
export type CheckAnswer = Answer<WireCheck>;
export type ClustersAnswer = { readonly clusters: readonly WireCluster[] };
export type SnapshotAnswer = { readonly cluster: WireCluster };
export type SearchAnswer = { readonly results: readonly WireSearchResult[] };

export type TraceParams = {
  readonly address: string;
  readonly port: string;
  readonly protocol?: string | undefined;
  readonly from?: string | undefined;
  readonly node?: string | undefined;
  readonly whyNot?: string | undefined;
};

/** What the server said instead of an answer, or why there was none (`status` 0: it was not reached). */
export type Problem = WireProblem & { readonly retryAfterMs: number | null };

/** Thrown by the fetchers so that a query holds the problem as its error. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

type Params = Readonly<Record<string, string | undefined>>;

export function fetchClusters(signal?: AbortSignal): Promise<ClustersAnswer> {
  return get("clusters", {}, signal);
}

export function fetchAllocations(cluster: string | undefined, signal?: AbortSignal): Promise<AllocationsAnswer> {
  return get("allocations", { cluster }, signal);
}

export function fetchFindings(cluster: string | undefined, signal?: AbortSignal): Promise<FindingsAnswer> {
  return get("findings", { cluster }, signal);
}

export function fetchRemedies(cluster: string | undefined, fingerprint: string, signal?: AbortSignal): Promise<RemediesAnswer> {
  return get("remedies", { cluster, fingerprint }, signal);
}

/** What guards the promises of the policy file. */
export function fetchGuards(cluster: string | undefined, signal?: AbortSignal): Promise<RemediesAnswer> {
  return get("remedies", { cluster, kind: "policy" }, signal);
}

/** `from` and `ports` are spelled as the command line's flags. */
export function fetchMap(
  params: { readonly cluster?: string | undefined; readonly from?: string | undefined; readonly ports?: string | undefined },
  signal?: AbortSignal,
): Promise<MapAnswer> {
  return get("map", params, signal);
}

export function fetchRanges(cluster: string | undefined, signal?: AbortSignal): Promise<RangesAnswer> {
  return get("ranges", { cluster }, signal);
}

export type FreeParams = Readonly<Record<"kind" | "band" | "count" | "align" | "node", string | undefined>>;

export function fetchFree(cluster: string | undefined, params: FreeParams, signal?: AbortSignal): Promise<FreeAnswer> {
  return get("free", { cluster, ...params }, signal);
}

export function fetchTrace(params: TraceParams & { readonly cluster?: string | undefined }, signal?: AbortSignal): Promise<TraceAnswer> {
  return get("trace", params, signal);
}

export function fetchSearch(cluster: string | undefined, q: string, signal?: AbortSignal): Promise<SearchAnswer> {
  return get("search", { cluster, q, limit: "20" }, signal);
}

/** What a manifest would change. `file`: the name under which its places are told. */
export function postCheck(cluster: string | undefined, file: string, manifest: string, signal?: AbortSignal): Promise<CheckAnswer> {
  return ask("check", { cluster, file }, signal, { method: "POST", headers: { "content-type": "application/yaml" }, body: manifest });
}

/**
 * Sends a file to be looked at as a snapshot. `progress`: the share that has been sent, 0 to 1.
 *
 * XMLHttpRequest, since fetch does not tell how much has been sent.
 */
export function sendSnapshot(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<SnapshotAnswer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", apiPath("snapshots", { name: file.name }));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => {
      progress(total === 0 ? 1 : loaded / total);
    };
    request.onload = () => {
      const response = new Response(request.responseText, { status: request.status });
      if (response.ok) response.json().then(resolve, reject);
      else
        void readProblem(response).then((problem) => {
          reject(new ProblemError(problem));
        });
    };
    request.onerror = () => {
      reject(unreachable());
    };
    request.onabort = () => {
      reject(new DOMException("sending was given up", "AbortError"));
    };
    signal.addEventListener("abort", () => {
      request.abort();
    });
    request.send(file);
  });
}

/** Takes a snapshot away that was sent before. */
export async function removeSnapshot(cluster: string): Promise<void> {
  const response = await fetch(apiPath("snapshots", { cluster }), { method: "DELETE" }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw new ProblemError(await readProblem(response));
}

/** Path and query of an API resource; parameters without a value are left out. */
export function apiPath(resource: string, params: Params): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== undefined && value !== "") query.set(name, value);
  const text = query.toString();
  return `/api/v1/${resource}${text === "" ? "" : `?${text}`}`;
}

function get<T>(resource: string, params: Params, signal: AbortSignal | undefined): Promise<T> {
  return ask(resource, params, signal, { headers: { accept: "application/json" } });
}

async function ask<T>(resource: string, params: Params, signal: AbortSignal | undefined, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(apiPath(resource, params), { ...init, ...(signal === undefined ? {} : { signal }) });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw unreachable();
  }
  if (response.ok) return (await response.json()) as T;
  throw new ProblemError(await readProblem(response));
}

function unreachable(): ProblemError {
  return new ProblemError({
    type: "urn:portolan:no-answer",
    title: "Portolan cannot be reached",
    status: 0,
    detail: "The server of this page does not answer.",
    retryAfterMs: null,
  });
}

async function readProblem(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get("retry-after"));
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : null;
  const body = (await response.json().catch(() => null)) as Partial<WireProblem> | null;
  return {
    type: body?.type ?? "about:blank",
    title: body?.title ?? `HTTP ${String(response.status)}`,
    status: response.status,
    detail: body?.detail ?? response.statusText,
    ...(body?.field === undefined ? {} : { field: body.field }),
    ...(body?.fact === undefined ? {} : { fact: body.fact }),
    ...(body?.trouble === undefined ? {} : { trouble: body.trouble }),
    retryAfterMs,
  };
}
