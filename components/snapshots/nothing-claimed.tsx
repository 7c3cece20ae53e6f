"use client";

import { useLive } from "@/components/live/live-state";
import { Button } from "@/components/ui/button";
import { StateView } from "@/components/ui/state-view";
import { useWords } from "@/components/words/words";
import { useSnapshots } from "./snapshots";

/** Where a cluster claims no port: what that rests on, and what to look at instead. What may not be read could claim any. */
export function NothingClaimed() {
  const { state: words, snapshots, say } = useWords();
  const { staleness } = useLive();
  const { choose } = useSnapshots();
  const unread = (["services", "pods"] as const).filter((kind) => {
    const state = staleness?.[kind]?.state;
    return state === "forbidden" || state === "notCollected";
  });
  return (
    <StateView title={unread.length === 0 ? words.nothingClaimed : words.nothingSeen(say.names(unread))}>
      <p>{words.lookElsewhere}</p>
      <p className="mt-12">
        <Button onPress={choose}>{snapshots.open}</Button>
      </p>
    </StateView>
  );
}
