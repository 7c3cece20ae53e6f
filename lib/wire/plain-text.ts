// Cluster content as harmless text. Whoever may create an object, or hand over a file of them, must not move a cursor, colour a terminal, turn the reading
// direction or hide what stands there.

// Control characters (C0 and C1: terminal sequences begin with both) but for tabs and line ends, what turns or isolates the reading direction, line and
// paragraph separators, invisible tags.
const acting =
  /\r(?!\n)|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\udb40[\udc00-\udc7f]/g;

/** Text of any number of lines in which everything that acts instead of being read became U+FFFD. */
export function harmless(text: string): string {
  return text.replaceAll(acting, "\ufffd");
}

/** The same as text of one line: line breaks and tabs become spaces. */
export function plain(text: string): string {
  return harmless(text.replaceAll(/[\t\r\n]+/g, " "));
}

/**
 * Text of one line that Markdown takes as it is written; GitHub's makes no link of a bare address either. Nobody is mentioned, and no issue: a comment, which
 * readers do not see, stands behind each sign that GitHub and GitLab would take for the start of a reference, since they look for these in what was rendered.
 */
export function escapeMarkdown(text: string): string {
  return plain(text)
    .replaceAll(/[\\|`*_{}[\]<>#&~]|:(?=\/\/)|(?<=\bwww)\./gi, (char) => `\\${char}`)
    .replaceAll(/@|[#!&~$%](?=\w)/g, "$&<!-- -->");
}
