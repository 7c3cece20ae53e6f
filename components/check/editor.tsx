"use client";

import { useEffect, useImperativeHandle, useRef, useState, type Ref } from "react";
import { Glyph } from "@/components/glyphs/glyph";
import { useWords } from "@/components/words/words";
import type { ManifestEditor } from "./code-mirror";
import type { TextChange } from "./edits";
import type { Mark } from "./marks";

export type EditorHandle = {
  readText(): string;
  writeText(text: string): void;
  change(changes: readonly TextChange[]): void;
  goTo(mark: Pick<Mark, "line" | "from">): void;
};

type EditorProps = {
  readonly ref: Ref<EditorHandle>;
  /** What stands in it at first. */
  readonly text: string;
  readonly marks: readonly Mark[];
  readonly active: string | null;
  readonly onChange: () => void;
  readonly onCheck: () => void;
  readonly onTakeEdit: (key: string) => void;
  readonly onPoint: (key: string | null) => void;
  /** The view is left: what stands in it then. */
  readonly onLeave: (text: string) => void;
};

/** The manifest's text, with what was said of it. */
export function Editor({ ref, text, marks, active, ...handlers }: EditorProps) {
  const words = useWords().check;
  const parent = useRef<HTMLDivElement>(null);
  const glyphs = useRef<HTMLSpanElement>(null);
  const calls = useRef(handlers);
  const editor = useRef<ManifestEditor>(undefined);
  const [isReady, setReady] = useState(false);
  const [first] = useState({ label: words.editorLabel, placeholder: words.placeholder });
  // Until the editor is loaded: what it will hold.
  const early = useRef(text);
  useEffect(() => {
    calls.current = handlers;
  });
  useEffect(() => {
    const element = parent.current;
    if (element === null) return undefined;
    let isGone = false;
    void import("./code-mirror").then(({ createManifestEditor }) => {
      if (isGone) return;
      editor.current = createManifestEditor({
        parent: element,
        text: early.current,
        ...first,
        nonce: document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "",
        glyph: (severity) => (glyphs.current?.querySelector(`[data-of="${severity}"]`) ?? element).cloneNode(true),
        onChange: () => calls.current.onChange(),
        onCheck: () => calls.current.onCheck(),
        onTakeEdit: (key) => calls.current.onTakeEdit(key),
        onPoint: (key) => calls.current.onPoint(key),
      });
      setReady(true);
    });
    return () => {
      isGone = true;
      if (editor.current === undefined) return;
      calls.current.onLeave(editor.current.readText());
      editor.current.destroy();
      editor.current = undefined;
    };
  }, [first]);
  useEffect(() => {
    if (isReady) editor.current?.showMarks(marks, active);
  }, [isReady, marks, active]);
  useImperativeHandle(
    ref,
    () => ({
      readText: () => editor.current?.readText() ?? early.current,
      writeText: (next) => {
        if (editor.current === undefined) early.current = next;
        else editor.current.writeText(next);
      },
      change: (changes) => editor.current?.change(changes),
      goTo: (mark) => editor.current?.goTo(mark),
    }),
    [],
  );
  return (
    <>
      <div
        ref={parent}
        aria-busy={!isReady}
        className="relative min-h-0 flex-1 overflow-hidden bg-surface after:pointer-events-none after:absolute after:inset-0 after:z-300 focus-within:after:outline-2 focus-within:after:-outline-offset-2 focus-within:after:outline-ink"
      />
      <span ref={glyphs} hidden>
        {(["critical", "warning", "info"] as const).map((severity) => (
          <span key={severity} data-of={severity}>
            <Glyph name={severity} size={12} />
          </span>
        ))}
      </span>
    </>
  );
}
