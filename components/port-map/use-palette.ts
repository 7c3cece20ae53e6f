"use client";

import { useEffect, useState } from "react";
import type { Palette } from "./shapes";

const tokens = [
  "--bg",
  "--surface",
  "--sunken",
  "--line",
  "--line-strong",
  "--ink",
  "--text",
  "--text-2",
  "--text-3",
  "--on-ink",
  "--critical",
  "--warning",
  "--o-local",
  "--o-local-tint",
  "--o-rejected",
  "--o-rejected-tint",
  "--o-dropped",
  "--o-dropped-tint",
  "--o-listener",
  "--o-hostport",
  "--o-unknown",
  "--o-reserved",
  "--o-closed",
  "--ow1",
  "--ow2",
  "--ow3",
  "--ow4",
  "--ow5",
  "--ow6",
  "--ow7",
  "--ow8",
] as const;

/** Colours and fonts as the theme resolves them. */
export type Look = { readonly palette: Palette; readonly fonts: { readonly ui: string; readonly mono: string } };

/** The tokens as resolved colours, read once per theme; null before the first paint. */
export function usePalette(): Look | null {
  const [value, setValue] = useState<Look | null>(null);
  useEffect(() => {
    const read = (): void => {
      const probe = document.createElement("i");
      probe.hidden = true;
      document.body.append(probe);
      const palette: Record<string, string> = {};
      for (const token of tokens) {
        probe.style.color = `var(${token})`;
        palette[token] = getComputedStyle(probe).color;
      }
      const family = (name: string): string => {
        probe.style.fontFamily = `var(${name})`;
        return getComputedStyle(probe).fontFamily;
      };
      setValue({ palette, fonts: { ui: family("--ui"), mono: family("--mono") } });
      probe.remove();
    };
    read();
    void document.fonts.ready.then(read);
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", read);
    window.addEventListener("portolan:theme", read);
    return () => {
      media.removeEventListener("change", read);
      window.removeEventListener("portolan:theme", read);
    };
  }, []);
  return value;
}
