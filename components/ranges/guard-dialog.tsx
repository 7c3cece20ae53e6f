"use client";

import { useState } from "react";
import { remedyId } from "@/components/findings/remedies/remedy-id";
import { RemedyList } from "@/components/findings/remedies/remedy-list";
import { useCluster } from "@/components/live/cluster";
import { useGuards } from "@/components/live/queries";
import { QueryProblem } from "@/components/live/query-state";
import { Dialog } from "@/components/ui/dialog";
import { useWords } from "@/components/words/words";

/** What makes the API server refuse numbers that are kept for others: shown to be copied and applied by a person. */
export function GuardDialog({ onClose }: { readonly onClose: () => void }) {
  const words = useWords().ranges;
  const query = useGuards(useCluster().name);
  const [chosen, setChosen] = useState<string | null>(null);
  const answer = query.data;
  return (
    <Dialog label={words.guard} isOpen onClose={onClose}>
      <div className="overflow-auto px-16 pt-14">
        <QueryProblem query={query} />
        {answer !== undefined && (
          <RemedyList
            answer={answer}
            cluster={answer.cluster}
            open={answer.remedies.find((each) => remedyId(each) === chosen) ?? answer.remedies[0] ?? null}
            onOpen={setChosen}
          />
        )}
      </div>
    </Dialog>
  );
}
