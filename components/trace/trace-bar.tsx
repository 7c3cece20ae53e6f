"use client";

import { useState, type SyntheticEvent } from "react";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";
import { ChoiceMenu } from "@/components/ui/menu";
import { Segmented } from "@/components/ui/segmented";
import { useWords } from "@/components/words/words";
import type { MapAnswer } from "@/lib/client/api";
import { formatAddress } from "@/lib/client/format";
import type { Target } from "@/lib/client/target";

type TraceBarProps = {
  readonly asked: string;
  readonly target: Target | null;
  readonly from: string;
  readonly map: MapAnswer | undefined;
  readonly nodeName: string | null;
  readonly podName: string | null;
  /** A pod is to be named, and none is known to start from. */
  readonly choosesPod: boolean;
  readonly onChoosePod: (choosing: boolean) => void;
  readonly onTo: (to: string) => void;
  readonly onFrom: (from: string) => void;
  readonly ticket: () => string;
  readonly link: () => string;
  readonly canCopy: boolean;
};

/** The question: address, protocol, client position; and the answer as text or link to take away. */
export function TraceBar({
  asked,
  target,
  from,
  map,
  nodeName,
  podName,
  choosesPod,
  onChoosePod,
  onTo,
  onFrom,
  ticket,
  link,
  canCopy,
}: TraceBarProps) {
  const words = useWords();
  const [text, setText] = useState(asked);
  const [pod, setPod] = useState(from.startsWith("pod/") ? from.slice(4) : "");
  const position = choosesPod || from.startsWith("pod/") ? "pod" : from.startsWith("node/") ? "node" : "outside";
  // The pod that stands for all pods is known only once routes have been answered.
  const named = pod === "" ? (podName ?? "") : pod;
  const choose = (next: typeof position): void => {
    onChoosePod(next === "pod" && named === "");
    if (next === "outside") onFrom("");
    else if (next === "node") onFrom(`node/${nodeName ?? ""}`);
    else if (named !== "") onFrom(`pod/${named}`);
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (text.trim() !== "") onTo(text.trim());
  };
  const protocol = target?.protocol ?? "TCP";
  const field = "h-30 rounded-2 border border-control bg-surface px-10 font-mono text-[13px] phone:h-40";
  return (
    <div className="flex min-h-50 flex-none flex-wrap items-center gap-8 border-b border-line bg-surface px-16 py-8 whitespace-nowrap phone:px-12">
      <form onSubmit={submit} className="phone:w-full">
        <input
          aria-label={words.trace.address}
          value={text}
          placeholder={words.trace.placeholder}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          className={classes(field, "w-240 phone:w-full")}
        />
      </form>
      <Segmented
        label={words.trace.protocol}
        value={protocol}
        onChange={(next) => {
          if (target !== null)
            onTo(
              target.address === null
                ? `:${String(target.port)}${next === "TCP" ? "" : `/${next.toLowerCase()}`}`
                : formatAddress(target.address, target.port, next),
            );
        }}
        options={(["TCP", "UDP"] as const).map((value) => ({ value, label: value }))}
      />
      <span className="text-ink-3 phone:hidden">{words.trace.position}</span>
      <Segmented
        label={words.trace.position}
        value={position}
        onChange={choose}
        options={[
          { value: "outside", label: words.trace.outside },
          { value: "node", label: words.trace.onANode },
          { value: "pod", label: words.trace.inAPod },
        ]}
      />
      {position === "node" && (
        <ChoiceMenu
          label={words.trace.chooseNode}
          showLabel={false}
          value={from}
          onChange={onFrom}
          options={(map?.nodes ?? []).slice(0, 500).map((node) => ({ value: `node/${node.name}`, label: node.name, text: node.name }))}
        />
      )}
      {position === "pod" && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (pod.trim() === "") return;
            onChoosePod(false);
            onFrom(`pod/${pod.trim()}`);
          }}
        >
          <input
            aria-label={words.trace.choosePod}
            value={pod}
            placeholder={words.trace.choosePod}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setPod(event.target.value)}
            className={classes(field, "w-220")}
          />
        </form>
      )}
      <span className="min-w-0 flex-1 phone:hidden" />
      <CopyButton
        text={ticket}
        isDisabled={!canCopy}
        said={words.shell.ticketCopied}
        failed={words.shell.copyFailed}
        className="phone:hidden"
      >
        {words.shell.copyForTicket}
      </CopyButton>
      <CopyButton text={link} said={words.shell.linkCopied} failed={words.shell.copyFailed} className="phone:hidden">
        {words.shell.copyLink}
      </CopyButton>
    </div>
  );
}
