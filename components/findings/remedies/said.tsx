"use client";

import type { WireRemedy } from "@/lib/wire/remedy-schemas";
import { useSaying } from "./use-saying";

/** A fact about a remedy as a sentence; a command in it is set as one. */
export function Said({ text, fact }: { readonly text: string; readonly fact: WireRemedy["facts"]["title"] | undefined }) {
  const said = useSaying()(text, fact);
  const command = fact?.values["command"];
  const at = command === undefined ? -1 : said.indexOf(command);
  if (command === undefined || at < 0) return said;
  return (
    <>
      {said.slice(0, at)}
      <code className="rounded-1 bg-sunken px-4 box-decoration-clone text-[11.5px] break-words">{command}</code>
      {said.slice(at + command.length)}
    </>
  );
}
