/** Names of the cookies that hold what a person chose for this browser. The layout reads them, so that the first paint is right. */
export const themeCookie = "portolan-theme";
export const languageCookie = "portolan-language";

export type Theme = "system" | "light" | "dark";

export function parseTheme(text: string | undefined): Theme {
  return text === "light" || text === "dark" ? text : "system";
}

/** Keeps a choice for a year; the server only ever reads it. */
export function rememberChoice(name: string, value: string): void {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`;
}
