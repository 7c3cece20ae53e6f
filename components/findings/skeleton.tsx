"use client";

import { Skeleton } from "@/components/ui/skeleton";
import { useWords } from "@/components/words/words";

/** The frame of the view with still grey bars where text will be. */
export function FindingsSkeleton() {
  const words = useWords();
  return (
    <div role="status" aria-busy="true" aria-label={words.state.loading} className="flex min-h-0 flex-1 flex-col">
      <div className="h-42 flex-none border-b border-line bg-surface" />
      <div
        className="grid min-h-0 flex-1 grid-cols-[424px_minmax(0,1fr)] narrow:grid-cols-[340px_minmax(0,1fr)] phone:grid-cols-1"
        aria-hidden
      >
        <div className="overflow-hidden border-r border-line bg-surface">
          {Array.from({ length: 8 }, (_, place) => (
            <div key={place} className="flex h-78 flex-col justify-center gap-10 border-b border-line px-16">
              <Skeleton className="w-220" />
              <Skeleton className="w-300" />
            </div>
          ))}
        </div>
        <div className="bg-bg phone:hidden">
          <div className="flex h-130 flex-col justify-center gap-14 border-b border-line bg-surface px-24">
            <Skeleton className="w-320" />
            <Skeleton className="w-560" />
          </div>
        </div>
      </div>
    </div>
  );
}
