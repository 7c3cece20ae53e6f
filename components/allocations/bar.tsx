"use client";

import { Button as AriaButton } from "react-aria-components/Button";
import { FilterInput } from "@/components/filter/filter-input";
import { Button, buttonClass } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { ActionMenu, ChoiceMenu } from "@/components/ui/menu";
import { Popover } from "@/components/ui/popover";
import { useWords } from "@/components/words/words";
import type { FilterError } from "@/lib/core";
import type { GroupBy } from "./build-view";
import { columns, defaultColumns, type ColumnId } from "./columns";
import { groupings } from "./url-params";

type BarProps = {
  readonly filter: string;
  readonly filterError: FilterError | null;
  readonly onFilter: (text: string) => void;
  readonly groupBy: GroupBy;
  readonly onGroupBy: (groupBy: GroupBy) => void;
  readonly free: boolean;
  readonly onFree: (free: boolean) => void;
  readonly shown: readonly ColumnId[];
  readonly onShown: (columns: readonly ColumnId[]) => void;
  readonly onCsv: (which: "shown" | "all") => void;
  readonly onJson: () => void;
};

/** The one bar of the table: what is in it, how it is laid out, how it leaves. */
export function AllocationsBar({
  filter,
  filterError,
  onFilter,
  groupBy,
  onGroupBy,
  free,
  onFree,
  shown,
  onShown,
  onCsv,
  onJson,
}: BarProps) {
  const words = useWords();
  return (
    <div className="flex h-46 flex-none items-center gap-6 border-b border-line bg-surface px-16 whitespace-nowrap phone:h-auto phone:px-12 phone:py-8">
      <FilterInput placeholder={words.filter.placeholder} value={filter} onChange={onFilter} error={filterError} className="max-w-720" />
      <div className="ml-auto flex items-center gap-6 pl-16 phone:hidden">
        <ChoiceMenu
          label={words.allocations.group}
          value={groupBy}
          onChange={(value) => onGroupBy(groupings.find((each) => each === value) ?? "band")}
          options={groupings.map((each) => ({ value: each, label: words.allocations.groups[each], text: words.allocations.groups[each] }))}
        />
        <Button size="small" tone="ghost" onPress={() => onFree(!free)}>
          {free ? words.allocations.freeShown : words.allocations.freeHidden}
        </Button>
        <ColumnsChoice shown={shown} onShown={onShown} />
        <ActionMenu
          label={words.allocations.csv}
          trigger={<AriaButton className={buttonClass({ size: "small" })}>{words.allocations.csv}</AriaButton>}
          sections={[
            {
              actions: [
                { value: "shown", label: words.allocations.csvShown, text: words.allocations.csvShown, run: () => onCsv("shown") },
                { value: "all", label: words.allocations.csvAll, text: words.allocations.csvAll, run: () => onCsv("all") },
              ],
            },
          ]}
        />
        <Button size="small" onPress={onJson}>
          {words.allocations.json}
        </Button>
        <CopyButton size="small" text={() => window.location.href} said={words.shell.linkCopied} failed={words.shell.copyFailed}>
          {words.shell.copyLink}
        </CopyButton>
      </div>
    </div>
  );
}

function ColumnsChoice({ shown, onShown }: Pick<BarProps, "shown" | "onShown">) {
  const words = useWords();
  return (
    <Popover
      label={words.allocations.chooseColumns}
      className="w-210 p-6"
      trigger={<AriaButton className={buttonClass({ size: "small" })}>{words.allocations.chooseColumns}</AriaButton>}
    >
      {columns.map(({ id }) => (
        <label key={id} className="flex h-28 items-center gap-8 rounded-1 px-8 hover:bg-hover">
          <input
            type="checkbox"
            className="accent-ink"
            checked={shown.includes(id)}
            // The last column stays: a table without any shows nothing.
            disabled={shown.length === 1 && shown.includes(id)}
            onChange={(event) => onShown(event.target.checked ? [...shown, id] : shown.filter((each) => each !== id))}
          />
          {words.allocations.columns[id]}
        </label>
      ))}
      <Button size="small" tone="ghost" onPress={() => onShown(defaultColumns)} className="mt-4 w-full">
        {words.allocations.defaultColumns}
      </Button>
    </Popover>
  );
}
