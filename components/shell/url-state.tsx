"use client";

import { useSearchParams } from "next/navigation";
import { useQueryStates, type UseQueryStatesKeysMap, type UseQueryStatesReturn } from "nuqs";
import { useWords } from "@/components/words/words";

/** A parameter of the address that is not understood; its default is in force. */
export type BadParam = { readonly name: string; readonly value: string };

/**
 * The state of a view that stands in its address. Typing replaces history; where something is opened, pass `{ history: "push" }`.
 *
 * Returns: values with defaults, a setter, and the parameters that were not understood.
 */
export function useUrlState<K extends UseQueryStatesKeysMap>(parsers: K): readonly [...UseQueryStatesReturn<K>, readonly BadParam[]] {
  const [values, setValues] = useQueryStates(parsers, { history: "replace", clearOnDefault: true });
  const search = useSearchParams();
  const bad = Object.entries(parsers).flatMap(([name, parser]): BadParam[] => {
    const value = search.get(name);
    return value === null || (parser as { parse: (text: string) => unknown }).parse(value) !== null ? [] : [{ name, value }];
  });
  return [values, setValues, bad];
}

/** Names the parameters that were not understood, under the bar of a view. */
export function BadParams({ params }: { readonly params: readonly BadParam[] }) {
  const words = useWords();
  if (params.length === 0) return null;
  return (
    <p role="status" className="flex-none border-b border-line bg-warning-soft px-16 py-4 text-12 text-warning phone:px-12">
      {params.map(({ name, value }) => words.shell.badValue(name, value)).join("; ")}
    </p>
  );
}
