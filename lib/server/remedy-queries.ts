import { writeRemedies } from "@/lib/core";
import { encodeRemedies } from "@/lib/wire/encode-remedy";
import { parseRemedyQuery } from "@/lib/wire/parse-remedy-query";
import type { WireRemedyList } from "@/lib/wire/remedy-schemas";
import { encodeEnvelope } from "./envelope";
import { isProblem, problem } from "./problem";
import { selectDerived, type Answer } from "./queries";

/** GET /api/v1/remedies: `fingerprint` (its beginning will do; absent: the guards, with `kind=policy`), `kind`. */
export function loadRemedies(params: URLSearchParams): Answer<WireRemedyList> {
  const derived = selectDerived(params);
  if (isProblem(derived)) return derived;
  const { view, context, evaluation } = derived;
  const query = parseRemedyQuery({ fingerprint: params.get("fingerprint"), kind: params.get("kind") }, evaluation.findings);
  if (!query.ok) return problem(query.error.missing ? "not-found" : "bad-query", query.error.detail, query.error.field);
  const { finding, kind } = query.value;
  return { ...encodeEnvelope(view), ...encodeRemedies(writeRemedies(view.snapshot, context, finding, kind)) };
}
