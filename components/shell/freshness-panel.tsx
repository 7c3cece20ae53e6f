"use client";

import { Glyph } from "@/components/glyphs/glyph";
import { useCluster } from "@/components/live/cluster";
import { useFormatTime, useNow } from "@/components/live/clock";
import type { Kind } from "@/components/live/freshness";
import { useLive } from "@/components/live/live-state";
import { describeRecognition } from "@/components/snapshots/describe-recognition";
import { useFormatAge, useWords } from "@/components/words/words";
import { CopyButton } from "@/components/ui/copy-button";
import { formatCount } from "@/lib/client/format";
import type { WireKindStatus } from "@/lib/wire/schemas";
import { grantFor } from "./grant";

/** Every kind with its count and state, what cannot be read, and what the API does not say. */
export function FreshnessPanel() {
  const words = useWords();
  const { cluster } = useCluster();
  const { staleness, connection } = useLive();
  const kinds = Object.entries(staleness ?? {}) as [Kind, WireKindStatus][];
  const grant = grantFor(kinds);
  return (
    <div className="p-16 text-12">
      <h2 className="text-13 font-head">{words.freshness.heading}</h2>
      {cluster !== null && cluster.recognised !== null && (
        <p className="mt-4 text-ink-2">{describeRecognition(cluster.recognised, words)}</p>
      )}
      {connection === "lost" && <p className="mt-4 text-warning">{words.freshness.streamLost}</p>}
      {cluster !== null && cluster.message !== null && cluster.message !== `policy: ${cluster.policyError ?? ""}` && (
        <p className="mt-4 text-warning">{words.say.message(cluster)}</p>
      )}
      <table className="mt-8 w-full border-separate border-spacing-0">
        <thead className="text-11 text-ink-3">
          <tr>
            <th scope="col" className="pr-12 pb-4 text-left font-medium">
              {words.freshness.kind}
            </th>
            <th scope="col" className="pr-12 pb-4 text-right font-medium whitespace-nowrap">
              {words.freshness.count}
            </th>
            <th scope="col" className="pb-4 text-left font-medium">
              {words.freshness.state}
            </th>
          </tr>
        </thead>
        <tbody>
          {kinds.map(([kind, status]) => (
            <KindRow key={kind} kind={kind} status={status} />
          ))}
        </tbody>
      </table>
      {grant !== null && (
        <div className="mt-12">
          <h3 className="flex items-center justify-between text-12 font-semibold">
            {words.freshness.grant}
            <CopyButton size="small" text={grant} said={words.shell.copied} failed={words.shell.copyFailed}>
              {words.shell.copy}
            </CopyButton>
          </h3>
          <pre className="mt-4 overflow-auto rounded-2 border border-line bg-sunken p-8 text-[11.5px] leading-[17px]">{grant}</pre>
        </div>
      )}
      {cluster !== null && (
        <p className="mt-12 text-ink-3">
          {cluster.policy === null ? words.freshness.noPolicyFile : words.freshness.policyFile(cluster.policy)}
          {cluster.policyError !== null && (
            <span className="block text-warning">{words.freshness.policyBroken(words.say.policy(cluster))}</span>
          )}
        </p>
      )}
      {cluster !== null && cluster.assumptions.length > 0 && (
        <>
          <h3 className="mt-12 font-semibold">{words.freshness.assumptions}</h3>
          <dl className="mt-4 grid grid-cols-[auto_minmax(10ch,auto)_minmax(0,1fr)] gap-x-12 gap-y-2">
            {cluster.assumptions.map((each) => (
              <div key={`${each.what} ${each.value} ${each.from}`} className="contents">
                <dt className="text-ink-3">{each.what}</dt>
                <dd className="mono break-all">{each.value}</dd>
                <dd className="wrap-anywhere text-ink-3">{each.from}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}

function KindRow({ kind, status }: { readonly kind: Kind; readonly status: WireKindStatus }) {
  const { freshness: words, say } = useWords();
  const formatTime = useFormatTime();
  const formatAge = useFormatAge();
  const nowMs = useNow();
  const { state, count, expected, forbiddenNamespaces, message, since, retryAt } = status;
  const bad = state === "stale" || state === "forbidden" || forbiddenNamespaces.length > 0;
  const notes = [
    forbiddenNamespaces.length > 0 ? words.forbiddenIn(say.names(forbiddenNamespaces)) : null,
    since !== null && state === "stale" ? words.since(formatAge(nowMs - Date.parse(since))) : null,
    retryAt === null ? null : words.retryAt(formatTime(Date.parse(retryAt))),
    message,
  ]
    .flatMap((note) => note ?? [])
    .filter((note) => note !== "");
  return (
    <tr className="align-top">
      <th scope="row" className="border-t border-line py-4 pr-12 text-left font-mono font-normal">
        {kind}
      </th>
      <td className="border-t border-line py-4 pr-12 text-right font-mono">
        {(state === "forbidden" || state === "notCollected") && count === 0
          ? ""
          : expected !== null && expected > count
            ? words.ofAbout(formatCount(count), formatCount(expected))
            : formatCount(count)}
      </td>
      <td className={bad ? "border-t border-line py-4 text-warning" : "border-t border-line py-4 text-ink-2"}>
        {(state === "forbidden" || forbiddenNamespaces.length > 0) && <Glyph name="unknown" size={10} className="mr-4" />}
        {words.states[state]}
        {notes.length > 0 && <span className="block text-11 text-ink-3">{say.list(notes)}</span>}
      </td>
    </tr>
  );
}
