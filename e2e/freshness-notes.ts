// Notes, in the page itself, what its event stream told it and what it said of its own freshness, with the times of both: how soon something is said does not
// depend on how soon a test looks.

import type { BrowserContext, Page } from "@playwright/test";

/** `word`: of the header; `line`: under it, empty while there is nothing to be said. */
export type Said = { readonly atMs: number; readonly word: string; readonly line: string };

/** `opened`, `heard` (an event came), `lost` (the connection broke): of the page's event stream. `woke`: no timer had fired for a while. */
export type Noted = { readonly atMs: number; readonly what: "opened" | "heard" | "lost" | "woke" };

export type Notes = { readonly said: readonly Said[]; readonly noted: readonly Noted[] };

declare global {
  /** Of a page that takes notes. */
  var freshnessNotes: Notes;
}

/** Every page that this context opens from now on takes notes. */
export async function takeNotes(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const notes: { readonly said: Said[]; readonly noted: Noted[] } = { said: [], noted: [] };
    const note = (what: Noted["what"]): void => {
      notes.noted.push({ atMs: Date.now(), what });
    };
    globalThis.EventSource = class extends EventSource {
      constructor(url: string | URL) {
        super(url);
        note("opened");
        for (const name of ["snapshot", "delta", "status", "heartbeat"])
          this.addEventListener(name, () => {
            note("heard");
          });
        this.addEventListener("error", () => {
          note("lost");
        });
      }
    };
    let lastMs = Date.now();
    setInterval(() => {
      if (Date.now() - lastMs > 8000) note("woke");
      lastMs = Date.now();
    }, 200);
    const look = (): void => {
      const labels = [...document.querySelectorAll("header button")].map((button) => button.getAttribute("aria-label") ?? "");
      const word = labels.find((label) => /^(Live|Stale since|Syncing|Reconnecting|Unreachable|Snapshot)/.test(label)) ?? "";
      const line = document.querySelector('header + [role="status"]')?.textContent ?? "";
      const last = notes.said.at(-1);
      if (word !== "" && (last?.word !== word || last.line !== line)) notes.said.push({ atMs: Date.now(), word, line });
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-label"] });
    globalThis.freshnessNotes = notes;
  });
}

export function readNotes(page: Page): Promise<Notes> {
  return page.evaluate(() => globalThis.freshnessNotes);
}
