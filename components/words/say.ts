// What the API answers in English beside its facts, in the words of the page: a whole sentence in one language, or the API's own.

import { fillTemplate } from "@/lib/core";
import type { RuleText } from "@/lib/wire/rule-text";
import type { WireCluster, WireFinding, WireMistake, WireProblem, WireRoute, WireSearchResult, WireWarning } from "@/lib/wire/schemas";
import { mistakesZh } from "./mistakes-zh";
import { oddZh } from "./odd-zh";
import { problemsZh, troublesZh } from "./problems-zh";
import { describeRouteZh, reasonsZh, stepsZh } from "./route-zh";
import { rulesZh } from "./rules-zh";

type FindingText = { readonly title: string; readonly summary: string; readonly symptoms: readonly string[] };
type RuleWords = Pick<RuleText, "title" | "why" | "fix">;
type Step = WireRoute["steps"][number];

export type Say = {
  finding(finding: WireFinding): FindingText;
  rule(rule: RuleText): RuleWords;
  route(route: WireRoute): string;
  step(step: Step): Pick<Step, "title" | "verdict">;
  reason(reason: NonNullable<WireRoute["reason"]>): string;
  result(result: WireSearchResult): Pick<WireSearchResult, "label" | "detail">;
  problem(problem: WireProblem): Pick<WireProblem, "title" | "detail">;
  warning(warning: WireWarning): string;
  mistake(mistake: Pick<WireMistake, "message" | "fact">): string;
  /** Why a cluster cannot be read, or is not read as it should be. */
  message(cluster: Pick<WireCluster, "message" | "trouble">): string | null;
  /** Why the newest text of the policy file is not in force. */
  policy(cluster: Pick<WireCluster, "policyError" | "policyMistakes">): string;
  /** Whole sentences, with their full stops. */
  sentences(sentences: readonly string[]): string;
  /** Statements one after the other. */
  list(parts: readonly string[]): string;
  /** Parts of one sentence. */
  parts(parts: readonly string[]): string;
  /** Names, numbers and kinds that stand alike. */
  names(names: readonly string[]): string;
};

export const sayEn: Say = {
  finding: (finding) => finding,
  rule: (rule) => rule,
  route: ({ sentence }) => sentence,
  step: (step) => step,
  reason: (reason) => reason,
  result: (result) => result,
  problem: (problem) => problem,
  warning: ({ message }) => message,
  mistake: ({ message }) => message,
  message: ({ message }) => message,
  policy: ({ policyError }) => policyError ?? "",
  sentences: (sentences) => sentences.join(" "),
  list: (parts) => parts.join(", "),
  parts: (parts) => parts.join(", "),
  names: (names) => names.join(", "),
};

/** A rule or step that this page does not know (of a newer server) stays English as a whole. */
export const sayZh: Say = {
  finding(finding) {
    const { rule, evidence } = finding;
    // What a rule finds is what its words take: the types of both are one, and only JSON lies between them.
    return isKey(rulesZh, rule) ? rulesZh[rule].describe(evidence as never, finding) : finding;
  },
  rule: (rule) => (isKey(rulesZh, rule.id) ? rulesZh[rule.id] : rule),
  route: describeRouteZh,
  step(step) {
    if (!isKey(stepsZh, step.code)) return step;
    const [title, verdict] = stepsZh[step.code];
    return { title, verdict: verdict(step) };
  },
  reason: (reason) => reasonsZh[reason],
  result: (result) => ({ label: result.label, detail: result.detail, ...describeResultZh(result) }),
  problem({ type, title, detail, fact, trouble }) {
    const kind = type.replace("urn:portolan:", "");
    if (!isKey(problemsZh, kind)) return { title, detail };
    const own = kind === "no-answer" ? "此页面的服务器没有应答。" : null;
    const says = fact === undefined ? null : sayZh.mistake({ message: detail, fact });
    return { title: problemsZh[kind], detail: own ?? says ?? sayTroubleZh(trouble) ?? detail };
  },
  warning: ({ message, fact }) => (fact !== undefined && isKey(oddZh, fact.code) ? sayOddZh(oddZh[fact.code], fact.values) : message),
  mistake({ message, fact: { code, values, path } }) {
    if (!isKey(mistakesZh, code)) return message;
    const says = fillTemplate(mistakesZh[code], { ...values, ...sayValuesZh(values) });
    return path === undefined ? says : `${path}：${says}`;
  },
  message: ({ message, trouble }) => sayTroubleZh(trouble) ?? message,
  policy({ policyError, policyMistakes: [first, ...others] }) {
    if (first === undefined) return policyError ?? "";
    const more = others.length === 0 ? "" : `（另有 ${String(others.length)} 处）`;
    return `${first.file}:${String(first.line)}:${String(first.column)}：${sayZh.mistake(first)}${more}；仍使用上一份有效的内容`;
  },
  sentences: (sentences) => sentences.join(""),
  list: (parts) => parts.join("；"),
  parts: (parts) => parts.join("，"),
  names: (names) => names.join("、"),
};

/** The same as a page sets it: no line ends between a number and its percent sign, where the API writes a plain space. */
export function typeset(say: Say): Say {
  const keep = (text: string): string => text.replaceAll(/(\d) %/g, "$1\u202F%");
  return {
    ...say,
    finding: (finding) => {
      const { title, summary, symptoms } = say.finding(finding);
      return { title: keep(title), summary: keep(summary), symptoms: symptoms.map(keep) };
    },
    route: (route) => keep(say.route(route)),
    step: (step) => {
      const { title, verdict } = say.step(step);
      return { title: keep(title), verdict: keep(verdict) };
    },
  };
}

function sayTroubleZh(trouble: WireCluster["trouble"] | undefined): string | null {
  return trouble !== undefined && trouble !== null && isKey(troublesZh, trouble.kind)
    ? `${trouble.where}：${troublesZh[trouble.kind]}`
    : null;
}

/** Of what cannot be read, the reason and what a parser says of it are codes as well. */
function sayOddZh(text: string, values: Readonly<Record<string, string>>): string {
  const { reason, parser } = values;
  const said = parser !== undefined && isKey(mistakesZh, parser) ? { ...values, says: fillTemplate(mistakesZh[parser], values) } : values;
  return fillTemplate(text, reason !== undefined && isKey(oddZh, reason) ? { ...said, why: fillTemplate(oddZh[reason], said) } : said);
}

/** Values that are words of ours: a choice, and what stands for a list or a map. */
function sayValuesZh({ words, given }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const sorts: Readonly<Record<string, string>> = { "a list": "列表", "keys with values": "键值", nothing: "空" };
  return {
    ...(words === undefined ? {} : { words: words.replaceAll(", ", "、").replaceAll(" or ", " 或 ") }),
    ...(given === undefined ? {} : { given: sorts[given] ?? given }),
  };
}

function describeResultZh({ facts }: WireSearchResult): Partial<Pick<WireSearchResult, "label" | "detail">> {
  switch (facts?.kind) {
    case "route":
      return { detail: describeRouteZh(facts.route) };
    case "finding":
      return { label: sayZh.finding(facts.finding).title };
    case "pod":
      return facts.node === null ? {} : { detail: `位于 ${facts.node}，${facts.ready ? "就绪" : "未就绪"}` };
    case "allocations":
      return { detail: `${String(facts.count)} 个分配` };
    case "noPort":
      return { detail: "不占用节点端口" };
    case undefined:
      return {};
  }
}

function isKey<T extends object>(of: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(of, key);
}
