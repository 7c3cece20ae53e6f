"use client";

import { Button } from "react-aria-components/Button";
import { useCluster } from "@/components/live/cluster";
import { useFormatTime } from "@/components/live/clock";
import { freshnessOf, type Freshness } from "@/components/live/freshness";
import { useLive } from "@/components/live/live-state";
import { Glyph } from "@/components/glyphs/glyph";
import { classes } from "@/components/ui/classes";
import { Popover } from "@/components/ui/popover";
import { useWords } from "@/components/words/words";
import { FreshnessPanel } from "./freshness-panel";

/** One word on how fresh the page is; it opens the state of each kind. */
export function FreshnessWord() {
  const words = useWords();
  const say = useSayFreshness();
  const { cluster } = useCluster();
  const freshness = freshnessOf(useLive(), cluster);
  const text = say(freshness);
  // What may not be read is not calm.
  const calm = (freshness.kind === "live" && freshness.forbidden === 0) || freshness.kind === "snapshot";
  return (
    <Popover
      label={words.freshness.heading}
      className="w-420 max-w-[calc(100vw-24px)]"
      trigger={
        <Button
          aria-label={text}
          className={classes(
            "flex h-28 flex-none items-center gap-6 rounded-2 px-8 text-12 hover:bg-hover phone:h-44",
            calm ? "text-ink-2 phone:hidden" : "font-medium text-warning",
          )}
        >
          {freshness.kind === "live" && !calm ? <Glyph name="unknown" size={10} /> : <FreshnessDot kind={freshness.kind} />}
          <span className="scarce:sr-only">{text}</span>
        </Button>
      }
    >
      <FreshnessPanel />
    </Popover>
  );
}

export function FreshnessDot({ kind }: { readonly kind: Freshness["kind"] }) {
  const look = kind === "live" ? "bg-ok" : kind === "snapshot" ? "border-2 border-ink-3" : "border-2 border-warning";
  return <span aria-hidden className={classes("size-7 flex-none rounded-full", look)} />;
}

/** Returns: how a freshness is said. */
export function useSayFreshness(): (freshness: Freshness) => string {
  const words = useWords().freshness;
  const formatTime = useFormatTime();
  return (freshness) => {
    switch (freshness.kind) {
      case "live":
        return freshness.forbidden === 0 ? words.live : words.liveForbidden(String(freshness.forbidden));
      case "stale":
        return words.stale(freshness.since === null ? "?" : formatTime(Date.parse(freshness.since)));
      case "syncing":
        return words.syncing;
      case "reconnecting":
        return words.reconnecting;
      case "unreachable":
        return words.unreachable;
      case "snapshot":
        return words.snapshot(freshness.of === null ? null : formatTime(Date.parse(freshness.of)));
    }
  };
}
