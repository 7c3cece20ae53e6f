const key = "portolan-recent";
const most = 5;

/** The addresses that were opened last in this browser, newest first. */
export function readRecent(): readonly string[] {
  try {
    const held: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(held) ? held.filter((each) => typeof each === "string").slice(0, most) : [];
  } catch {
    return [];
  }
}

export function rememberRecent(target: string): void {
  try {
    localStorage.setItem(key, JSON.stringify([target, ...readRecent().filter((each) => each !== target)].slice(0, most)));
  } catch {
    // A browser without storage simply does not remember.
  }
}
