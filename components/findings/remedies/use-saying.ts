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
    return words === undefined ? english : fillTemplate(words, fact?.values ?? {});
  };
}
