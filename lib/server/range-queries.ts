// The questions about numbers that are free or promised.

import { basename } from "node:path";
import { buildRanges, findFreePorts } from "@/lib/core";
import { encodeFree, encodeRanges } from "@/lib/wire/encode-ranges";
import { parseFreeQuery } from "@/lib/wire/parse-free-query";
import type { WireFree, WireRanges } from "@/lib/wire/range-schemas";
import { encodeEnvelope } from "./envelope";
import { isProblem, problem } from "./problem";
import { selectDerived, type Answer } from "./queries";

/** GET /api/v1/free: `kind`, `count`, `align`, `band`, `node`. */
export function loadFree(params: URLSearchParams): Answer<WireFree> {
  const derived = selectDerived(params);
  if (isProblem(derived)) return derived;
  const { view, context } = derived;
  const asked = {
    kind: params.get("kind"),
    count: params.get("count"),
    align: params.get("align"),
    band: params.get("band"),
    node: params.get("node"),
  };
  const query = parseFreeQuery(asked, view.snapshot, context);
  if (!query.ok) return problem(query.error.missing ? "not-found" : "bad-query", query.error.says, query.error.field);
  return { ...encodeEnvelope(view), ...encodeFree(findFreePorts(view.snapshot, context, query.value)) };
}

const usualBlock = 16;
const blockMax = 1024;

/** GET /api/v1/ranges: `block`, the length of the blocks that bands are asked for. */
export function loadRanges(params: URLSearchParams): Answer<WireRanges> {
  const derived = selectDerived(params);
  if (isProblem(derived)) return derived;
  const text = params.get("block") ?? String(usualBlock);
  const block = Number(text);
  if (!/^\d{1,4}$/.test(text) || block < 1 || block > blockMax)
    return problem("bad-query", `block wants a whole number from 1 to ${String(blockMax)}, got ${JSON.stringify(text)}`, "block");
  const { view, context } = derived;
  const { file } = view.policy;
  return {
    ...encodeEnvelope(view),
    ...encodeRanges(buildRanges(view.snapshot, context, derived, block), context.policy, file === null ? null : basename(file)),
  };
}
