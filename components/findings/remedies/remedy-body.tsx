"use client";

import { useAnnounce } from "@/components/ui/announcer";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { useWords } from "@/components/words/words";
import { formatCount } from "@/lib/client/format";
import { fileName, saveFile } from "@/lib/client/save-file";
import type { WireRemedy } from "@/lib/wire/remedy-schemas";
import { Effect } from "./effect";
import { EndpointTable } from "./endpoint-table";
import { remedyId } from "./remedy-id";
import { Said } from "./said";
import { useSaying } from "./use-saying";
import { YamlBlock } from "./yaml-block";

export type RemedyBodyProps = { readonly remedy: WireRemedy; readonly cluster: string; readonly isBeside: boolean };

/** One remedy in full: what it gains and costs, the way back, the YAML, the steps, and who connects where. */
export function RemedyBody({ remedy, cluster, isBeside }: RemedyBodyProps) {
  const { findings, shell } = useWords();
  const words = findings.remedies;
  const say = useSaying();
  const announce = useAnnounce();
  const { gains, costs, steps, wayBack, yaml, changed, endpoints, facts } = remedy;
  const title = say(remedy.title, facts.title);
  const lineCount = yaml.trimEnd().split("\n").length;
  const download = (): void => {
    const name = fileName(`remedy-${remedyId(remedy)}`, cluster, Date.now(), "yaml");
    saveFile({ name, type: "application/yaml;charset=utf-8", text: yaml });
    announce(shell.exported(name));
  };
  return (
    <div className="flex flex-col gap-10">
      <ul className="flex flex-col gap-3 text-[12.5px] leading-[18px] text-ink-2">
        {gains.map((text, place) => (
          <Effect key={text} sign="+" name={words.gains}>
            <Said text={text} fact={facts.gains[place]} />
          </Effect>
        ))}
        {costs.map((text, place) => (
          <Effect key={text} sign="−" name={words.costs}>
            <Said text={text} fact={facts.costs[place]} />
          </Effect>
        ))}
        <Effect sign="↩" name={words.wayBack}>
          <Said text={wayBack} fact={facts.wayBack} />
        </Effect>
      </ul>
      {/* Beside the other remedies the YAML stands first: their effects are told there. */}
      <div className={isBeside ? "order-first" : ""}>
        <div className="mb-6 flex flex-wrap items-center gap-8">
          <CopyButton size="small" text={yaml} said={words.yamlCopied} failed={shell.copyFailed}>
            {words.copyYaml}
          </CopyButton>
          <Button size="small" onPress={download}>
            {words.download}
          </Button>
          <span className="text-11 text-ink-3">{words.changedLines(formatCount(changed.length), formatCount(lineCount))}</span>
        </div>
        <YamlBlock label={words.yaml(title)} yaml={yaml} changed={changed} />
      </div>
      {steps.length > 0 && (
        <div>
          <h4 className="mb-3 text-12 font-semibold">{words.steps}</h4>
          <ol className="list-decimal pl-18 text-[12.5px] leading-[18px] text-ink-2">
            {steps.map((text, place) => (
              <li key={text} className="break-words">
                <Said text={text} fact={facts.steps[place]} />
              </li>
            ))}
          </ol>
        </div>
      )}
      {endpoints.length > 0 && <EndpointTable endpoints={endpoints} />}
    </div>
  );
}
