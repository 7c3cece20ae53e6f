"use client";

import { createContext, useContext, useState, type ReactNode } from "react";
import { rememberChoice, themeCookie, type Theme } from "./preferences";

type ThemeChoice = { readonly theme: Theme; readonly next: Theme; readonly change: (theme: Theme) => void };

const order: readonly Theme[] = ["system", "light", "dark"];

const ThemeContext = createContext<ThemeChoice>({ theme: "system", next: "light", change: () => undefined });

/** `initial`: what the layout read from the cookie and put on `<html data-theme>`. */
export function ThemeProvider({ initial, children }: { readonly initial: Theme; readonly children: ReactNode }) {
  const [theme, setTheme] = useState(initial);
  const next = order[(order.indexOf(theme) + 1) % order.length] ?? "system";
  const change = (chosen: Theme): void => {
    setTheme(chosen);
    rememberChoice(themeCookie, chosen);
    if (chosen === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = chosen;
    // Whoever draws on a canvas reads the colours again.
    window.dispatchEvent(new Event("portolan:theme"));
  };
  return <ThemeContext value={{ theme, next, change }}>{children}</ThemeContext>;
}

export function useTheme(): ThemeChoice {
  return useContext(ThemeContext);
}
