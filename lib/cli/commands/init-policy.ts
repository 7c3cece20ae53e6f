import { writeStarter } from "@/lib/sources/policy/write-starter";
import type { Command } from "../command";
import { helpFlag, sourceFlags } from "../common-flags";
import { complainOfGaps, loadClusters } from "../load-clusters";
import { print, refuseWords } from "../terminal";

export const initPolicy: Command = {
  usage: "init-policy > portolan.yaml",
  about: "a starter policy file from what is in the cluster now",
  formats: ["yaml"],
  flags: [
    ...sourceFlags,
    { name: "output", short: "o", value: "FORMAT", about: "yaml" },
    { name: "quiet", value: null, about: "no remarks on standard error" },
    helpFlag,
  ],
  async run(flags, words) {
    refuseWords(words, "init-policy");
    const loaded = await loadClusters(flags, false);
    for (const { snapshot, context } of loaded) await print(writeStarter(snapshot, context));
    complainOfGaps(loaded, flags);
    return 0;
  },
};
