// YAML for people to read and for kubectl to take: block style, and quotes wherever some reader of YAML (1.1 or 1.2) could take a text for something else.

/** What a manifest is made of. Absent keys are left out by whoever builds the value. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/**
 * One document.
 *
 * Input:   keys shorter than 1,000 characters, numbers that are finite.
 * Returns: text that ends with a line break, without `---`; the keys in the order of the object.
 * Errors:  never throws.
 */
export function writeYaml(value: YamlValue): string {
  return `${block(value, "").replace(/^\n/, "")}\n`;
}

/** Documents as one stream. */
export function joinDocuments(documents: readonly string[]): string {
  return documents.join("---\n");
}

/** What stands after `key:` or `-`: a line break first where it needs lines of its own. */
function block(value: YamlValue, indent: string): string {
  if (isList(value)) {
    if (value.length === 0) return "[]";
    return value.map((each) => `\n${indent}- ${inList(each, `${indent}  `)}`).join("");
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return "{}";
    return entries.map(([key, each]) => `\n${indent}${scalar(key)}:${after(each, indent)}`).join("");
  }
  return typeof value === "string" && isLiteral(value) ? literal(value, indent) : scalar(value);
}

/** The first key of an object stands on the line of its dash. */
function inList(value: YamlValue, indent: string): string {
  return block(value, indent).replace(new RegExp(`^\n${indent}`), "");
}

function after(value: YamlValue, indent: string): string {
  const text = block(value, `${indent}  `);
  return text.startsWith("\n") ? text : ` ${text}`;
}

function scalar(value: string | number | boolean | null): string {
  if (typeof value !== "string") return String(value);
  return isPlain(value) ? value : quote(value);
}

/** Words that YAML 1.1 (which kubectl reads) or 1.2 takes for booleans or null; an exponent alone is a number to some readers. */
const words = /^(y|n|yes|no|on|off|true|false|null|e\d+)$/i;

/** A letter first, so that it is no number, date or marker. */
function isPlain(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(text) && !words.test(text);
}

/** JSON's quotes are YAML's; what YAML does not allow raw is escaped too. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Expressions of several lines are read as they are written. */
function isLiteral(text: string): boolean {
  return /^[!-~][ -~\n]*$/.test(text) && text.includes("\n") && !/[ \n]$| \n/.test(text);
}

function literal(text: string, indent: string): string {
  return `|-\n${text
    .split("\n")
    .map((line) => (line === "" ? "" : `${indent === "" ? "  " : indent}${line}`))
    .join("\n")}`;
}

/** `Array.isArray` does not tell a readonly list from the rest. */
function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}
