// The question for a free port as flags and query parameters spell it.

import {
  fail,
  mistake,
  nearestWord,
  ok,
  toNodeName,
  isKnownIn,
  type Context,
  type FreeQuery,
  type Mistake,
  type Result,
  type Snapshot,
} from "@/lib/core";

type FreeField = "kind" | "count" | "align" | "band" | "node";
export type FreeParams = Readonly<Record<FreeField, string | null>>;

/** `missing`: the question is well-formed and names something that is not there. */
export type FreeQueryError = { readonly field: FreeField; readonly detail: string; readonly says: Mistake; readonly missing: boolean };

const numbersMax = 65_535;

/** Returns: the question with its defaults (one nodePort, not aligned, in no band, on every node), or the first mistake in it. */
export function parseFreeQuery(params: FreeParams, snapshot: Snapshot, { policy }: Context): Result<FreeQuery, FreeQueryError> {
  const kind = params.kind ?? "nodePort";
  if (kind !== "nodePort" && kind !== "hostPort")
    return wrong("kind", mistake("choice-wanted", { field: "kind", words: "nodePort or hostPort", given: JSON.stringify(kind) }));
  const count = readNumber(params.count);
  if (count === null) return wrong("count", mistake("count-wanted", { field: "count", given: quote(params.count) }));
  const align = readNumber(params.align);
  if (align === null) return wrong("align", mistake("count-wanted", { field: "align", given: quote(params.align) }));
  const names = policy.bands.filter((band) => band.kind === kind).map(({ name }) => name);
  const { band, node } = params;
  if (band !== null && !names.includes(band)) {
    const near = nearestWord(band, names);
    const name = JSON.stringify(band);
    if (names.length === 0) return wrong("band", mistake("no-bands", { kind, name }), true);
    const known = names.join(", ");
    return wrong("band", near === null ? mistake("no-band", { kind, name, known }) : mistake("no-band-near", { kind, name, near }), true);
  }
  if (node !== null && isKnownIn(snapshot.kinds.nodes, "") && !snapshot.nodes.has(toNodeName(node)))
    return wrong("node", mistake("no-node", { name: JSON.stringify(node) }), true);
  return ok({ kind, count, align, band, node });
}

function wrong(field: FreeField, says: Mistake, missing = false): Result<never, FreeQueryError> {
  return fail({ field, detail: says.message, says, missing });
}

function readNumber(text: string | null): number | null {
  if (text === null) return 1;
  const number = Number(text);
  return /^\d{1,5}$/.test(text) && number >= 1 && number <= numbersMax ? number : null;
}

function quote(text: string | null): string {
  return JSON.stringify(text ?? "");
}
