"use client";

import { useDeferredValue, useMemo, useState } from "react";
import { emptyFilter, parseFilter, type Filter, type FilterError } from "@/lib/core";

/** Reads a filter as it is typed: the last one that was understood stays in force, so that a half-typed key does not empty a list. */
export function useFilter(text: string): { readonly filter: Filter; readonly error: FilterError | null } {
  const deferred = useDeferredValue(text);
  const parsed = useMemo(() => parseFilter(deferred), [deferred]);
  const [last, setLast] = useState<Filter>(parsed.ok ? parsed.value : emptyFilter);
  if (parsed.ok && last !== parsed.value) setLast(parsed.value);
  const typed = parseFilter(text);
  return { filter: parsed.ok ? parsed.value : last, error: typed.ok ? null : typed.error };
}
