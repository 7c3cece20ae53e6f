"use client";

import { useId, useState, type ComponentProps } from "react";
import { useNow } from "@/components/live/clock";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";
import { useLanguage, useWords } from "@/components/words/words";
import { formatDay } from "@/lib/client/format";
import type { WireFinding } from "@/lib/wire/schemas";
import { acknowledgedOwners, acknowledgementFaults, acknowledgementLine } from "./acknowledgement";
import { Block } from "./block";

const keptMs = 30 * 86_400_000;

/** Writes the line that acknowledges a finding, and says what raises it again; nothing is stored here. */
export function AcknowledgeForm({ finding }: { readonly finding: WireFinding }) {
  const { findings: words, shell } = useWords();
  const language = useLanguage();
  const id = useId();
  const nowMs = useNow();
  const [reason, setReason] = useState("");
  const [by, setBy] = useState("");
  const [until, setUntil] = useState(() => new Date(nowMs + keptMs).toISOString().slice(0, 10));
  // What is missing is said when somebody began to write, not before.
  const [isTouched, setTouched] = useState(false);
  const draft = { reason, by, until };
  const faults = acknowledgementFaults(draft, nowMs);
  const shownFaults = isTouched ? faults : [];
  const faultText = shownFaults.map((fault) => words.acknowledgeInvalid[fault]).join(" ");
  const touch = (set: (text: string) => void) => (text: string) => {
    set(text);
    setTouched(true);
  };
  const { acknowledged } = finding;
  return (
    <Block heading={words.acknowledge} note={words.acknowledgeNote}>
      {acknowledged !== null && (
        <p className="mb-8 text-12 text-ink-2">
          {words.acknowledgedNow(acknowledged.by, formatDay(acknowledged.until, nowMs, language), acknowledged.reason)}{" "}
          {words.acknowledgedChange}
        </p>
      )}
      <div className="grid grid-cols-[minmax(0,1fr)_110px_110px] gap-8 phone:grid-cols-1">
        <Field
          id={`${id}-reason`}
          label={words.acknowledgeReason}
          data-acknowledge
          value={reason}
          isInvalid={shownFaults.includes("reason")}
          onText={touch(setReason)}
        />
        <Field id={`${id}-by`} label={words.acknowledgeBy} value={by} isInvalid={shownFaults.includes("by")} onText={touch(setBy)} />
        <Field
          id={`${id}-until`}
          label={words.acknowledgeUntil}
          inputMode="numeric"
          placeholder="YYYY-MM-DD"
          value={until}
          isInvalid={shownFaults.includes("date") || shownFaults.includes("past")}
          onText={touch(setUntil)}
        />
      </div>
      <p role="status" className="mt-8 text-12 text-warning empty:hidden">
        {faultText}
      </p>
      <p className="mt-8 text-12 text-ink-2">
        {words.acknowledgeRaised(formatDay(until.trim(), nowMs, language), acknowledgedOwners(finding).join(", "))}
      </p>
      <pre
        tabIndex={0}
        role="region"
        aria-label={words.acknowledge}
        className="focus-inset mt-8 overflow-x-auto rounded-2 border border-line bg-sunken px-12 py-10 text-[11.5px] leading-[17px] break-words whitespace-pre-wrap select-all"
      >
        {acknowledgementLine(finding, draft).trim()}
      </pre>
      <div className="mt-8 flex flex-wrap items-center gap-10">
        <CopyButton
          size="small"
          isDisabled={faults.length > 0}
          text={acknowledgementLine(finding, draft)}
          said={shell.copied}
          failed={shell.copyFailed}
        >
          {words.acknowledgeCopy}
        </CopyButton>
        <span className="text-12 text-ink-3">{words.acknowledgeText}</span>
      </div>
    </Block>
  );
}

type FieldProps = Omit<ComponentProps<"input">, "onChange" | "className"> & {
  readonly id: string;
  readonly label: string;
  readonly isInvalid: boolean;
  readonly onText: (text: string) => void;
};

function Field({ id, label, isInvalid, onText, ...rest }: FieldProps) {
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-2 block text-11 text-ink-3">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        required
        aria-invalid={isInvalid}
        autoComplete="off"
        className={classes(
          "h-28 w-full min-w-0 rounded-2 border bg-surface px-9 phone:h-44",
          isInvalid ? "border-warning" : "border-control",
        )}
        onChange={(event) => onText(event.target.value)}
      />
    </div>
  );
}
