"use client";

import { useRouter } from "next/navigation";
import { useHref } from "@/components/live/use-href";
import { useShortcuts } from "@/components/shell/keyboard";
import { useCopy } from "@/components/ui/copy-button";
import { useWords } from "@/components/words/words";
import type { WireRemedy } from "@/lib/wire/remedy-schemas";
import type { WireFinding } from "@/lib/wire/schemas";
import { remedyId } from "./remedies/remedy-id";
import { traceOf } from "./trace-of";

type FindingKeys = {
  readonly walk: readonly WireFinding[];
  readonly current: WireFinding | undefined;
  readonly onOpen: (fingerprint: string) => void;
  readonly remedies: readonly WireRemedy[];
  readonly openRemedy: WireRemedy | null;
  readonly onRemedy: (id: string) => void;
};

/** The keys of this view. */
export function useFindingKeys({ walk, current, onOpen, remedies, openRemedy, onRemedy }: FindingKeys): void {
  const words = useWords();
  const copy = useCopy();
  const router = useRouter();
  const href = useHref();
  const step = (by: 1 | -1): void => {
    const at = walk.findIndex(({ fingerprint }) => fingerprint === current?.fingerprint);
    const next = walk[at < 0 ? 0 : (at + by + walk.length) % walk.length];
    if (next !== undefined) onOpen(next.fingerprint);
  };
  const down = { label: words.findings.keys.down, run: () => step(1) };
  const up = { label: words.findings.keys.up, run: () => step(-1) };
  const to = current === undefined ? null : traceOf(current);
  useShortcuts("view", [
    { keys: "j", ...down },
    { keys: "k", ...up },
    { keys: "]", ...down },
    { keys: "[", ...up },
    {
      keys: "Enter",
      label: words.findings.keys.trace,
      run: () => {
        if (to !== null) router.push(href("/trace", to));
      },
    },
    {
      keys: "a",
      label: words.findings.keys.acknowledge,
      run: () => document.querySelector<HTMLInputElement>("[data-acknowledge]")?.focus(),
    },
    ...remedies.slice(0, 9).map((remedy, place) => ({
      keys: String(place + 1),
      label: words.findings.keys.remedy(String(place + 1)),
      run: () => onRemedy(remedyId(remedy)),
    })),
    ...(openRemedy === null
      ? []
      : [
          {
            keys: "c",
            label: words.findings.keys.copyYaml,
            run: () => copy(openRemedy.yaml, words.findings.remedies.yamlCopied, words.shell.copyFailed),
          },
        ]),
  ]);
}
