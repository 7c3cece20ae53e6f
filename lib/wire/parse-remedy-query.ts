// Which finding and which remedy, as flags and query parameters spell them.

import { fail, nearestWord, ok, remedyKinds, type Finding, type RemedyKind, type Result } from "@/lib/core";

/** `missing`: the question is well-formed and names something that is not there. */
export type RemedyQueryError = { readonly field: "fingerprint" | "kind"; readonly detail: string; readonly missing: boolean };
/** `finding` null: the guards of what the policy file promises. */
export type RemedyQuery = { readonly finding: Finding | null; readonly kind: RemedyKind | null };

const lengthMin = 4;

/** Returns: the finding whose fingerprint is the text or alone begins with it, none where only guards are asked for, and the kind (null = all), or the first mistake. */
export function parseRemedyQuery(
  { fingerprint, kind }: { readonly fingerprint: string | null; readonly kind: string | null },
  findings: readonly Finding[],
): Result<RemedyQuery, RemedyQueryError> {
  const known = remedyKinds.find((each) => each === kind);
  if (kind !== null && known === undefined) {
    const near = nearestWord(kind, remedyKinds);
    return wrong(
      "kind",
      `kind wants ${remedyKinds.join(", ")}, got ${JSON.stringify(kind)}${near === null ? "" : `: did you mean ${near}`}`,
    );
  }
  if (fingerprint === null && known === "policy") return ok({ finding: null, kind: known });
  const text = (fingerprint ?? "").toLowerCase();
  if (!/^[0-9a-f]{1,16}$/.test(text) || text.length < lengthMin)
    return wrong(
      "fingerprint",
      `fingerprint wants ${String(lengthMin)} to 16 hexadecimal digits, as findings show them, got ${JSON.stringify(fingerprint ?? "")}`,
    );
  const found = findings.filter((each) => each.fingerprint.startsWith(text));
  const [only, another] = found;
  if (only === undefined) return fail({ field: "fingerprint", detail: `there is no finding ${text} now`, missing: true });
  if (another !== undefined)
    return wrong("fingerprint", `${String(found.length)} findings begin with ${text}: ${found.map((each) => each.fingerprint).join(", ")}`);
  return ok({ finding: only, kind: known ?? null });
}

function wrong(field: RemedyQueryError["field"], detail: string): Result<never, RemedyQueryError> {
  return fail({ field, detail, missing: false });
}
