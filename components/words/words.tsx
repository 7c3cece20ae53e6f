"use client";

import { createContext, useContext, type ReactNode } from "react";
import type { AgeUnits } from "@/lib/client/format";
import { formatAge } from "@/lib/client/format";
import { en, type Words } from "./en";
import type { Language } from "./languages";
import { zh } from "./zh";

const dictionaries: Record<Language, Words> = { en, zh };

const LanguageContext = createContext<Language>("en");

export function WordsProvider({ language, children }: { readonly language: Language; readonly children: ReactNode }) {
  return <LanguageContext value={language}>{children}</LanguageContext>;
}

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

export function useWords(): Words {
  return dictionaries[useContext(LanguageContext)];
}

export function nameOfLanguage(language: Language): string {
  return dictionaries[language].language;
}

/** Returns: how an age is said in the page's language. */
export function useFormatAge(): (ms: number) => string {
  const units: AgeUnits = useWords().units;
  return (ms) => formatAge(ms, units);
}
