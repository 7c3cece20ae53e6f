import {
  buildEmptyCluster,
  checkManifest,
  emptyPolicy,
  findPruned,
  runRules,
  severities,
  type Context,
  type Evaluation,
  type Manifest,
  type Severity,
  type Snapshot,
} from "@/lib/core";
import { readManifestFiles } from "@/lib/sources/manifest/read-files";
import { readManifest } from "@/lib/sources/manifest/read-manifest";
import { loadPolicyFile } from "@/lib/sources/policy/policy-file";
import { formatCheck, formatPlace, type CheckFormat } from "@/lib/wire/check-file";
import type { WireCheck } from "@/lib/wire/check-schemas";
import { encodeCheck } from "@/lib/wire/encode-check";
import { describeGap, groupNotEvaluated } from "@/lib/wire/not-evaluated";
import { encodeRules } from "@/lib/wire/rule-text";
import type { Command } from "../command";
import { helpFlag, outputFlags, sourceFlags } from "../common-flags";
import type { Flags } from "../flags";
import { complainOfGaps, loadClusters, policyFileOf } from "../load-clusters";
import { printCheck } from "../print/check";
import { CommandError, commandError, complain, fromSourceError, print } from "../terminal";

export const check: Command = {
  usage: "check -f FILE|DIR|- [-f ...] [--alone] [--prune-label KEY=VALUE] [--fail-on SEVERITY]",
  about:
    "what a manifest would break, before it is applied; exit code 1 when it would introduce something critical, 2 when part of it cannot be read",
  formats: ["table", "json", "sarif", "junit", "markdown"],
  flags: [
    {
      name: "file",
      short: "f",
      value: "FILE",
      many: true,
      about: "a file of YAML or JSON, a folder of them, or - = standard input (several times)",
    },
    { name: "alone", value: null, about: "judge the manifest by itself, without a cluster" },
    {
      name: "prune-label",
      value: "KEY=VALUE",
      many: true,
      about: "objects with this label that the manifest does not hold are deleted (kubectl apply --prune)",
    },
    {
      name: "fail-on",
      value: "SEVERITY",
      about: "exit code 1 when something at or above critical (the usual), warning or info is introduced",
    },
    ...sourceFlags.filter(({ name }) => name !== "namespace"),
    { name: "namespace", short: "n", value: "NS", about: "the namespace of objects that name none (default)" },
    ...outputFlags,
    helpFlag,
  ],
  async run(flags, words) {
    if (words.length > 0) throw commandError("too many words", words.join(" "), `portolan check -f ${words[0] ?? "FILE"}`);
    const failOn = readFailOn(flags);
    const labels = readLabels(flags);
    const paths = flags.all("file");
    if (paths.length === 0) throw commandError("no manifest", "check", "name one with -f FILE, a folder, or - for standard input");
    if (paths.includes("-") && flags.all("snapshot").includes("-"))
      throw commandError("standard input is named twice", "-f - and --snapshot -", "read one of them from a file");
    const texts = await readManifestFiles(paths);
    if (!texts.ok) throw fromSourceError(texts.error);
    const read = readManifest(texts.value, flags.text("namespace") ?? "default");
    const base = await loadBase(flags);
    // As kubectl, which takes nothing away as long as part of the manifest cannot be read: it may hold what would be missed.
    const prunes = Object.keys(labels).length > 0 && read.errors.length === 0;
    const manifest: Manifest = {
      objects: [...read.manifest.objects, ...(prunes ? findPruned(base.snapshot, read.manifest, labels) : [])],
    };
    const answer = encodeCheck(checkManifest(base.snapshot, base.context, manifest, base.evaluation), read, base.snapshot.cluster, failOn);
    await print(format(answer, flags.text("output"), failOn));
    remark(answer, flags);
    if (answer.verdict === "unreadable") return 2;
    if (answer.verdict === "problems") return 1;
    return flags.has("strict") && answer.after.notEvaluated.length > 0 ? 1 : 0;
  },
};

type Base = { readonly snapshot: Snapshot; readonly context: Context; readonly evaluation: Evaluation };

async function loadBase(flags: Flags): Promise<Base> {
  if (flags.has("alone")) {
    const named = ["demo", "snapshot", "context", "kubeconfig"].filter((name) => flags.has(name));
    if (named.length > 0) throw commandError("--alone asks for no cluster, and one is named", `--${named.join(", --")}`, "leave one out");
    const loaded = loadPolicyFile(policyFileOf(flags));
    if ("kind" in loaded) throw fromSourceError(loaded);
    const context: Context = { policy: loaded.file === null ? emptyPolicy : loaded.value, nowMs: Date.now() };
    const snapshot = buildEmptyCluster("none");
    return { snapshot, context, evaluation: runRules(snapshot, context) };
  }
  try {
    const [loaded] = await loadClusters(flags, false);
    if (loaded === undefined) throw commandError("no cluster", "check", "name one");
    complainOfGaps([loaded], flags);
    return loaded;
  } catch (cause) {
    if (cause instanceof CommandError) throw new CommandError(`${cause.message}; --alone judges the manifest by itself`);
    throw cause;
  }
}

function readFailOn(flags: Flags): Severity {
  const text = flags.text("fail-on") ?? "critical";
  const found = severities.find((severity) => severity === text);
  if (found === undefined) throw commandError("--fail-on wants critical, warning or info", text, "see --help");
  return found;
}

function readLabels(flags: Flags): Readonly<Record<string, string>> {
  return Object.fromEntries(
    flags.all("prune-label").map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw commandError("--prune-label wants KEY=VALUE", text, "such as app.kubernetes.io/instance=web");
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

const fileFormats: readonly string[] = ["json", "sarif", "junit", "markdown"] satisfies readonly CheckFormat[];

function isFileFormat(output: string | null): output is CheckFormat {
  return output !== null && fileFormats.includes(output);
}

function format(answer: WireCheck, output: string | null, failOn: Severity): string {
  return isFileFormat(output) ? formatCheck(answer, output, encodeRules("check"), failOn) : printCheck(answer);
}

/** On standard error: mistakes in the manifest, one line each, then what else is worth knowing. */
function remark({ errors, warnings, after }: WireCheck, flags: Flags): void {
  for (const error of errors) complain(`${formatPlace(error)}: ${error.message}`);
  if (flags.has("quiet")) return;
  for (const { object, message } of warnings) complain(`${object}: ${message}`);
  for (const group of groupNotEvaluated(after.notEvaluated)) complain(`not evaluated: ${describeGap(group)}: ${group.rules.join(", ")}`);
}
