"use client";

import { useSearchParams } from "next/navigation";
import { useQueryStates, type SetValues, type UseQueryStatesKeysMap, type UseQueryStatesReturn } from "nuqs";
import { useCallback, useEffect, useRef } from "react";
import { useWords } from "@/components/words/words";

/** A parameter of the address that is not understood; its default is in force. */
export type BadParam = { readonly name: string; readonly value: string };

/**
 * The state of a view that stands in its address. Typing replaces history; where something is opened, pass `{ history: "push" }`.
 * Next writes each address that it has rendered to the entry of the history that is then the current one. So a step that comes before the
 * one before it was rendered gets no entry of its own: its entry would be given the address of the other step.
 *
 * Returns: values with defaults, a setter, and the parameters that were not understood.
 */
export function useUrlState<K extends UseQueryStatesKeysMap>(parsers: K): readonly [...UseQueryStatesReturn<K>, readonly BadParam[]] {
  const [values, setValues] = useQueryStates(parsers, { history: "replace", clearOnDefault: true });
  const search = useSearchParams();
  const rendered = useRef(search);
  useEffect(() => {
    rendered.current = search;
  }, [search]);
  const step = useCallback<SetValues<K>>(
    (next, options) =>
      setValues(
        next,
        new URLSearchParams(window.location.search).toString() === rendered.current.toString()
          ? options
          : { ...options, history: "replace" },
      ),
    [setValues],
  );
  const bad = Object.entries(parsers).flatMap(([name, parser]): BadParam[] => {
    const value = search.get(name);
    return value === null || (parser as { parse: (text: string) => unknown }).parse(value) !== null ? [] : [{ name, value }];
  });
  return [values, step, bad];
}

/** Names the parameters that were not understood, under the bar of a view. */
export function BadParams({ params }: { readonly params: readonly BadParam[] }) {
  const words = useWords();
  if (params.length === 0) return null;
  return (
    <p role="status" className="flex-none border-b border-line bg-warning-soft px-16 py-4 text-12 text-warning phone:px-12">
      {words.shell.badValues(params.map(({ name, value }) => words.shell.badValue(name, value)))}
    </p>
  );
}
