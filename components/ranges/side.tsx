"use client";

import { useMemo, useState } from "react";
import { useFindings } from "@/components/live/queries";
import { useNow } from "@/components/live/clock";
import { useCluster } from "@/components/live/cluster";
import { Button } from "@/components/ui/button";
import { useLanguage, useWords } from "@/components/words/words";
import { formatCount, formatDay, formatRange } from "@/lib/client/format";
import type { WireRanges } from "@/lib/wire/range-schemas";
import { GuardDialog } from "./guard-dialog";
import { isUnread } from "./strip-layout";

const soonDays = 14;
const shownMax = 12;

/** Reservations by expiry: what runs out first stands first. */
export function Reservations({ ranges }: { readonly ranges: WireRanges }) {
  const { ranges: words, say } = useWords();
  const language = useLanguage();
  const nowMs = useNow();
  return (
    <section className="border-b border-line px-16 py-14">
      <h2 className="mb-6 text-13 font-head">{words.reservations}</h2>
      {ranges.reservations.length === 0 && <p className="text-12 text-ink-3">{words.noReservations}</p>}
      <ul>
        {ranges.reservations.map((each) => (
          <li
            key={`${each.kind} ${String(each.port)} ${each.node ?? ""} ${each.purpose}`}
            className="grid grid-cols-[auto_1fr_auto] gap-x-10 border-t border-line py-8 text-[12.5px] leading-[18px]"
          >
            <span className="font-mono font-semibold">{each.port}</span>
            <span>{each.purpose}</span>
            <DaysLeft days={each.daysLeft} />
            <span className="col-span-2 col-start-2 text-12 text-ink-3">
              {say.parts(
                [
                  each.kind === "hostPort" ? "hostPort" : "",
                  each.node === null ? "" : words.onNode(each.node),
                  each.until === null ? "" : words.until(formatDay(each.until, nowMs, language)),
                  each.ticket ?? "",
                  each.allow?.namespaces == null ? "" : words.only(say.names(each.allow.namespaces)),
                ].filter((part) => part !== ""),
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function DaysLeft({ days }: { readonly days: number | null }) {
  const words = useWords().ranges;
  if (days === null) return <span className="text-ink-3">{words.forEver}</span>;
  const text = days < 0 ? words.over(String(-days)) : days === 0 ? words.lastDay : words.daysLeft(String(days));
  return <span className={days <= soonDays ? "text-warning" : "text-ink-3"}>{text}</span>;
}

/** What is not in order, and the policy file that says what order is. */
export function Order({ ranges }: { readonly ranges: WireRanges }) {
  const all = useWords();
  const words = all.ranges;
  const { name, cluster } = useCluster();
  const findings = useFindings(name).data?.findings;
  const pinned = useMemo(
    () => (findings ?? []).filter(({ rule }) => rule === "pinned-in-dynamic-band").flatMap(({ ports }) => ports.map(({ port }) => port)),
    [findings],
  );
  const bands = ranges.bands.filter(({ kind }) => kind === "nodePort");
  const outside = ranges.numbers
    .map(({ port }) => port)
    .filter((port) => !bands.some(({ ports }) => port >= ports.first && port <= ports.last));
  const { policy } = ranges;
  const [guarding, setGuarding] = useState(false);
  const isPromised = [...bands, ...ranges.reservations.filter(({ kind }) => kind === "nodePort")].length > 0;
  return (
    <section className="border-b border-line px-16 py-14">
      <h2 className="text-13 font-head">{words.order}</h2>
      <p className="mt-3 text-ink-2">
        {all.say.sentences([
          ...(outside.length > 0
            ? [words.outside(all.say.names(listRuns(outside)))]
            : bands.length > 0 && !isUnread(ranges)
              ? [words.inOrder]
              : []),
          ...(pinned.length === 0 ? [] : [words.pinned(all.say.names(listRuns(pinned)))]),
        ])}
      </p>
      {isPromised && (
        <Button size="small" className="mt-8" onPress={() => setGuarding(true)}>
          {words.guard}
        </Button>
      )}
      {guarding && <GuardDialog onClose={() => setGuarding(false)} />}
      <p className="mt-8 text-12 text-ink-2">{policy.file === null ? all.freshness.noPolicyFile : words.policy(policy.file)}</p>
      {policy.file !== null && (
        <p className="text-12 text-ink-3">
          {words.policyHolds(formatCount(policy.bands), formatCount(policy.reservations), formatCount(policy.acknowledgements))}
        </p>
      )}
      {cluster !== null && cluster.policyError !== null && (
        <p className="mt-4 text-12 text-warning">{all.freshness.policyBroken(all.say.policy(cluster))}</p>
      )}
    </section>
  );
}

/** Host ports of each node pool, and on how many of its nodes. */
export function HostPorts({ ranges }: { readonly ranges: WireRanges }) {
  const words = useWords().ranges;
  if (ranges.pools.length === 0) return null;
  return (
    <section className="mt-24">
      <h2 className="text-13 font-head">{words.hostPorts}</h2>
      <dl className="mt-6">
        {ranges.pools.map(({ pool, nodes, ports }) => (
          <div key={pool ?? ""} className="grid grid-cols-[160px_1fr] gap-x-12 border-t border-line py-8 phone:grid-cols-1">
            <dt>
              <span className="font-semibold">{pool ?? words.noPool}</span>{" "}
              <span className="text-ink-3">{words.nodes(formatCount(nodes))}</span>
            </dt>
            <dd className="flex flex-wrap gap-x-16 gap-y-4">
              {ports.length === 0 && (
                <span className="text-ink-3">{ranges.unknown.includes("pods") ? words.podsUnread : words.noHostPorts}</span>
              )}
              {ports.map((each) => (
                <span key={`${String(each.port)} ${each.protocol} ${each.holder}`} className="whitespace-nowrap">
                  <span className="font-mono text-[12px] font-semibold">
                    {each.protocol === "TCP" ? each.port : `${String(each.port)}/${each.protocol}`}
                  </span>{" "}
                  <span className="text-ink-2">{each.holder}</span>{" "}
                  <span className="text-12 text-ink-3">{words.onNodes(formatCount(each.nodes), formatCount(nodes))}</span>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function listRuns(ports: readonly number[]): readonly string[] {
  const runs: { first: number; last: number }[] = [];
  for (const port of [...new Set(ports)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.last === port - 1) run.last = port;
    else runs.push({ first: port, last: port });
  }
  const shown = runs.slice(0, shownMax).map(({ first, last }) => formatRange(first, last));
  return runs.length > shownMax ? [...shown, "…"] : shown;
}
