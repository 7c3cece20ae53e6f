import { describeGap } from "./not-evaluated";
import type { WireEvaluation, WireFinding } from "./schemas";

/** `fails`: whether a finding fails its rule's case; `mistakes`: what could not be read, each an error of a case of its own. */
export type JunitOptions = {
  readonly suite: string;
  readonly fails: (finding: WireFinding) => boolean;
  readonly mistakes: readonly { readonly where: string; readonly message: string }[];
  /** Where in a text a finding is caused; empty for a cluster. */
  readonly where: (finding: WireFinding) => readonly string[];
};

const ofFindings: JunitOptions = { suite: "portolan", fails: ({ acknowledged }) => acknowledged === null, mistakes: [], where: () => [] };

/**
 * An evaluation as JUnit XML, in the form that Jenkins' xUnit plugin publishes as junit-10.xsd and that GitLab and GitHub actions read.
 *
 * Returns: a test case for each rule: findings that count fail it, others are told as its output, and a rule that was not evaluated is skipped.
 */
export function findingsToJunit({ findings, notEvaluated }: WireEvaluation, rules: readonly string[], options = ofFindings): string {
  const { suite, fails, mistakes, where } = options;
  const describe = (finding: WireFinding): string => escapeXml([finding.summary, ...where(finding)].join("\n"));
  const cases = rules.map((rule) => {
    const own = findings.filter((finding) => finding.rule === rule);
    const failed = own.filter(fails);
    const told = own.filter((finding) => !fails(finding)).map((finding) => `${finding.severity}: ${finding.title}`);
    const gap = failed.length === 0 ? notEvaluated.find((each) => each.rule === rule) : undefined;
    const lines = [
      ...failed.map(
        (finding) => `<failure type="${finding.severity}" message="${escapeXml(finding.title)}">${describe(finding)}</failure>`,
      ),
      ...(gap === undefined ? [] : [`<skipped message="${escapeXml(`not evaluated: ${describeGap(gap)}`)}"/>`]),
      ...(told.length === 0 ? [] : [`<system-out>${escapeXml(told.join("\n"))}</system-out>`]),
    ];
    return { text: formatCase(rule, lines), failed: failed.length > 0, skipped: gap !== undefined };
  });
  const errors = mistakes.map(({ where: place, message }) =>
    formatCase(place, [`<error type="unreadable" message="${escapeXml(message)}">${escapeXml(`${place}: ${message}`)}</error>`]),
  );
  const count = (of: (each: (typeof cases)[number]) => boolean): string => String(cases.filter(of).length);
  const totals = `tests="${String(cases.length + errors.length)}" failures="${count(({ failed }) => failed)}" errors="${String(errors.length)}"`;
  const skipped = `skipped="${count((each) => each.skipped)}"`;
  const body = [...errors, ...cases.map(({ text }) => text)].join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${totals}>\n  <testsuite name="${escapeXml(suite)}" ${totals} ${skipped}>\n${body}  </testsuite>\n</testsuites>\n`;
}

function formatCase(name: string, lines: readonly string[]): string {
  const inner = lines.map((line) => `      ${line}\n`).join("");
  return `    <testcase classname="portolan" name="${escapeXml(name)}">\n${inner}    </testcase>\n`;
}

/** Text for XML 1.0: markup is escaped, characters that XML cannot hold become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
