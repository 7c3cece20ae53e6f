import { writeSnapshot } from "@/lib/sources/snapshot/write-snapshot";
import type { Command } from "../command";
import { helpFlag, sourceFlags } from "../common-flags";
import { complainOfGaps, loadClusters } from "../load-clusters";
import { commandError, complain, refuseWords, whyFile } from "../terminal";

export const snapshot: Command = {
  usage: "snapshot -o FILE[.json|.json.gz]",
  about: "writes a slim snapshot that every command reads again; pod specs and annotations are not in it",
  formats: [],
  flags: [
    ...sourceFlags,
    { name: "output", short: "o", value: "FILE", about: "the file to write; .gz at its end: compressed" },
    { name: "quiet", value: null, about: "no remarks on standard error" },
    helpFlag,
  ],
  async run(flags, words) {
    refuseWords(words, "snapshot");
    const file = flags.text("output");
    if (file === null) throw commandError("no file to write", "snapshot", "name one with -o FILE.json.gz");
    const clusters = await loadClusters(flags, false);
    for (const { name, snapshot: taken } of clusters) {
      try {
        writeSnapshot(taken, file);
      } catch (cause) {
        throw commandError(`the file cannot be written, ${whyFile(cause)}`, file, "check -o");
      }
      if (!flags.has("quiet"))
        complain(
          `wrote ${file}: ${name}: ${String(taken.nodes.size)} nodes, ${String(taken.services.size)} services, ${String(taken.pods.size)} pods`,
        );
    }
    complainOfGaps(clusters, flags);
    return 0;
  },
};
