"use client";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Keys } from "@/components/ui/kbd";
import { useWords } from "@/components/words/words";
import { useShortcutLayers, type Shortcut } from "./keyboard";

/** The keys that work now: those of this view, then those that work everywhere. */
export function KeysDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const words = useWords();
  const layers = useShortcutLayers()();
  const own = new Set(layers.flatMap((layer) => (layer.scope === "view" ? layer.shortcuts.map(({ keys }) => keys) : [])));
  const of = (scope: "view" | "everywhere"): Shortcut[] =>
    layers.filter((layer) => layer.scope === scope).flatMap(({ shortcuts }) => shortcuts);
  return (
    <Dialog label={words.keys.heading} isOpen={isOpen} onClose={onClose}>
      <div className="flex items-center justify-between border-b border-line px-16 py-10">
        <h2 className="text-15 font-head">{words.keys.heading}</h2>
        <Button size="small" onPress={onClose}>
          {words.shell.close}
        </Button>
      </div>
      <div className="grid grid-cols-2 gap-24 overflow-auto p-16 phone:grid-cols-1">
        <KeyList heading={words.keys.thisView} shortcuts={of("view")} />
        <KeyList
          heading={words.keys.everywhere}
          shortcuts={[...of("everywhere").filter(({ keys }) => !own.has(keys)), { keys: "Escape", label: words.keys.close, run: onClose }]}
        />
      </div>
    </Dialog>
  );
}

function KeyList({ heading, shortcuts }: { readonly heading: string; readonly shortcuts: readonly Shortcut[] }) {
  if (shortcuts.length === 0) return null;
  return (
    <section>
      <h3 className="mb-4 text-11 text-ink-3">{heading}</h3>
      <dl>
        {shortcuts.map(({ keys, label }) => (
          <div key={keys} className="flex min-h-28 items-center justify-between gap-16">
            <dt>{label}</dt>
            <dd>
              <Keys of={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
