"use client";

import { Glyph } from "@/components/glyphs/glyph";
import type { Kind } from "@/components/live/freshness";
import { useLive } from "@/components/live/live-state";
import { grantFor } from "@/components/shell/grant";
import { CopyButton } from "@/components/ui/copy-button";
import { useWords } from "@/components/words/words";
import { formatCount } from "@/lib/client/format";
import type { WireStaleness } from "@/lib/wire/schemas";
import type { UnjudgedGroup } from "@/lib/wire/not-evaluated";

type Reason = "forbidden" | "notCollected" | "syncing" | "stale";

/** What could not be judged: which rules, for want of which kinds, where, and what a person can do about it. */
export function UnjudgedItem({ group }: { readonly group: UnjudgedGroup }) {
  const { findings, state, shell, say } = useWords();
  const words = findings.unjudged;
  const { staleness } = useLive();
  const { namespaces, missing, settings, rules } = group;
  const where = namespaces === "all" ? findings.everywhere : say.names(namespaces);
  const reason = reasonOf(missing, staleness);
  const todo = todoOf(group, reason);
  return (
    <div className="hatch grid grid-cols-[14px_1fr] gap-x-9 gap-y-2 border-b border-line px-16 pt-9 pb-10 phone:px-12 phone:py-12">
      <Glyph name="unknown" className="mt-4" />
      <h3 className="font-semibold break-words">{words.title(where, formatCount(rules.length))}</h3>
      <p className="col-start-2 text-12 text-ink-2">
        {say.sentences(
          missing.length === 0
            ? [words.settings(say.names(settings))]
            : [
                words.kinds(say.names(missing), state.unknownReason[reason]),
                ...(reason === "forbidden" ? [words.grant(namespaces === "all" ? words.grantEverywhere : words.grantIn(where))] : []),
                ...(reason === "notCollected" ? [words.collect] : []),
                ...(reason === "syncing" ? [words.wait] : []),
              ],
        )}
      </p>
      <details className="col-start-2 text-12 text-ink-2">
        <summary className="w-fit text-11 text-ink-3 underline underline-offset-2 phone:py-8 phone:text-12">
          {words.rules(formatCount(rules.length))}
        </summary>
        <p className="mt-2 font-mono text-[11.5px] leading-[17px] break-words">{rules.join(", ")}</p>
      </details>
      {todo !== null && (
        <div className="col-start-2 mt-4">
          <CopyButton size="small" text={todo} said={shell.copied} failed={shell.copyFailed}>
            {missing.length === 0 ? words.copySettings : reason === "forbidden" ? words.copyGrant : words.copyCollect}
          </CopyButton>
        </div>
      )}
    </div>
  );
}

function reasonOf(missing: readonly Kind[], staleness: WireStaleness | null): Reason {
  const states = missing.flatMap((kind) => staleness?.[kind]?.state ?? []);
  return (["notCollected", "syncing", "stale"] as const).find((state) => states.includes(state)) ?? "forbidden";
}

/** What to paste: RBAC rules, a command that collects the kinds, or a line of the policy file. */
function todoOf({ missing, settings, namespaces }: UnjudgedGroup, reason: Reason): string | null {
  if (missing.length === 0) return `clusters:\n  "*": { ${settings.map((key) => `${key}: FIRST-LAST`).join(", ")} }\n`;
  if (reason === "notCollected") return `kubectl get ${missing.join(",")} -A -o json > portolan-more.json`;
  if (reason !== "forbidden") return null;
  return grantFor(
    missing.map((kind) => [
      kind,
      namespaces === "all" ? { state: "forbidden", forbiddenNamespaces: [] } : { state: "live", forbiddenNamespaces: [...namespaces] },
    ]),
  );
}
