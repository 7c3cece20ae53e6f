import { findFreePorts } from "@/lib/core";
import { encodeFree } from "@/lib/wire/encode-ranges";
import { parseFreeQuery } from "@/lib/wire/parse-free-query";
import { plain } from "@/lib/wire/plain-text";
import type { WireFree } from "@/lib/wire/range-schemas";
import type { Command } from "../command";
import { helpFlag, outputFlags, sourceFlags } from "../common-flags";
import { complainOfGaps, hasGaps, loadClusters } from "../load-clusters";
import { formatTable } from "../print/table";
import { commandError, print, refuseWords } from "../terminal";

export const free: Command = {
  usage: "free [--count N] [--align N] [--band NAME] [--kind nodePort|hostPort] [--node NAME]",
  about: "the next free port or block of ports, and why that one; exit code 1 when there is none",
  formats: ["table", "json"],
  flags: [
    { name: "count", value: "N", about: "so many numbers in a row (1)" },
    { name: "align", value: "N", about: "the first is a multiple of N away from the band's first port, else from the largest family's" },
    { name: "band", value: "NAME", about: "in this band of the policy file; without it where no band is" },
    { name: "kind", value: "KIND", about: "nodePort (the usual) or hostPort" },
    { name: "node", value: "NAME", about: "look at host ports of this node only, instead of all" },
    ...sourceFlags,
    ...outputFlags,
    helpFlag,
  ],
  async run(flags, words) {
    refuseWords(words, "free");
    const [loaded] = await loadClusters(flags, false);
    if (loaded === undefined) return 2;
    const { snapshot, context } = loaded;
    const params = {
      kind: flags.text("kind"),
      count: flags.text("count"),
      align: flags.text("align"),
      band: flags.text("band"),
      node: flags.text("node"),
    };
    const query = parseFreeQuery(params, snapshot, context);
    if (!query.ok) throw commandError(query.error.detail, `--${query.error.field}`, "see --help");
    const answer = encodeFree(findFreePorts(snapshot, context, query.value));
    await print(flags.text("output") === "json" ? `${JSON.stringify(answer, null, 2)}\n` : describe(answer));
    complainOfGaps([loaded], flags);
    return answer.ports.length === 0 || (flags.has("strict") && hasGaps(loaded)) ? 1 : 0;
  },
};

function describe({ kind, band, ports, reasons }: WireFree): string {
  const [first, last] = [ports[0], ports.at(-1)];
  const shown = first === undefined ? "none" : first === last ? String(first) : `${String(first)}-${String(last ?? first)}`;
  const table = formatTable([{ title: "PORTS" }, { title: "KIND" }, { title: "BAND" }], [[shown, kind, band ?? ""]]);
  return `${table}\n${reasons.map((reason) => `  ${plain(reason)}\n`).join("")}`;
}
