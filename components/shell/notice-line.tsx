"use client";

import { useCluster } from "@/components/live/cluster";
import { useFormatTime } from "@/components/live/clock";
import { freshnessOf } from "@/components/live/freshness";
import { useLive } from "@/components/live/live-state";
import { useWords } from "@/components/words/words";

/** The amber line under the header while what is shown may be old, or the policy file is broken; absent otherwise. */
export function NoticeLine() {
  const words = useWords();
  const formatTime = useFormatTime();
  const { cluster } = useCluster();
  const live = useLive();
  const freshness = freshnessOf(live, cluster);
  const text = ((): string | null => {
    switch (freshness.kind) {
      case "reconnecting":
        return words.freshness.streamLost;
      case "stale":
        return words.freshness.staleLine(
          words.say.names(freshness.kinds),
          freshness.since === null ? "?" : formatTime(Date.parse(freshness.since)),
        );
      case "unreachable":
        return (cluster === null ? null : words.say.message(cluster)) ?? words.freshness.unreachable;
      case "live":
      case "syncing":
      case "snapshot":
        return cluster === null || cluster.policyError === null ? null : words.freshness.policyBroken(words.say.policy(cluster));
    }
  })();
  return (
    <div role="status" className="flex-none bg-warning-soft px-16 py-4 text-12 text-warning empty:hidden phone:px-12">
      {text}
    </div>
  );
}
