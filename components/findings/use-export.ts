"use client";

import { useAnnounce } from "@/components/ui/announcer";
import { useWords } from "@/components/words/words";
import { fileName, saveFile } from "@/lib/client/save-file";
import { formatFindings } from "@/lib/wire/findings-file";
import type { RuleText } from "@/lib/wire/rule-text";
import type { WireEvaluation } from "@/lib/wire/schemas";

export const exportFormats = ["json", "sarif", "markdown"] as const;
export type ExportFormat = (typeof exportFormats)[number];

const endings = { json: "json", sarif: "sarif", markdown: "md" } as const satisfies Record<ExportFormat, string>;
const types = { json: "application/json", sarif: "application/sarif+json", markdown: "text/markdown" } as const satisfies Record<
  ExportFormat,
  string
>;

/** Returns: a function that saves an evaluation as the command line prints it, and says so. */
export function useExport(cluster: string, rules: readonly RuleText[]): (evaluation: WireEvaluation, format: ExportFormat) => void {
  const { exported } = useWords().shell;
  const announce = useAnnounce();
  return (evaluation, format) => {
    const name = fileName("findings", cluster, Date.now(), endings[format]);
    saveFile({ name, type: `${types[format]};charset=utf-8`, text: formatFindings(evaluation, format, rules) });
    announce(exported(name));
  };
}
