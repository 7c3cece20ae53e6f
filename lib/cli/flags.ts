// Flags by table: each command names those it takes; an unknown one is an error that offers the nearest. Every flag has a twin in the environment.

import { fail, nearestWord, ok, type Result } from "@/lib/core";

/**
 * `value` null: a switch. `many`: may be given several times. `env`: the twin's name where it is not PORTOLAN_ + the flag in capitals.
 * `source`: where the data comes from by this flag; one on the command line silences the twins of other sources.
 */
export type FlagSpec = {
  readonly name: string;
  readonly short?: string;
  readonly value: string | null;
  readonly many?: boolean;
  readonly env?: string;
  readonly source?: "demo" | "snapshot" | "kubeconfig";
  readonly about: string;
};

export type Flags = {
  has(name: string): boolean;
  /** The last value given; null when the flag was not. */
  text(name: string): string | null;
  all(name: string): readonly string[];
};

export type Parsed = { readonly flags: Flags; readonly words: readonly string[] };

/** Reads the words of a command line. Returns: flags and the other words, or one line that says what is wrong. */
export function parseFlags(
  specs: readonly FlagSpec[],
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Result<Parsed, string> {
  const given = new Map<string, string[]>();
  const words: string[] = [];
  const queue = [...args];
  while (queue.length > 0) {
    const arg = queue.shift() ?? "";
    if (arg === "--") {
      words.push(...queue.splice(0));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    const [name, inline] = splitFlag(arg);
    const spec = specs.find((each) => name === `--${each.name}` || (each.short !== undefined && name === `-${each.short}`));
    if (spec === undefined) {
      const near = nearestWord(
        name.replace(/^-+/, ""),
        specs.map((each) => each.name),
      );
      return fail(`unknown flag: ${name}: ${near === null ? "see --help" : `did you mean --${near}`}`);
    }
    if (spec.value === null) {
      if (inline !== undefined && inline !== "true" && inline !== "false") return fail(`${name} takes no value: ${inline}: leave it out`);
      if (inline !== "false") given.set(spec.name, [""]);
      continue;
    }
    const value = inline ?? queue.shift();
    if (value === undefined) return fail(`${name} wants a value: ${spec.value}: see --help`);
    const known = given.get(spec.name) ?? [];
    if (known.length > 0 && spec.many !== true) return fail(`${name} is given twice: ${value}: give it once`);
    given.set(spec.name, [...known, value]);
  }
  const sources = new Set(specs.flatMap(({ name, source }) => (source !== undefined && given.has(name) ? [source] : [])));
  for (const spec of specs) {
    if (spec.source !== undefined && sources.size > 0 && !sources.has(spec.source)) continue;
    const twin = env[spec.env ?? `PORTOLAN_${spec.name.toUpperCase().replaceAll("-", "_")}`];
    if (given.has(spec.name) || twin === undefined || twin === "") continue;
    if (spec.value !== null) given.set(spec.name, spec.many === true ? twin.split(",") : [twin]);
    else if (twin !== "0" && twin !== "false") given.set(spec.name, [""]);
  }
  const all = (name: string): readonly string[] => given.get(name) ?? [];
  return ok({ flags: { has: (name) => given.has(name), text: (name) => all(name).at(-1) ?? null, all }, words });
}

/** `--name=value`, and as kubectl takes them `-n=value` and `-nvalue`. */
function splitFlag(arg: string): [string, string | undefined] {
  const short = /^(-[a-z])=?(.+)$/i.exec(arg);
  if (short?.[1] !== undefined) return [short[1], short[2]];
  const place = arg.indexOf("=");
  return place < 0 ? [arg, undefined] : [arg.slice(0, place), arg.slice(place + 1)];
}
