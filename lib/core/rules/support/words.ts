import type { PortOfFinding } from "../../model/finding";

/** `30001/TCP`; several as `30001, 30002`; a run of three or more as `30001–30020`; at most four parts. */
export function sayPorts(ports: readonly PortOfFinding[]): string {
  const { parts, more } = listPorts(ports);
  return more === 0 ? sayList(parts) : `${parts.join(", ")} and ${String(more)} more`;
}

/** Ports as parts of a sentence in any language: at most four, and how many further parts there are. */
export function listPorts(ports: readonly PortOfFinding[]): { readonly parts: readonly string[]; readonly more: number } {
  const numbers = [...new Set(ports.map(({ port }) => port))].sort((a, b) => a - b);
  const [only] = ports;
  if (numbers.length === 1 && only !== undefined) {
    const protocols = [...new Set(ports.map(({ protocol }) => protocol))];
    return { parts: [`${String(only.port)}/${protocols.join("+")}`], more: 0 };
  }
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  const parts = runs.flatMap(([first, last]) =>
    last - first >= 2 ? [`${String(first)}–${String(last)}`] : first === last ? [String(first)] : [String(first), String(last)],
  );
  return parts.length <= 4 ? { parts, more: 0 } : { parts: parts.slice(0, 4), more: parts.length - 4 };
}

export function sayList(parts: readonly string[]): string {
  return parts.length <= 1 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}

export function sayNumber(number: number): string {
  return ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"][number] ?? String(number);
}

export function sayCount(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? "" : "s"}`;
}

export function sayShare(share: number): string {
  return `${String(Math.round(share * 100))} %`;
}

/** `reaches` for one port, `reach` for several. */
export function verb(ports: readonly PortOfFinding[], singular: string, plural: string): string {
  return new Set(ports.map(({ port }) => port)).size > 1 ? plural : singular;
}
