// What the process has counted since its start. Shared through globalThis like the runtime: Next loads this module several times.

export type Counter = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };

const key = Symbol.for("portolan.counters.v1");
const shared = globalThis as { [key]?: Map<string, Counter> | undefined };

/** Adds to a counter. Labels come from closed sets (kinds, reasons, cluster names): each combination is kept for ever. */
export function count(name: string, labels: Readonly<Record<string, string>>, by = 1): void {
  const counters = (shared[key] ??= new Map<string, Counter>());
  const id = `${name} ${JSON.stringify(labels)}`;
  counters.set(id, { name, labels, value: (counters.get(id)?.value ?? 0) + by });
}

/** Every combination counted under a name so far. */
export function counted(name: string): readonly Counter[] {
  return [...(shared[key]?.values() ?? [])].filter((counter) => counter.name === name);
}
