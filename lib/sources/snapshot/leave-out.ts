// Takes out of a text of YAML, before it is parsed, what nobody reads: parsing is what reading YAML costs, and env, volumes, probes and managed fields are
// most of a pod.

// Nothing in slim/ asks for these, at whatever depth they stand.
const unread: ReadonlySet<string> = new Set([
  "env",
  "envFrom",
  "images",
  "lifecycle",
  "livenessProbe",
  "readinessProbe",
  "resources",
  "securityContext",
  "startupProbe",
  "volumeMounts",
  "volumes",
]);
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const dash = 0x2d;

/**
 * The text without the blocks under keys that are never read.
 *
 * Looks at how lines begin and end, as cut-yaml.ts does, and leaves block scalars alone; a quoted text with such a block in its lines is not recognised. So
 * whoever cannot parse what is returned parses the text itself.
 */
export function withoutUnread(text: string): string {
  // Of a Service it matters who wrote a number, which managed fields tell.
  const dropsFields = /\bkind: Pod\b/.test(text) && !/\bkind: Service(List)?\s/.test(text);
  const kept: string[] = [];
  let from = 0;
  /** Lines that begin beyond this column belong to the block that is left out, or to a block scalar; -1 = neither. */
  let within = -1;
  let isLeftOut = false;
  for (let at = 0, next = 0; at < text.length; at = next) {
    next = text.indexOf("\n", at) + 1 || text.length;
    let first = at;
    while (text.charCodeAt(first) === space) first += 1;
    const code = text.charCodeAt(first);
    // A blank line belongs to what it stands in.
    if (code === newline || code === carriageReturn) continue;
    const column = first - at;
    // The entries of a block may stand in the column of its key.
    if (within >= 0 && (column > within || (isLeftOut && column === within && isEntry(text, first)))) continue;
    if (isLeftOut) from = at;
    within = -1;
    isLeftOut = false;
    let key = first;
    while (isEntry(text, key)) {
      first = key;
      key += 2;
      while (text.charCodeAt(key) === space) key += 1;
    }
    const rest = text.slice(key, next).trimEnd();
    if (rest.endsWith(":") && (unread.has(rest.slice(0, -1)) || (dropsFields && rest === "managedFields:"))) {
      // The dash of "- env:" stays, with the keys that follow as its entry.
      kept.push(key === first ? text.slice(from, at) : `${text.slice(from, key)}\n`);
      within = key - at;
      isLeftOut = true;
    } else if (/(^|[:\s])[|>][-+0-9]{0,2}$/.test(rest)) within = (/^[|>]/.test(rest) ? first : key) - at;
  }
  if (kept.length === 0) return text;
  if (!isLeftOut) kept.push(text.slice(from));
  return kept.join("");
}

function isEntry(text: string, at: number): boolean {
  return text.charCodeAt(at) === dash && text.charCodeAt(at + 1) <= space;
}
