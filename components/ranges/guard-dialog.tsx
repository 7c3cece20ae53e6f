"use client";

import { useState } from "react";
import { RemedyChoice } from "@/components/findings/remedies/remedy-choice";
import { chooseRemedy } from "@/components/findings/remedies/remedy-id";
import { RemedyPanel } from "@/components/findings/remedies/remedy-panel";
import { Unavailable } from "@/components/findings/remedies/unavailable";
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
  const open = answer === undefined ? null : chooseRemedy(answer.remedies, chosen);
  return (
    <Dialog label={words.guard} isOpen onClose={onClose}>
      <div className="flex flex-col gap-14 overflow-auto px-16 py-14">
        <QueryProblem query={query} />
        {answer !== undefined && answer.remedies.length > 1 && (
          <RemedyChoice remedies={answer.remedies} chosen={open} onChoose={setChosen} />
        )}
        {answer !== undefined && open !== null && (
          <RemedyPanel
            remedy={open}
            place={answer.remedies.indexOf(open) + 1}
            cluster={answer.cluster}
            isBeside={answer.remedies.length > 1}
          />
        )}
        {answer !== undefined && <Unavailable unavailable={answer.unavailable} />}
      </div>
    </Dialog>
  );
}
