"use client";

import { useAnnounce } from "@/components/ui/announcer";
import { useWords } from "@/components/words/words";
import { saveFile, type SavedFile } from "@/lib/client/save-file";
import type { WireFinding } from "@/lib/wire/schemas";
import type { AllocationRow } from "./build-view";
import { everyColumn, exportCsv, exportJson } from "./export";

/** Returns: a function that saves the rows on screen as a file and says so. */
export function useExport(
  cluster: string,
  shown: readonly AllocationRow[],
  columns: Parameters<typeof exportCsv>[0]["columns"],
  findings: ReadonlyMap<string, WireFinding>,
) {
  const words = useWords();
  const announce = useAnnounce();
  return (format: "csv" | "csvAll" | "json"): void => {
    const input = { cluster, rows: shown.map(({ row }) => row), findings, atMs: Date.now() };
    const file: SavedFile =
      format === "json" ? exportJson({ ...input, columns }) : exportCsv({ ...input, columns: format === "csvAll" ? everyColumn : columns });
    saveFile(file);
    announce(words.shell.exported(file.name));
  };
}
