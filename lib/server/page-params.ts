import { isProblem, type Problem } from "./problem";

type SearchParams = Readonly<Record<string, string | string[] | undefined>>;

/** What Next hands to a page. */
export type PageProps = { readonly searchParams: Promise<SearchParams> };

/** The named parameters of a page's address as those of the API; of a repeated one the first. */
export function pickParams(search: SearchParams, ...names: readonly string[]): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of names) {
    const value = search[name];
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) params.set(name, first);
  }
  return params;
}

/** The time at which a page is rendered, in ms: the browser starts its clock with it. */
export function readClock(): number {
  return Date.now();
}

/** What a page hands to the browser for its first view: the answer, or null, and then the browser asks and shows what is wrong. */
export function initialOf<T extends object>(answer: T | Problem): T | null {
  return isProblem(answer) ? null : answer;
}
