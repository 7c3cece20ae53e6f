// The question for a free port as flags and query parameters spell it.

import { fail, nearestWord, ok, toNodeName, isKnownIn, type Context, type FreeQuery, type Result, type Snapshot } from "@/lib/core";

type FreeField = "kind" | "count" | "align" | "band" | "node";
export type FreeParams = Readonly<Record<FreeField, string | null>>;

/** `missing`: the question is well-formed and names something that is not there. */
export type FreeQueryError = { readonly field: FreeField; readonly detail: string; readonly missing: boolean };

const numbersMax = 65_535;

/** Returns: the question with its defaults (one nodePort, not aligned, in no band, on every node), or the first mistake in it. */
export function parseFreeQuery(params: FreeParams, snapshot: Snapshot, { policy }: Context): Result<FreeQuery, FreeQueryError> {
  const kind = params.kind ?? "nodePort";
  if (kind !== "nodePort" && kind !== "hostPort") return wrong("kind", `kind wants nodePort or hostPort, got ${JSON.stringify(kind)}`);
  const count = readNumber(params.count);
  if (count === null) return wrong("count", `count wants a whole number from 1 to ${String(numbersMax)}, got ${quote(params.count)}`);
  const align = readNumber(params.align);
  if (align === null) return wrong("align", `align wants a whole number from 1 to ${String(numbersMax)}, got ${quote(params.align)}`);
  const names = policy.bands.filter((band) => band.kind === kind).map(({ name }) => name);
  const { band, node } = params;
  if (band !== null && !names.includes(band)) {
    const near = nearestWord(band, names);
    const known =
      names.length === 0 ? `the policy has no ${kind} bands` : near === null ? `known: ${names.join(", ")}` : `did you mean ${near}`;
    return fail({ field: "band", detail: `there is no ${kind} band ${JSON.stringify(band)}: ${known}`, missing: true });
  }
  if (node !== null && isKnownIn(snapshot.kinds.nodes, "") && !snapshot.nodes.has(toNodeName(node)))
    return fail({ field: "node", detail: `there is no node ${JSON.stringify(node)}`, missing: true });
  return ok({ kind, count, align, band, node });
}

function wrong(field: FreeField, detail: string): Result<never, FreeQueryError> {
  return fail({ field, detail, missing: false });
}

function readNumber(text: string | null): number | null {
  if (text === null) return 1;
  const number = Number(text);
  return /^\d{1,5}$/.test(text) && number >= 1 && number <= numbersMax ? number : null;
}

function quote(text: string | null): string {
  return JSON.stringify(text ?? "");
}
