import { languages, type Language } from "@/components/words/languages";

/** Names of the cookies that hold what a person chose for this browser. The layout reads them, so that the first paint is right. */
export const themeCookie = "portolan-theme";
export const languageCookie = "portolan-language";

export type Theme = "system" | "light" | "dark";

export function parseTheme(text: string | undefined): Theme {
  return text === "light" || text === "dark" ? text : "system";
}

/**
 * The page's language: the one that was chosen here, else the first that the browser asks for and this page speaks, else English.
 *
 * Input: the cookie, and the header Accept-Language (RFC 9110: `zh-CN,zh;q=0.9,en;q=0.8`).
 */
export function chooseLanguage(chosen: string | undefined, accepted: string | null): Language {
  const known = (text: string | undefined) => languages.find((each) => each === text);
  const asked = (accepted ?? "")
    .split(",")
    .map((each) => {
      const [range = "", ...params] = each
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const quality = Number(params.find((param) => param.startsWith("q="))?.slice(2) ?? 1);
      return { language: known(range.split("-")[0]), quality: Number.isNaN(quality) ? 0 : quality };
    })
    .filter(({ language, quality }) => language !== undefined && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return known(chosen) ?? asked[0]?.language ?? "en";
}

/** Keeps a choice for a year; the server only ever reads it. */
export function rememberChoice(name: string, value: string): void {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`;
}
