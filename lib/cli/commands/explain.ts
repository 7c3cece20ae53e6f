import { listRules, nearestWord } from "@/lib/core";
import type { Command } from "../command";
import { helpFlag } from "../common-flags";
import { commandError, print } from "../terminal";

export const explain: Command = {
  usage: "explain RULE",
  about: "what a rule means, why it matters, how to fix it; without a rule: all of them",
  formats: ["table", "json"],
  flags: [
    { name: "output", short: "o", value: "FORMAT", about: "table or json" },
    { name: "no-color", value: null, env: "NO_COLOR", about: "no colours" },
    helpFlag,
  ],
  async run(flags, words) {
    const rules = listRules().map(({ id, severity, needs, words: { en } }) => ({
      rule: id,
      severity,
      needs,
      title: en.title,
      why: en.why,
      fix: en.fix,
    }));
    const [id, ...rest] = words;
    if (rest.length > 0) throw commandError("too many words", rest.join(" "), "portolan explain RULE");
    const chosen = id === undefined ? rules : rules.filter(({ rule }) => rule === id);
    if (chosen.length === 0) {
      const near = nearestWord(
        id ?? "",
        rules.map(({ rule }) => rule),
      );
      throw commandError(
        "there is no such rule",
        id ?? "",
        near === null ? `known: ${rules.map(({ rule }) => rule).join(", ")}` : `did you mean ${near}`,
      );
    }
    if (flags.text("output") === "json") await print(`${JSON.stringify(id === undefined ? chosen : chosen[0], null, 2)}\n`);
    else
      await print(
        chosen
          .map(
            (rule) =>
              `${rule.rule}  (${rule.severity})\n\n  ${rule.title}\n\n  Why   ${rule.why}\n  Fix   ${rule.fix}\n  Reads ${rule.needs.join(", ")}\n`,
          )
          .join("\n"),
      );
    return 0;
  },
};
