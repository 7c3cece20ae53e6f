// The manifest's editor: CodeMirror with line numbers, marks in the gutter, underlined words and notes under their lines. Loaded when the view is opened.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, RangeSet, StateEffect, StateField, type Extension, type Range, type Text } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  gutter,
  gutterLineClass,
  GutterMarker,
  keymap,
  lineNumbers,
  placeholder,
  WidgetType,
  type Command,
  type DecorationSet,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { TextChange } from "./edits";
import type { Mark } from "./marks";

export type EditorOptions = {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly label: string;
  readonly placeholder: string;
  readonly nonce: string;
  /** A new element of a severity's glyph. */
  readonly glyph: (severity: Mark["severity"]) => Node;
  readonly onChange: () => void;
  readonly onCheck: () => void;
  readonly onTakeEdit: (key: string) => void;
  /** The pointer or the caret came to a line with a mark, or left it. */
  readonly onPoint: (key: string | null) => void;
};

export type ManifestEditor = {
  readText(): string;
  writeText(text: string): void;
  change(changes: readonly TextChange[]): void;
  showMarks(marks: readonly Mark[], active: string | null): void;
  goTo(mark: Pick<Mark, "line" | "from">): void;
  destroy(): void;
};

type Marks = { readonly marks: readonly Mark[]; readonly active: string | null };
type Shown = Marks & { readonly decorations: DecorationSet };

const showMarks = StateEffect.define<Marks>();
const noMarks: Shown = { marks: [], active: null, decorations: Decoration.none };

export function createManifestEditor(options: EditorOptions): ManifestEditor {
  const shown = StateField.define<Shown>({
    create: () => noMarks,
    // Marks belong to the text that was judged: whoever types on takes them away.
    update: (value, { docChanged, effects, state }) =>
      effects.reduce(
        (held, effect) => (effect.is(showMarks) ? { ...effect.value, decorations: decorate(state.doc, effect.value) } : held),
        docChanged ? noMarks : value,
      ),
    provide: (field) => EditorView.decorations.from(field, ({ decorations }) => decorations),
  });
  const markAt = (state: EditorState, position: number): Mark | null => {
    const line = state.doc.lineAt(position).number;
    return state.field(shown).marks.find((mark) => mark.line === line) ?? null;
  };
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        shown,
        severityGutter(shown, options.glyph),
        gutterLineClass.compute([shown], (state) => tintGutters(state.doc, state.field(shown).marks)),
        lineNumbers(),
        history(),
        yaml(),
        syntaxHighlighting(colours),
        look,
        EditorView.cspNonce.of(options.nonce),
        EditorView.contentAttributes.of({ "aria-label": options.label }),
        placeholder(options.placeholder),
        keymap.of([
          { key: "Mod-Enter", run: () => run(options.onCheck) },
          { key: "F8", run: nextMark(shown, 1), shift: nextMark(shown, -1), preventDefault: true },
          {
            key: "Alt-Enter",
            run: ({ state }) => {
              const mark = markAt(state, state.selection.main.head);
              return mark !== null && run(() => options.onTakeEdit(mark.key));
            },
          },
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange();
          else if (update.selectionSet) options.onPoint(markAt(update.state, update.state.selection.main.head)?.key ?? null);
        }),
        EditorView.domEventHandlers({
          mousemove: (event, { state }) => {
            const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
            options.onPoint(position === null ? null : (markAt(state, position)?.key ?? null));
          },
          mouseleave: () => options.onPoint(null),
        }),
      ],
    }),
  });
  return {
    readText: () => view.state.doc.toString(),
    writeText: (text) => {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
    },
    change: (changes) => {
      const { doc } = view.state;
      view.dispatch({
        changes: changes.map(({ line, from, to, insert }) => ({ from: doc.line(line).from + from, to: doc.line(line).from + to, insert })),
      });
    },
    showMarks: (marks, active) => {
      const { lines } = view.state.doc;
      view.dispatch({ effects: showMarks.of({ marks: marks.filter(({ line }) => line <= lines), active }) });
    },
    goTo: ({ line, from }) => {
      const place = view.state.doc.line(Math.min(line, view.state.doc.lines));
      const anchor = Math.min(place.from + from, place.to);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
    destroy: () => {
      view.destroy();
    },
  };
}

function run(action: () => void): true {
  action();
  return true;
}

function nextMark(shown: StateField<Shown>, by: 1 | -1): Command {
  return (view) => {
    const lines = [...new Set(view.state.field(shown).marks.map(({ line }) => line))];
    const here = view.state.doc.lineAt(view.state.selection.main.head).number;
    const next = by === 1 ? (lines.find((line) => line > here) ?? lines[0]) : (lines.findLast((line) => line < here) ?? lines.at(-1));
    if (next === undefined) return false;
    const mark = view.state.field(shown).marks.find(({ line }) => line === next);
    const anchor = view.state.doc.line(next).from + (mark?.from ?? 0);
    view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    return true;
  };
}

function decorate(doc: Text, { marks, active }: Marks): DecorationSet {
  const ranges: Range<Decoration>[] = [];
  const seen = new Set<number>();
  const activeLines = new Set(marks.flatMap(({ line, key }) => (key === active ? [line] : [])));
  for (const mark of marks) {
    const line = doc.line(mark.line);
    const [from, to] = [line.from + Math.min(mark.from, line.length), line.from + Math.min(mark.to, line.length)];
    if (!seen.has(mark.line)) {
      ranges.push(
        Decoration.line({ class: `cm-at-${mark.severity}${activeLines.has(mark.line) ? " cm-at-active" : ""}` }).range(line.from),
      );
      seen.add(mark.line);
    }
    if (to > from) ranges.push(Decoration.mark({ class: `cm-words-${mark.severity}` }).range(from, to));
    ranges.push(Decoration.widget({ widget: new Note(mark), block: true, side: 1 }).range(line.to));
  }
  return Decoration.set(ranges, true);
}

class Tint extends GutterMarker {
  override readonly elementClass: string;
  constructor(severity: Mark["severity"]) {
    super();
    this.elementClass = `cm-at-${severity}`;
  }
  override eq(other: Tint): boolean {
    return other.elementClass === this.elementClass;
  }
}

function tintGutters(doc: Text, marks: readonly Mark[]): RangeSet<GutterMarker> {
  const worst = new Map([...marks].reverse().map(({ line, severity }) => [line, severity]));
  return RangeSet.of(
    [...worst].map(([line, severity]) => new Tint(severity).range(doc.line(line).from)),
    true,
  );
}

class Note extends WidgetType {
  private readonly mark: Pick<Mark, "note" | "severity">;
  constructor(mark: Pick<Mark, "note" | "severity">) {
    super();
    this.mark = mark;
  }
  override eq(other: Note): boolean {
    return other.mark.note === this.mark.note && other.mark.severity === this.mark.severity;
  }
  toDOM(): HTMLElement {
    const element = document.createElement("div");
    element.className = `cm-note cm-note-${this.mark.severity}`;
    element.textContent = this.mark.note;
    return element;
  }
}

function severityGutter(shown: StateField<Shown>, glyph: EditorOptions["glyph"]): Extension {
  class Severity extends GutterMarker {
    private readonly severity: Mark["severity"];
    constructor(severity: Mark["severity"]) {
      super();
      this.severity = severity;
    }
    override eq(other: Severity): boolean {
      return other.severity === this.severity;
    }
    override toDOM(): Node {
      return glyph(this.severity);
    }
  }
  return gutter({
    class: "cm-severities",
    lineMarker: (view, line) => {
      const number = view.state.doc.lineAt(line.from).number;
      const mark = view.state.field(shown).marks.find((each) => each.line === number);
      return mark === undefined ? null : new Severity(mark.severity);
    },
    lineMarkerChange: (update) => update.startState.field(shown) !== update.state.field(shown),
  });
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--text-2)" },
  { tag: tags.comment, color: "var(--text-3)" },
]);

const soft = (severity: "critical" | "warning"): string => `var(--${severity}-soft)`;

const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)" },
  // Its frame shows the focus, above the gutters.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontVariantLigatures: "none", fontSize: "12.5px", lineHeight: "20px" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 12px 0 4px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-3)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 4px", minWidth: "32px" },
  ".cm-severities": { width: "24px" },
  ".cm-severities .cm-gutterElement": { display: "grid", placeItems: "center", height: "20px" },
  ".cm-placeholder": { color: "var(--text-3)" },
  // Of a line and of its places in the gutters.
  ".cm-line.cm-at-critical, .cm-gutterElement.cm-at-critical": { backgroundColor: soft("critical") },
  ".cm-line.cm-at-warning, .cm-gutterElement.cm-at-warning": { backgroundColor: soft("warning") },
  ".cm-line.cm-at-info, .cm-gutterElement.cm-at-info": { backgroundColor: "var(--sunken)" },
  ".cm-at-active": { boxShadow: "inset 2px 0 0 var(--ink)" },
  ".cm-words-critical": { borderBottom: "2px solid var(--critical)" },
  ".cm-words-warning": { borderBottom: "2px solid var(--warning)" },
  ".cm-words-info": { borderBottom: "2px solid var(--control)" },
  ".cm-note": { padding: "0 12px 3px 4px", font: "500 12px/17px var(--ui)", whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".cm-note-critical": { color: "var(--critical)", backgroundColor: soft("critical") },
  ".cm-note-warning": { color: "var(--warning)", backgroundColor: soft("warning") },
  ".cm-note-info": { color: "var(--text-2)", backgroundColor: "var(--sunken)" },
});
