"use client";

import Link from "next/link";
import { Glyph } from "@/components/glyphs/glyph";
import { useCluster } from "@/components/live/cluster";
import { useLive } from "@/components/live/live-state";
import { useHref } from "@/components/live/use-href";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { formatCount } from "@/lib/client/format";

const tones = { critical: "text-critical", warning: "text-warning", info: "text-ink-2 phone:hidden" } as const;

/** How many findings there are of each severity; none and acknowledged ones are not shown. */
export function FindingCounts() {
  const words = useWords();
  const href = useHref();
  const { cluster } = useCluster();
  const counts = useLive().counts ?? cluster?.findings;
  if (counts === undefined) return null;
  return (
    <nav aria-label={words.shell.counts} className="ml-6 flex gap-1 empty:hidden">
      {(["critical", "warning", "info"] as const)
        .filter((severity) => counts[severity] > 0)
        .map((severity) => (
          <Link
            key={severity}
            href={href("/conflicts", { q: `severity:${severity}` })}
            prefetch={false}
            aria-label={words.severityCounts[severity](formatCount(counts[severity]))}
            className={classes(
              "flex h-28 items-center gap-4 rounded-2 px-6 font-mono text-[12px] leading-[16px] font-semibold no-underline hover:bg-hover phone:h-44",
              tones[severity],
            )}
          >
            <Glyph name={severity} />
            {formatCount(counts[severity])}
          </Link>
        ))}
    </nav>
  );
}
