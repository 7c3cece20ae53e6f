// The one question with a body: a manifest against a cluster.

import { isUtf8 } from "node:buffer";
import { checkManifestInSteps, mistake, severities, type Severity, type Steps } from "@/lib/core";
import { manifestSizeMax } from "@/lib/sources/manifest/read-documents";
import { readManifest, type ManifestText, type ReadManifest } from "@/lib/sources/manifest/read-manifest";
import { encodeCheckInSteps } from "@/lib/wire/encode-check";
import { encodeJsonInSteps } from "@/lib/wire/json-in-steps";
import { encodeEnvelope } from "./envelope";
import { runInSlices } from "./in-slices";
import { isProblem, problem, type Problem } from "./problem";
import { selectDerived } from "./queries";
import { readManifestApart } from "./read-manifest-apart";
import { createTurns, type Place } from "./turns";
import type { DerivedView } from "./views";

/** The name of the body in positions; `file` may say another one. */
const bodyName = "manifest";

/** Units: bytes. Less than that is read within a moment, whatever it is. */
const smallMax = 64 << 10;

/** Large manifests that are received, wait or are checked; their memory adds up, so that only one at a time is read and judged. */
const takePlace = createTurns(8);

/** Where the largest lists of an answer hold their items: `after.findings[0]`. */
const itemDepth = 3;

/** `place`: null of a small manifest. */
type Guest = { place: Place | null };

/**
 * POST /api/v1/check: the manifest as the body; `cluster`, `failOn` (critical), `namespace` of objects that name none (default), `file`: a name for positions.
 *
 * Returns: the JSON as UTF-8; an answer also where some document cannot be read: its mistakes are listed, and the verdict is `unreadable`.
 */
export async function loadCheck(request: Request): Promise<Uint8Array<ArrayBuffer> | Problem> {
  const params = new URL(request.url).searchParams;
  const derived = selectDerived(params);
  if (isProblem(derived)) return derived;
  const failOn = readFailOn(params.get("failOn"));
  if (typeof failOn === "object") return failOn;
  const guest: Guest = { place: null };
  try {
    const body = await readBody(request, guest);
    if (isProblem(body)) return body;
    await guest.place?.turn();
    const manifest = { file: params.get("file") ?? bodyName, ...body };
    const namespace = params.get("namespace") ?? "default";
    const read = guest.place === null ? readManifest([manifest], namespace) : await readManifestApart(manifest, namespace, request.signal);
    if (read === null) return problem("too-large", mistake("manifest-too-dear"));
    return Buffer.concat(await runInSlices(answer(derived, read, failOn), request.signal));
  } finally {
    guest.place?.leave();
  }
}

function* answer({ view, context, evaluation }: DerivedView, read: ReadManifest, failOn: Severity): Steps<readonly Uint8Array[]> {
  const result = yield* checkManifestInSteps(view.snapshot, context, read.manifest, evaluation);
  const encoded = yield* encodeCheckInSteps(result, read, view.name, failOn);
  return yield* encodeJsonInSteps({ ...encodeEnvelope(view), ...encoded }, itemDepth);
}

function readFailOn(text: string | null): Severity | Problem {
  const found = severities.find((severity) => severity === (text ?? "critical"));
  return (
    found ??
    problem(
      "bad-query",
      mistake("choice-wanted", { field: "failOn", words: "critical, warning or info", given: JSON.stringify(text) }),
      "failOn",
    )
  );
}

/** The body as text, never more of it than is allowed; a large one takes a place. */
async function readBody(request: Request, guest: Guest): Promise<Pick<ManifestText, "text" | "damaged"> | Problem> {
  const tooLarge = problem("too-large", mistake("manifest-too-large"));
  if (Number(request.headers.get("content-length") ?? 0) > manifestSizeMax) return tooLarge;
  const parts: Uint8Array[] = [];
  let size = 0;
  let isRefused = false;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > manifestSizeMax) return tooLarge;
    if (size > smallMax && !isRefused) isRefused = (guest.place ??= takePlace(request.signal)) === null;
    // A browser hears the answer only once all is sent.
    if (isRefused) parts.length = 0;
    else parts.push(part);
  }
  if (isRefused) return { ...problem("too-many-requests", mistake("manifest-busy")), retryAfterSeconds: 5 };
  if (size === 0) return problem("bad-query", mistake("manifest-empty"));
  const bytes = Buffer.concat(parts);
  return { text: new TextDecoder().decode(bytes), damaged: !isUtf8(bytes) };
}
