"use client";

import { useId, type ReactNode } from "react";
import { describeFailure, QueryProblem } from "@/components/live/query-state";
import { useFree } from "@/components/live/queries";
import { useCluster } from "@/components/live/cluster";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { useWords } from "@/components/words/words";
import { formatCount, formatRange } from "@/lib/client/format";
import type { WireFree, WireRanges } from "@/lib/wire/range-schemas";
import { portsSnippet } from "./snippets";

export type FreeQuestion = {
  readonly kind: "nodePort" | "hostPort";
  readonly band: string | null;
  readonly n: number;
  readonly align: number;
  /** Host ports of this node alone matter; null: of every node. */
  readonly node: string | null;
};
type FindFreeProps = {
  readonly ranges: WireRanges;
  readonly question: FreeQuestion;
  /** The names of all nodes; null while unknown. */
  readonly nodes: readonly string[] | null;
  readonly onAsk: (question: Partial<FreeQuestion>) => void;
  readonly onReserve: (ports: readonly number[]) => void;
};

/** Asks for a free port or block, and says why this one. */
export function FindFree({ ranges, question, nodes, onAsk, onReserve }: FindFreeProps) {
  const all = useWords();
  const words = all.ranges.find;
  const { kind, band, n, align, node } = question;
  const query = useFree(useCluster().name, freeParams(question));
  const bands = ranges.bands.filter((each) => each.kind === kind);
  const aligns = [...new Set([1, 10, 16, 20, align])].sort((a, b) => a - b);
  const answer = query.data;
  return (
    <section className="border-b border-line px-16 py-14">
      <h2 className="text-13 font-head">{words.heading}</h2>
      <div className="my-8 grid grid-cols-2 gap-8">
        <Field label={words.band} wide>
          {(id) => (
            <select
              id={id}
              className={field}
              value={band === null ? kind : `${kind}/${band}`}
              onChange={({ target }) => {
                const [chosenKind, name] = target.value.split("/");
                onAsk({ kind: chosenKind === "hostPort" ? "hostPort" : "nodePort", band: name ?? null });
              }}
            >
              {(["nodePort", "hostPort"] as const).map((each) => (
                <optgroup key={each} label={each}>
                  {ranges.bands
                    .filter((other) => other.kind === each)
                    .map(({ name }) => (
                      <option key={name} value={`${each}/${name}`}>
                        {name}
                      </option>
                    ))}
                  <option value={each}>{words.anyBand}</option>
                </optgroup>
              ))}
              {band !== null && !bands.some(({ name }) => name === band) && <option value={`${kind}/${band}`}>{band}</option>}
            </select>
          )}
        </Field>
        <Field label={words.count}>
          {(id) => (
            <input
              id={id}
              type="number"
              min={1}
              max={65_535}
              className={field}
              value={n}
              onChange={({ target }) => {
                const count = Number(target.value);
                if (Number.isInteger(count) && count >= 1 && count <= 65_535) onAsk({ n: count });
              }}
            />
          )}
        </Field>
        <Field label={words.align}>
          {(id) => (
            <select
              id={id}
              className={field}
              value={align}
              onChange={({ target }) => {
                onAsk({ align: Number(target.value) });
              }}
            >
              {aligns.map((each) => (
                <option key={each} value={each}>
                  {each === 1 ? words.unaligned : each}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={kind === "nodePort" ? words.alsoOn : words.on} wide>
          {(id) => (
            <select
              id={id}
              className={field}
              value={node ?? ""}
              onChange={({ target }) => {
                onAsk({ node: target.value === "" ? null : target.value });
              }}
            >
              <option value="">{nodes === null ? words.everyNode : words.allNodes(formatCount(nodes.length))}</option>
              {(nodes ?? (node === null ? [] : [node])).map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
              {node !== null && nodes?.includes(node) === false && <option value={node}>{node}</option>}
            </select>
          )}
        </Field>
      </div>
      <QueryProblem query={query} />
      <div aria-live="polite" aria-busy={answer === undefined && query.error === null}>
        {answer === undefined ? (
          <p className="text-12 text-warning">{query.error === null ? "" : describeFailure(query.error, all.say)}</p>
        ) : (
          <Answer answer={answer} onReserve={onReserve} />
        )}
      </div>
    </section>
  );
}

/** The question as the API spells it; defaults are left out. */
export function freeParams({ kind, band, n, align, node }: FreeQuestion) {
  return {
    node: node ?? undefined,
    kind: kind === "nodePort" ? undefined : kind,
    band: band ?? undefined,
    count: n === 1 ? undefined : String(n),
    align: align === 1 ? undefined : String(align),
  };
}

const field = "h-30 w-full rounded-2 border border-control bg-surface px-8 text-13 text-ink phone:h-44";

function Field({
  label,
  wide = false,
  children,
}: {
  readonly label: string;
  readonly wide?: boolean;
  readonly children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className={wide ? "col-span-2 grid gap-3" : "grid gap-3"}>
      <label htmlFor={id} className="text-11 text-ink-3">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

function Answer({ answer, onReserve }: { readonly answer: WireFree; readonly onReserve: FindFreeProps["onReserve"] }) {
  const all = useWords();
  const words = all.ranges.find;
  const { ports, kind } = answer;
  const [first, last] = [ports[0], ports.at(-1)];
  // What holds such numbers was not read, or not where they end: that none is free would be a guess.
  const isUnknown = answer.facts[0]?.code === "unknown" || answer.facts[0]?.code === "range-unknown";
  const shown = first === undefined || last === undefined ? null : formatRange(first, last);
  return (
    <>
      <p className="mt-12 flex items-baseline gap-8">
        {shown === null ? (
          <strong className="text-15 font-head">{isUnknown ? all.terms.cannotBeJudged : words.none}</strong>
        ) : (
          <>
            <strong className="font-mono text-22 font-bold tracking-[-0.04em] select-all">{shown}</strong>
            <span className="text-ink-2">{words.free}</span>
          </>
        )}
      </p>
      <ul className="mt-2 text-12 text-ink-3">
        {answer.facts.map((fact) => (
          <li key={JSON.stringify(fact)}>
            <Fact fact={fact} />
          </li>
        ))}
      </ul>
      {shown !== null && (
        <div className="mt-10 flex flex-wrap gap-6">
          <CopyButton tone="primary" size="small" text={ports.join(", ")} said={all.shell.copied} failed={all.shell.copyFailed}>
            {words.copy(shown)}
          </CopyButton>
          <Button
            size="small"
            onPress={() => {
              onReserve(ports);
            }}
          >
            {words.reserve}
          </Button>
          <CopyButton size="small" text={portsSnippet(kind, ports)} said={all.shell.copied} failed={all.shell.copyFailed}>
            {words.copyYaml}
          </CopyButton>
        </div>
      )}
    </>
  );
}

function Fact({ fact }: { readonly fact: WireFree["facts"][number] }): string {
  const { ranges, say } = useWords();
  const { facts: words, obstacles } = ranges;
  switch (fact.code) {
    case "in-static-band":
    case "in-dynamic-band":
      return words[fact.code](formatRange(fact.ports.first, fact.ports.last));
    case "looked-at":
      return words[fact.kind](fact.node);
    case "aligned":
      return words.aligned(String(fact.align), String(fact.from));
    case "skipped": {
      const runs = fact.ports.map(({ first, last }) => formatRange(first, last));
      const shown = runs.length > 4 ? [...runs.slice(0, 3), "…"] : runs;
      const by = ["reserved", "announced", "block", "band"].includes(fact.why) ? fact.by.slice(0, 3) : [];
      const why = obstacles[fact.why];
      return words.skipped(say.names(shown), by.length === 0 ? why : words.because(why, say.names(by)));
    }
    case "no-room":
      return words["no-room"](String(fact.longest));
    case "unknown":
      return words.unknown(say.names(fact.missing), fact.namespaces === "all" ? null : say.names(fact.namespaces));
    case "range-unknown":
      return words["range-unknown"];
  }
}
