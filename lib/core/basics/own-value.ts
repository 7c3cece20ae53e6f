/** What a record holds under a key of its own. `constructor` is a legal name of nodes, labels and contexts, and every record inherits something of that name. */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
