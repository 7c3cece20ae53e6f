"use client";

import { useRef } from "react";
import { useCluster } from "@/components/live/cluster";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Kbd } from "@/components/ui/kbd";
import { useWords } from "@/components/words/words";
import type { CheckAnswer } from "@/lib/client/api";
import { formatCount } from "@/lib/client/format";
import { formatCheck } from "@/lib/wire/check-file";
import type { RuleText } from "@/lib/wire/rule-text";
import { describeCommand } from "./describe-command";

/** The API's own, when a question names none. */
const failOn = "critical";

type CheckBarProps = {
  readonly file: string;
  readonly answer: CheckAnswer | undefined;
  readonly rules: readonly RuleText[];
  readonly isBusy: boolean;
  readonly onFile: (file: File) => void;
  readonly onCheck: () => void;
};

/** Which manifest, against what; and the same question as a command. */
export function CheckBar({ file, answer, rules, isBusy, onFile, onCheck }: CheckBarProps) {
  const { check: words, shell } = useWords();
  const { cluster, name } = useCluster();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="flex min-h-42 flex-none flex-wrap items-center gap-x-8 gap-y-4 border-b border-line bg-surface px-16 py-5 whitespace-nowrap phone:px-12 phone:py-8">
      <span className="max-w-320 truncate font-semibold">{file}</span>
      {answer !== undefined && <span className="text-12 text-ink-3">{describeObjects(answer, words)}</span>}
      <span className="min-w-0 flex-1 phone:basis-full" />
      <span className="max-w-240 truncate text-12 text-ink-2 phone:hidden">{words.against(name)}</span>
      <input
        ref={input}
        type="file"
        accept=".yaml,.yml,.json,.txt,text/*,application/json"
        aria-label={words.openFile}
        hidden
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen !== undefined) onFile(chosen);
          event.target.value = "";
        }}
      />
      <Button size="small" onPress={() => input.current?.click()}>
        {words.openFile}
      </Button>
      {answer !== undefined && (
        <span className="phone:hidden">
          <CopyButton size="small" text={() => formatCheck(answer, "sarif", rules, failOn)} said={shell.copied} failed={shell.copyFailed}>
            {words.copySarif}
          </CopyButton>
        </span>
      )}
      <CopyButton size="small" text={() => describeCommand(file, cluster)} said={shell.copied} failed={shell.copyFailed}>
        {words.copyCommand}
      </CopyButton>
      <Button size="small" tone="primary" isDisabled={isBusy} onPress={onCheck}>
        {isBusy ? words.checking : words.check}
        <span className="phone:hidden">
          <Kbd>Ctrl ↵</Kbd>
        </span>
      </Button>
    </div>
  );
}

function describeObjects({ objects }: CheckAnswer, words: ReturnType<typeof useWords>["check"]): string {
  const count = (effect: CheckAnswer["objects"][number]["effect"]): number => objects.filter((each) => each.effect === effect).length;
  const chosen = objects.reduce((sum, object) => sum + object.chosen, 0);
  return [
    words.objects(formatCount(objects.length)),
    ...(["create", "update", "delete"] as const).flatMap((effect) =>
      count(effect) === 0 ? [] : [words.effects[effect](formatCount(count(effect)))],
    ),
    ...(chosen === 0 ? [] : [words.chosen(formatCount(chosen))]),
  ].join(words.comma);
}
