"use client";

import { CopyButton } from "@/components/ui/copy-button";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { useNow } from "@/components/live/clock";
import { formatRange } from "@/lib/client/format";
import { useWords } from "@/components/words/words";

const keptMs = 90 * 86_400_000;

/** The line that reserves each port, for the policy file: shown to be copied, stored nowhere. */
export function ReserveDialog({
  ports,
  kind = "nodePort",
  isOpen,
  onClose,
}: {
  readonly ports: readonly number[];
  readonly kind?: "nodePort" | "hostPort";
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const words = useWords();
  const until = new Date(useNow() + keptMs).toISOString().slice(0, 10);
  const title = words.allocations.reserveTitle(formatRange(ports[0] ?? 0, ports.at(-1) ?? 0));
  const line = ports
    .map((port) => `  - { port: ${String(port)}, ${kind === "hostPort" ? "kind: hostPort, " : ""}for: "", until: ${until} }`)
    .join("\n");
  return (
    <Dialog label={title} isOpen={isOpen} onClose={onClose}>
      <div className="p-16">
        <h2 className="text-15 font-head">{title}</h2>
        <p className="mt-4 text-ink-2">{words.allocations.reserveText}</p>
        <pre className="mt-10 overflow-auto rounded-2 border border-line bg-sunken px-12 py-10 text-[12px] leading-[18px] select-all">
          {line}
        </pre>
        <div className="mt-12 flex gap-8">
          <CopyButton tone="primary" text={line} said={words.shell.copied} failed={words.shell.copyFailed}>
            {words.shell.copy}
          </CopyButton>
          <Button onPress={onClose}>{words.shell.close}</Button>
        </div>
      </div>
    </Dialog>
  );
}
