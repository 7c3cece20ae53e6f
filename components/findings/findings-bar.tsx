"use client";

import { FilterInput } from "@/components/filter/filter-input";
import { useNow } from "@/components/live/clock";
import { classes } from "@/components/ui/classes";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { ChoiceMenu } from "@/components/ui/menu";
import { Segmented } from "@/components/ui/segmented";
import { useWords } from "@/components/words/words";
import { formatCount } from "@/lib/client/format";
import type { FilterError } from "@/lib/core";
import type { WireFinding } from "@/lib/wire/schemas";
import { beganWindows, beganWithin, type BeganWindow } from "./began";
import { NarrowMenu } from "./narrow-menu";
import { tabOf, withTab, type SeverityTab } from "./severity-tabs";
import { exportFormats, type ExportFormat } from "./use-export";

type FindingsBarProps = {
  readonly filter: string;
  readonly error: FilterError | null;
  readonly began: BeganWindow | null;
  /** Every finding, and those that are shown. */
  readonly findings: readonly WireFinding[];
  readonly shown: readonly WireFinding[];
  readonly hiddenOnPhone: boolean;
  readonly onFilter: (text: string) => void;
  readonly onBegan: (window: BeganWindow | null) => void;
  readonly onExport: (format: ExportFormat) => void;
};

/** What is shown, narrowed by filter, severity and time, and saved as a file. */
export function FindingsBar({ filter, error, began, findings, shown, hiddenOnPhone, onFilter, onBegan, onExport }: FindingsBarProps) {
  const { findings: words, shell } = useWords();
  const nowMs = useNow();
  const live = findings.filter(({ acknowledged }) => acknowledged === null);
  const label = (tab: SeverityTab): string =>
    tab === "all"
      ? `${words.all} ${formatCount(live.length)}`
      : `${words.severityTabs[tab]} ${formatCount(live.filter(({ severity }) => severity === tab).length)}`;
  // A filter that cannot be seen would hide findings.
  const filterHidden = withTab(filter, "all").trim() === "" && "phone:hidden";
  return (
    <div
      className={classes(
        "flex min-h-42 flex-none flex-wrap items-center gap-x-6 gap-y-4 border-b border-line bg-surface px-16 py-5 whitespace-nowrap phone:px-12 phone:py-8 print:hidden",
        hiddenOnPhone && "phone:hidden",
      )}
    >
      <FilterInput
        placeholder={words.placeholder}
        value={filter}
        onChange={onFilter}
        error={error}
        className={classes("max-w-420 min-w-220 phone:max-w-none phone:basis-full", filterHidden)}
      />
      <Segmented
        label={words.filterBySeverity}
        value={tabOf(filter)}
        onChange={(tab) => onFilter(withTab(filter, tab))}
        options={(["all", "critical", "warning", "info"] as const).map((tab) => ({ value: tab, label: label(tab) }))}
        className="phone:w-full"
      />
      <div className={classes("flex items-center", began === null && "phone:hidden")}>
        <ChoiceMenu
          label={words.began}
          value={began ?? "any"}
          onChange={(value) => onBegan(beganWindows.find((window) => window === value) ?? null)}
          options={(["any", ...beganWindows] as const).map((value) => ({
            value,
            label: words.beganIn[value],
            text: words.beganIn[value],
            beside: formatCount(value === "any" ? live.length : live.filter((finding) => beganWithin(finding, value, nowMs)).length),
          }))}
        />
        <span className="phone:hidden">
          <NarrowMenu findings={shown} filter={filter} onFilter={onFilter} />
        </span>
      </div>
      <div className="ml-auto flex gap-6 phone:hidden" title={words.exportNote(formatCount(shown.length))}>
        {exportFormats.map((format) => (
          <Button key={format} size="small" onPress={() => onExport(format)}>
            {words.exports[format]}
          </Button>
        ))}
        <CopyButton size="small" text={() => window.location.href} said={shell.linkCopied} failed={shell.copyFailed}>
          {shell.copyLink}
        </CopyButton>
      </div>
    </div>
  );
}
