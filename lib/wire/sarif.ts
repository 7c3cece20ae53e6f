import { describeGap } from "./not-evaluated";
import type { RuleText } from "./rule-text";
import type { WireEvaluation, WireFinding } from "./schemas";

const levels = { critical: "error", warning: "warning", info: "note" } as const;

type Place = { readonly file: string; readonly line: number; readonly column: number };

/** Where in texts findings are caused, and what of them could not be read. */
export type SarifTexts = {
  placesOf(finding: WireFinding): readonly Place[];
  readonly mistakes: readonly (Place & { readonly message: string })[];
};

const noTexts: SarifTexts = { placesOf: () => [], mistakes: [] };

/**
 * An evaluation as a SARIF 2.1.0 log with one run. A cluster has no files: each result names its objects as logical locations, and where a manifest
 * causes it the lines of that as well. What was not evaluated and what could not be read is a notification of the run, so that no result is not taken for no finding.
 */
export function findingsToSarif({ findings, notEvaluated }: WireEvaluation, rules: readonly RuleText[], texts = noTexts): object {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Portolan",
            rules: rules.map(({ id, severity, title, why, fix }) => ({
              id,
              name: id,
              shortDescription: { text: title },
              fullDescription: { text: why },
              help: { text: fix },
              defaultConfiguration: { level: levels[severity] },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: texts.mistakes.length === 0,
            toolExecutionNotifications: [
              ...texts.mistakes.map((mistake) => ({
                level: "error",
                message: { text: withoutLinks(mistake.message) },
                locations: [{ physicalLocation: toPhysical(mistake) }],
              })),
              ...notEvaluated.map((gap) => ({
                level: "warning",
                message: { text: `not evaluated: ${describeGap(gap)}` },
                associatedRule: { id: gap.rule },
              })),
            ],
          },
        ],
        results: findings.map((finding) => ({
          ruleId: finding.rule,
          ruleIndex: Math.max(
            0,
            rules.findIndex(({ id }) => id === finding.rule),
          ),
          level: levels[finding.severity],
          message: { text: withoutLinks(`${finding.title}. ${finding.summary}`) },
          partialFingerprints: { portolan: finding.fingerprint },
          locations: placesOrNone(texts.placesOf(finding)).map((place) => ({
            ...(place === null ? {} : { physicalLocation: toPhysical(place) }),
            logicalLocations: finding.subjects.map(({ kind, namespace, name }) => ({
              name,
              kind: "resource",
              fullyQualifiedName: [finding.cluster, kind, namespace, name].filter((part) => part !== "").join("/"),
            })),
          })),
          ...(finding.acknowledged === null
            ? {}
            : {
                suppressions: [
                  {
                    kind: "external",
                    justification: `${finding.acknowledged.reason} (${finding.acknowledged.by}, until ${finding.acknowledged.until})`,
                  },
                ],
              }),
        })),
      },
    ],
  };
}

/** Viewers make a link of `[text](address)` in a message (SARIF 3.11.6); names of the cluster get none. */
function withoutLinks(text: string): string {
  return text.replaceAll("](", "] (");
}

/** A result without a line still has its objects. Beyond ten lines of one cause nobody reads on. */
function placesOrNone(places: readonly Place[]): readonly (Place | null)[] {
  return places.length === 0 ? [null] : places.slice(0, 10);
}

function toPhysical({ file, line, column }: Place): object {
  const uri = file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return { artifactLocation: { uri }, region: { startLine: line, startColumn: column } };
}
