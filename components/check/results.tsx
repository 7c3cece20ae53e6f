"use client";

import type { ReactNode } from "react";
import { Glyph } from "@/components/glyphs/glyph";
import { Button } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { useWords } from "@/components/words/words";
import type { CheckAnswer } from "@/lib/client/api";
import { formatCount, formatRange } from "@/lib/client/format";
import type { WireFinding } from "@/lib/wire/schemas";
import type { Edit } from "./edits";
import { errorKey, type Mark } from "./marks";
import { Placements } from "./placements";
import { RoutesTable } from "./routes-table";
import { Section } from "./section";

type ResultsProps = {
  readonly answer: CheckAnswer;
  /** Null while the text is not the one that was judged. */
  readonly edits: ReadonlyMap<string, Edit> | null;
  readonly active: string | null;
  readonly onActive: (key: string | null) => void;
  readonly onGoTo: (mark: Pick<Mark, "line" | "from">) => void;
  readonly onTakeEdit: (key: string) => void;
};

const shownMax = 200;
const placementsMax = 20;

/** What the manifest would bring, resolve and change, linked to its lines. */
export function Results({ answer, edits, active, onActive, onGoTo, onTakeEdit }: ResultsProps) {
  const words = useWords();
  const { errors, introduced, resolved, routes, placements, objects, ignored, warnings } = answer;
  const item = (key: string) => ({ isActive: key === active, onActive: (is: boolean) => onActive(is ? key : null) });
  return (
    <div className="px-24 pb-24 phone:px-12">
      {errors.length > 0 && (
        <Section heading={words.check.mistakes} {...(objects.length > 0 ? { note: words.check.mistakesNote } : {})}>
          <List>
            {errors.slice(0, shownMax).map(({ line, column, ...mistake }, place) => (
              <Item key={`${errorKey({ line, column })} ${String(place)}`} {...item(errorKey({ line, column }))}>
                <Glyph name="critical" size={12} label={words.severity.critical} className="mt-4" />
                <p className="min-w-0 break-words">{words.say.mistake(mistake)}</p>
                <LineLink line={line} column={column} onGoTo={onGoTo} isExact />
              </Item>
            ))}
          </List>
          <More count={errors.length - shownMax} />
        </Section>
      )}
      {introduced.length > 0 && (
        <Section heading={words.check.introduced}>
          <List>
            {introduced.slice(0, shownMax).map((finding) => (
              <Introduced
                key={finding.fingerprint}
                finding={finding}
                positions={answer.positions[finding.fingerprint] ?? []}
                edit={edits?.get(finding.fingerprint) ?? null}
                onGoTo={onGoTo}
                onTakeEdit={onTakeEdit}
                {...item(finding.fingerprint)}
              />
            ))}
          </List>
          <More count={introduced.length - shownMax} />
        </Section>
      )}
      {resolved.length > 0 && (
        <Section heading={words.check.resolved}>
          <List>
            {resolved.slice(0, shownMax).map((finding) => (
              <Item key={finding.fingerprint}>
                <Glyph name={finding.severity} size={12} label={words.severity[finding.severity]} className="mt-4" />
                <p className="min-w-0 break-words text-ink-2 line-through decoration-1">{words.say.finding(finding).title}</p>
              </Item>
            ))}
          </List>
          <More count={resolved.length - shownMax} />
        </Section>
      )}
      <RoutesTable routes={routes} />
      {placements.slice(0, placementsMax).map((placement, place) => (
        <Placements
          key={`${placement.object.kind} ${placement.object.namespace} ${placement.object.name} ${String(place)}`}
          placement={placement}
        />
      ))}
      <More count={placements.length - placementsMax} />
      {warnings.length > 0 && (
        <Section heading={words.check.warnings}>
          <ul className="grid gap-4 text-12 text-ink-2">
            {warnings.map((warning) => (
              <li key={`${warning.object} ${warning.message}`} className="break-words">
                <span className="mono">{warning.object}</span>: {words.say.warning(warning)}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {ignored.length > 0 && (
        <p className="mt-14 text-12 text-ink-3">
          {words.check.ignored(
            formatCount(ignored.reduce((sum, { count }) => sum + count, 0)),
            words.say.names(ignored.map(({ kind, count }) => (count === 1 ? kind : `${kind} ${formatCount(count)}`))),
          )}
        </p>
      )}
    </div>
  );
}

type IntroducedProps = Pick<ResultsProps, "onGoTo" | "onTakeEdit"> & {
  readonly finding: WireFinding;
  readonly positions: CheckAnswer["positions"][string];
  readonly edit: Edit | null;
  readonly isActive: boolean;
  readonly onActive: (isActive: boolean) => void;
};

function Introduced({ finding, positions, edit, isActive, onActive, onGoTo, onTakeEdit }: IntroducedProps) {
  const { check: words, say, severity } = useWords();
  const { title, summary } = say.finding(finding);
  const [position] = positions;
  return (
    <Item isActive={isActive} onActive={onActive}>
      <Glyph name={finding.severity} size={12} label={severity[finding.severity]} className="mt-4" />
      <div className="min-w-0">
        <h3 className="font-semibold break-words">{title}</h3>
        <p className="break-words text-12 text-ink-2">{summary}</p>
        {edit !== null && (
          <div className="mt-6">
            <Button size="small" onPress={() => onTakeEdit(finding.fingerprint)}>
              {edit.kind === "useNumbers" ? words.useNumbers(formatRange(edit.first, edit.last)) : words.addLabel(edit.label)}
            </Button>
          </div>
        )}
      </div>
      {position !== undefined && <LineLink line={position.line} column={position.column} onGoTo={onGoTo} />}
    </Item>
  );
}

type LineLinkProps = Pick<ResultsProps, "onGoTo"> & { readonly line: number; readonly column: number; readonly isExact?: boolean };

/** Leads to a place in the manifest; of a mistake the column is told as well. */
function LineLink({ line, column, onGoTo, isExact = false }: LineLinkProps) {
  const words = useWords().check;
  return (
    <button
      type="button"
      onClick={() => onGoTo({ line, from: column - 1 })}
      className="h-20 font-mono text-[12px] whitespace-nowrap text-ink-2 underline underline-offset-2 hover:text-ink phone:-my-12 phone:h-44"
    >
      {isExact ? words.lineColumn(String(line), String(column)) : words.line(String(line))}
    </button>
  );
}

function List({ children }: { readonly children: ReactNode }) {
  return <ul className="overflow-hidden rounded-2 border border-line bg-surface">{children}</ul>;
}

type ItemProps = { readonly isActive?: boolean; readonly onActive?: (isActive: boolean) => void; readonly children: ReactNode };

function Item({ isActive = false, onActive, children }: ItemProps) {
  return (
    <li
      onPointerEnter={() => onActive?.(true)}
      onPointerLeave={() => onActive?.(false)}
      onFocus={() => onActive?.(true)}
      className={classes(
        "grid grid-cols-[14px_minmax(0,1fr)_auto] gap-x-10 border-t border-line px-12 py-9 first:border-t-0",
        isActive && "bg-sunken edge-ink",
      )}
    >
      {children}
    </li>
  );
}

function More({ count }: { readonly count: number }) {
  const words = useWords().check;
  return count > 0 ? <p className="mt-4 text-12 text-ink-3">{words.more(formatCount(count))}</p> : null;
}
