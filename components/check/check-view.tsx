"use client";

import { useMemo, useRef, useState, type DragEvent } from "react";
import { useCluster } from "@/components/live/cluster";
import { useCheck, type Checked } from "@/components/live/queries";
import { QueryProblem, useFirstAnswerState } from "@/components/live/query-state";
import { useShortcuts } from "@/components/shell/keyboard";
import { classes } from "@/components/ui/classes";
import { Skeleton } from "@/components/ui/skeleton";
import { StateView } from "@/components/ui/state-view";
import { useWords } from "@/components/words/words";
import type { RuleText } from "@/lib/wire/rule-text";
import { CheckBar } from "./check-bar";
import { proposeEdit, type Edit } from "./edits";
import { Editor, type EditorHandle } from "./editor";
import { buildMarks, type Mark } from "./marks";
import { Results } from "./results";
import { Verdict } from "./verdict";

/** What stood in the editor when the view was left, in this tab. Manifests may hold secrets: nowhere else is it kept. */
const draft = { text: "", file: "manifest.yaml" };
const sizeMax = 5 << 20;
const noMarks: readonly Mark[] = [];

/** A manifest against the cluster: what it would bring, before anybody applies it. */
export function CheckView({ rules }: { readonly rules: readonly RuleText[] }) {
  const words = useWords();
  const { name } = useCluster();
  const editor = useRef<EditorHandle>(null);
  const [file, setFile] = useState(() => draft.file);
  const [checked, setChecked] = useState<Checked | null>(null);
  const [isOutdated, setOutdated] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  /** The name of what was not sent. */
  const [tooLarge, setTooLarge] = useState<string | null>(null);
  const query = useCheck(name, checked);
  const firstState = useFirstAnswerState(query);
  const answer = checked === null ? undefined : query.data;
  const isFresh = answer !== undefined && !isOutdated && !query.isPlaceholderData;
  const lines = useMemo(() => (checked?.text ?? "").split("\n"), [checked]);
  const marks = useMemo(() => (isFresh ? buildMarks(lines, answer, words.say) : noMarks), [isFresh, answer, lines, words]);
  const edits = useMemo(() => (isFresh ? findEdits(lines, answer) : null), [isFresh, answer, lines]);

  const check = (as = file): void => {
    const text = editor.current?.readText() ?? "";
    if (text.trim() === "") return;
    const isTooLarge = new Blob([text]).size > sizeMax;
    setTooLarge(isTooLarge ? as : null);
    if (isTooLarge) return;
    setChecked((before) => ({ round: (before?.round ?? 0) + 1, file: as, text }));
    setOutdated(false);
  };
  const read = async (chosen: File): Promise<void> => {
    if (chosen.size > sizeMax) {
      setTooLarge(chosen.name);
      return;
    }
    editor.current?.writeText(await chosen.text());
    setFile((draft.file = chosen.name));
    check(chosen.name);
  };
  const takeEdit = (key: string): void => {
    const edit = edits?.get(key);
    if (edit === undefined) return;
    editor.current?.change(edit.changes);
    check();
  };
  useShortcuts("view", [
    { keys: "Ctrl+Enter", label: words.check.keys.check, run: () => check() },
    { keys: "F8", label: words.check.keys.next, run: () => goToNext(marks, editor.current) },
    { keys: "Alt+Enter", label: words.check.keys.take, run: () => active !== null && takeEdit(active) },
  ]);
  const drag = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      const [dropped] = event.dataTransfer.files;
      if (dropped === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      void read(dropped);
    },
  };
  const editing = (
    <Editor
      ref={editor}
      text={draft.text}
      marks={marks}
      active={active}
      onChange={() => setOutdated(true)}
      onCheck={() => check()}
      onTakeEdit={takeEdit}
      onPoint={setActive}
      onLeave={(text) => {
        draft.text = text;
      }}
    />
  );
  return (
    <div {...drag} className={classes("flex min-h-0 flex-1 flex-col", isOver && "outline-2 -outline-offset-2 outline-ink")}>
      <CheckBar
        file={file}
        answer={answer}
        rules={rules}
        isBusy={query.isFetching}
        onFile={(chosen) => void read(chosen)}
        onCheck={() => check()}
      />
      <QueryProblem query={query} />
      {tooLarge !== null && (
        <p role="alert" className="flex-none border-b border-line bg-warning-soft px-16 py-4 text-12 text-warning phone:px-12">
          {words.check.tooLarge(tooLarge)}
        </p>
      )}
      {isOver && <p className="flex-none bg-sunken px-16 py-4 text-12 text-ink-2">{words.check.dropHere}</p>}
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_minmax(0,1.12fr)] phone:flex phone:flex-col phone:overflow-auto">
        <section
          aria-label={words.check.editorLabel}
          className="flex min-h-0 flex-col border-r border-line bg-surface phone:order-2 phone:min-h-[46vh] phone:flex-auto phone:border-t phone:border-r-0"
        >
          {editing}
        </section>
        <section aria-label={words.shell.view.check} className="flex min-h-0 flex-col overflow-auto phone:order-1 phone:flex-none">
          {answer !== undefined ? (
            <>
              <Verdict answer={answer} isOutdated={isOutdated} onCheck={() => check()} />
              <Results
                answer={answer}
                edits={edits}
                active={active}
                onActive={setActive}
                onGoTo={(mark) => editor.current?.goTo(mark)}
                onTakeEdit={takeEdit}
              />
            </>
          ) : (
            <>
              <h1 className="sr-only">{words.check.title}</h1>
              {checked === null ? (
                <StateView title={words.check.emptyTitle}>{words.check.emptyText}</StateView>
              ) : (
                (firstState ?? <CheckSkeleton />)
              )}
            </>
          )}
        </section>
      </div>
    </div>
  );
}

function findEdits(lines: readonly string[], answer: Parameters<typeof buildMarks>[1]): ReadonlyMap<string, Edit> {
  return new Map(
    answer.introduced.flatMap((finding) => {
      const edit = proposeEdit(lines, finding, answer.positions[finding.fingerprint] ?? []);
      return edit === null ? [] : [[finding.fingerprint, edit] as const];
    }),
  );
}

function goToNext(marks: readonly Mark[], editor: EditorHandle | null): void {
  const [first] = marks;
  if (first !== undefined) editor?.goTo(first);
}

function CheckSkeleton() {
  const words = useWords();
  return (
    <div role="status" aria-busy="true" aria-label={words.check.checking} className="bg-surface px-24 pt-16">
      <Skeleton className="w-240" />
      <div className="mt-12">
        <Skeleton className="w-160" />
      </div>
    </div>
  );
}
