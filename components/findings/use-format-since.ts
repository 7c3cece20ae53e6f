"use client";

import { useFormatTime, useNow } from "@/components/live/clock";
import { useFormatAge, useWords } from "@/components/words/words";
import type { WireFinding } from "@/lib/wire/schemas";

/** Returns: since when a finding holds, or when the server first saw it, with its age; null where neither is known. */
export function useFormatSince(): (finding: Pick<WireFinding, "since" | "sinceFrom">) => string | null {
  const { findings } = useWords();
  const nowMs = useNow();
  const formatTime = useFormatTime();
  const formatAge = useFormatAge();
  return ({ since, sinceFrom }) => {
    if (since === null) return null;
    const words = sinceFrom === "process" ? findings.firstSeen : findings.since;
    return words(formatTime(Date.parse(since)), formatAge(nowMs - Date.parse(since)));
  };
}
