import { dayOf, listAcknowledgedOwners, parseDay } from "@/lib/core";
import type { WireFinding } from "@/lib/wire/schemas";

export type AcknowledgementDraft = { readonly reason: string; readonly by: string; readonly until: string };

/**
 * The line for `acknowledgements:` of the policy file.
 *
 * Returns: one line of YAML in flow style. It names the owners and whoever else the finding is about, so that another one raises it again. A missing
 *          reason or name stays visibly empty.
 */
export function acknowledgementLine(finding: Pick<WireFinding, "rule" | "subjects">, { reason, by, until }: AcknowledgementDraft): string {
  const subject = finding.subjects[0];
  const owners = acknowledgedOwners(finding);
  const parts = [
    `rule: ${finding.rule}`,
    `subject: ${plain(subject === undefined ? "" : [subject.kind, subject.namespace, subject.name].filter((part) => part !== "").join("/"))}`,
    `owners: [${owners.map(plain).join(", ")}]`,
    `reason: ${JSON.stringify(reason.trim())}`,
    `by: ${JSON.stringify(by.trim())}`,
    `until: ${until.trim()}`,
  ];
  return `  - { ${parts.join(", ")} }`;
}

/** Whose change raises an acknowledged finding again, besides the passing of its last day. */
export function acknowledgedOwners({ subjects }: Pick<WireFinding, "subjects">): readonly string[] {
  const [subject] = subjects;
  return subject === undefined ? [] : listAcknowledgedOwners(subjects, subject);
}

export type AcknowledgementFault = "reason" | "by" | "date" | "past";

/** What is still missing or wrong in a draft; none: its line can be pasted. */
export function acknowledgementFaults({ reason, by, until }: AcknowledgementDraft, nowMs: number): AcknowledgementFault[] {
  const day = parseDay(until.trim());
  return [
    ...(reason.trim() === "" ? (["reason"] as const) : []),
    ...(by.trim() === "" ? (["by"] as const) : []),
    ...(day === undefined ? (["date"] as const) : day < dayOf(nowMs) ? (["past"] as const) : []),
  ];
}

/** Kubernetes names need no quotes in YAML, but for what could be read as something else. */
function plain(text: string): string {
  return /^[A-Za-z][A-Za-z0-9./-]*$/.test(text) ? text : JSON.stringify(text);
}
