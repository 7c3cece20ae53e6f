"use client";

import { fillTemplate } from "@/lib/core";
import { useLanguage } from "@/components/words/words";
import { remediesZh } from "@/components/words/remedies-zh";
import type { WireRemedy } from "@/lib/wire/remedy-schemas";

type Fact = WireRemedy["facts"]["title"];

/** Returns: how a fact about a remedy is said in the page's language; the API's English where the language has no words for it. */
export function useSaying(): (english: string, fact: Fact | undefined) => string {
  const language = useLanguage();
  return (english, fact) => {
    const words = language === "zh" && fact !== undefined ? remediesZh[fact.code] : undefined;
    return words === undefined ? english : fillTemplate(words, listsInZh(fact?.values ?? {}));
  };
}

// What is written as it is: on a command line, in an object.
const verbatim = ["command", "selector", "was", "will"];

/** Lists of names as Chinese writes them; of a long one the API counts the rest. */
function listsInZh(values: Fact["values"]): Fact["values"] {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      verbatim.includes(name) ? value : value.replaceAll(", ", "、").replace(/ \(\+(\d+)\)$/, "（另有 $1 个）"),
    ]),
  );
}
