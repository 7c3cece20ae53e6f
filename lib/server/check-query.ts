// The one question with a body: a manifest against a cluster.

import { isUtf8 } from "node:buffer";
import { checkManifestInSteps, mistake, severities, type Severity } from "@/lib/core";
import { manifestSizeMax } from "@/lib/sources/manifest/read-documents";
import type { ManifestText } from "@/lib/sources/manifest/read-manifest";
import type { WireCheck } from "@/lib/wire/check-schemas";
import { encodeCheck } from "@/lib/wire/encode-check";
import { encodeEnvelope } from "./envelope";
import { runInSlices } from "./in-slices";
import { isProblem, problem, type Problem } from "./problem";
import { selectDerived, type Answer } from "./queries";
import { readManifestApart } from "./read-manifest-apart";

/** The name of the body in positions; `file` may say another one. */
const bodyName = "manifest";

/**
 * POST /api/v1/check: the manifest as the body; `cluster`, `failOn` (critical), `namespace` of objects that name none (default), `file`: a name for positions.
 *
 * Returns: the answer also where some document cannot be read: its mistakes are listed, and the verdict is `unreadable`.
 */
export async function loadCheck(request: Request): Promise<Answer<WireCheck>> {
  const params = new URL(request.url).searchParams;
  const derived = selectDerived(params);
  if (isProblem(derived)) return derived;
  const failOn = readFailOn(params.get("failOn"));
  if (typeof failOn === "object") return failOn;
  const body = await readBody(request);
  if (isProblem(body)) return body;
  const { view, context, evaluation } = derived;
  const read = await readManifestApart({ file: params.get("file") ?? bodyName, ...body }, params.get("namespace") ?? "default");
  if (read === null) return problem("too-large", mistake("manifest-too-dear"));
  const result = await runInSlices(checkManifestInSteps(view.snapshot, context, read.manifest, evaluation));
  return { ...encodeEnvelope(view), ...encodeCheck(result, read, view.name, failOn) };
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

/** The body as text, never more of it than is allowed. */
async function readBody(request: Request): Promise<Pick<ManifestText, "text" | "damaged"> | Problem> {
  const tooLarge = problem("too-large", mistake("manifest-too-large"));
  if (Number(request.headers.get("content-length") ?? 0) > manifestSizeMax) return tooLarge;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > manifestSizeMax) return tooLarge;
    parts.push(part);
  }
  if (size === 0) return problem("bad-query", mistake("manifest-empty"));
  const bytes = Buffer.concat(parts);
  return { text: new TextDecoder().decode(bytes), damaged: !isUtf8(bytes) };
}
