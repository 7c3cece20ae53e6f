"use client";

import { useCluster } from "@/components/live/cluster";
import { useFormatTime } from "@/components/live/clock";
import { freshnessOf } from "@/components/live/freshness";
import { useLive } from "@/components/live/live-state";
import { StateView } from "@/components/ui/state-view";
import { useWords } from "@/components/words/words";
import type { FindingsAnswer } from "@/lib/client/api";
import { formatCount } from "@/lib/client/format";

const readKinds = ["nodes", "pods", "services", "endpointslices"] as const;

/** Where there is no finding: the fact, what it rests on, and what keeps it from being calm. */
export function NoFinding({ answer, rules }: { readonly answer: FindingsAnswer; readonly rules: number }) {
  const { findings: words, say } = useWords();
  const { cluster } = useCluster();
  const live = useLive();
  const formatTime = useFormatTime();
  const { kind } = freshnessOf(live, cluster);
  const read = say.names(readKinds.map((each) => `${formatCount(cluster?.counts[each] ?? 0)} ${each}`));
  return (
    <StateView title={words.none}>
      <p>{words.noneText(formatCount(rules), read)}</p>
      {(kind === "stale" || kind === "reconnecting" || kind === "unreachable") && (
        <p className="mt-4 text-warning">
          {answer.asOf === null ? words.noneStaleUnknown : words.noneStale(formatTime(Date.parse(answer.asOf)))}
        </p>
      )}
      {answer.warnings.length > 0 && <p className="mt-4 text-warning">{words.noneWarnings(formatCount(answer.warnings.length))}</p>}
    </StateView>
  );
}
