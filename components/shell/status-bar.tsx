"use client";

import { Glyph } from "@/components/glyphs/glyph";
import { useCluster } from "@/components/live/cluster";
import { shownKinds, type Kind } from "@/components/live/freshness";
import { useLive } from "@/components/live/live-state";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import { formatCount, formatRevision } from "@/lib/client/format";
import type { WireKindStatus } from "@/lib/wire/schemas";
import { WarningsButton } from "./warnings-panel";

/** What is being read and in which state, the proxy, the revision; the last words are the promise. */
export function StatusBar() {
  const words = useWords();
  const { cluster } = useCluster();
  const { staleness, revision } = useLive();
  const modes = cluster?.proxyModes ?? [];
  return (
    <footer className="flex h-26 flex-none items-center gap-16 overflow-hidden border-t border-line bg-surface px-16 text-11 whitespace-nowrap text-ink-3 phone:hidden">
      {staleness !== null &&
        shownKinds(staleness).map((kind) => {
          const status = staleness[kind];
          return status === undefined ? null : <KindStatus key={kind} kind={kind} status={status} />;
        })}
      <WarningsButton />
      <span className="min-w-0 flex-1" />
      {cluster !== null && (
        <span className="truncate">
          {modes.length === 0 ? words.shell.noProxyKnown : words.shell.proxy(words.say.names(modes), cluster.version)}
        </span>
      )}
      {revision !== null && <span className="font-mono">{words.shell.revision(formatRevision(revision))}</span>}
      <span className="scarce:hidden">{words.shell.readOnly}</span>
    </footer>
  );
}

function KindStatus({ kind, status }: { readonly kind: Kind; readonly status: WireKindStatus }) {
  const words = useWords();
  const { state, count, forbiddenNamespaces } = status;
  if (state === "forbidden" || state === "notCollected") {
    return (
      <span className="inline-flex items-center gap-5 font-medium text-warning">
        <Glyph name="unknown" size={10} />
        {kind} {words.freshness.states[state]}
      </span>
    );
  }
  return (
    <>
      <span className={classes("inline-flex items-center gap-5", state === "stale" && "font-medium text-warning")}>
        <span
          aria-hidden
          className={classes(
            "size-7 flex-none rounded-full",
            state === "live" ? "bg-ok" : state === "snapshot" ? "border-2 border-ink-3" : "border-2 border-warning",
          )}
        />
        {kind} {formatCount(count)}
        {state !== "live" && state !== "snapshot" && <> {words.freshness.states[state]}</>}
      </span>
      {forbiddenNamespaces.length > 0 && (
        <span className="inline-flex items-center gap-5 font-medium text-warning">
          <Glyph name="unknown" size={10} />
          {words.freshness.forbiddenShort(words.say.names(forbiddenNamespaces), kind)}
        </span>
      )}
    </>
  );
}
