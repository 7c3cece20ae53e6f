import { createParser, parseAsInteger, parseAsString, parseAsStringLiteral } from "nuqs";
import type { Selection } from "./strip";

const portMax = 65_535;

const parseCount = createParser<number>({
  parse: (text) => {
    const count = parseAsInteger.parse(text);
    return count !== null && /^\d+$/.test(text) && count >= 1 && count <= portMax ? count : null;
  },
  serialize: String,
});

/** What of the Ranges view stands in its address; `band`, `n`, `align` and `node` ask for free ports, `sel` is what is selected. */
export const rangeParams = {
  kind: parseAsStringLiteral(["nodePort", "hostPort"] as const).withDefault("nodePort"),
  band: parseAsString,
  n: parseCount.withDefault(1),
  align: parseCount.withDefault(1),
  node: parseAsString,
  sel: createParser<Selection>({
    parse: (text) => {
      const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
      if (first === undefined) return null;
      const selection = { first: Number(first), last: Number(last ?? first) };
      return selection.first >= 1 && selection.first <= selection.last && selection.last <= portMax ? selection : null;
    },
    serialize: ({ first, last }) => (first === last ? String(first) : `${String(first)}-${String(last)}`),
    eq: (a, b) => a.first === b.first && a.last === b.last,
  }),
};
