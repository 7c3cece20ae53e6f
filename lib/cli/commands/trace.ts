import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { findingsOnRoute, traceRoute, type RouteQuery } from "@/lib/core";
import { encodeRoute } from "@/lib/wire/encode-route";
import { parseBatchLine, parseRouteTarget } from "@/lib/wire/parse-route-query";
import { escapeMarkdown, plain } from "@/lib/wire/plain-text";
import type { WireRoute } from "@/lib/wire/schemas";
import type { Command } from "../command";
import { helpFlag, outputFlags, sourceFlags } from "../common-flags";
import type { Flags } from "../flags";
import { complainOfGaps, hasGaps, loadClusters, type Loaded } from "../load-clusters";
import { formatMarkdown, formatTable } from "../print/table";
import { commandError, complain, print, whyFile, type ExitCode } from "../terminal";
import { readFrom, refuseUnknownPosition } from "./map";

export const trace: Command = {
  usage: "trace ADDRESS:PORT[/udp|/sctp] [--from POSITION] [--node NAME] [--why-not NS/POD]  |  trace --batch FILE|-",
  about: "where an address and port leads, and why",
  formats: ["table", "json", "markdown"],
  flags: [
    ...sourceFlags,
    { name: "from", value: "POSITION", about: "outside, outside=IP, node/NAME or pod/NAMESPACE/NAME" },
    { name: "node", value: "NAME", about: "the node that receives the packet, for an address that is not one node's" },
    { name: "why-not", value: "NS/POD", about: "explain why this pod does not answer" },
    { name: "batch", value: "FILE", about: "a query as JSON on each line, - = standard input; a route as JSON on each line of output" },
    ...outputFlags,
    helpFlag,
  ],
  async run(flags, words) {
    const batch = flags.text("batch");
    if (batch !== null) {
      if (words.length > 0) throw commandError("an address and --batch are both given", words.join(" "), "give one");
      return runBatch(flags, batch);
    }
    const [target, ...rest] = words;
    if (target === undefined || rest.length > 0)
      throw commandError(
        target === undefined ? "no address" : "too many words",
        rest.join(" ") || "trace",
        "portolan trace 10.190.1.2:30001",
      );
    const query = readQuery(flags, target);
    const whyNot = readWhyNot(flags);
    const clusters = await loadClusters(flags, false);
    for (const loaded of clusters) {
      refuseUnknownPosition(loaded, query);
      await print(formatRoute(answer(loaded, query, whyNot), flags.text("output")));
    }
    complainOfGaps(clusters, flags);
    return flags.has("strict") && clusters.some(hasGaps) ? 1 : 0;
  },
};

function readQuery(flags: Flags, text: string): RouteQuery {
  const target = parseRouteTarget(text);
  if (!target.ok) throw commandError(target.error.detail, target.error.field, "portolan trace 10.190.1.2:30001");
  const { address, port, protocol } = target.value;
  if (address === null) throw commandError("no address", text, `name a node's address: ADDRESS:${String(port)}`);
  return { address, port, protocol: protocol ?? "TCP", from: readFrom(flags), node: flags.text("node") };
}

type PodName = { readonly namespace: string; readonly name: string };

function readWhyNot(flags: Flags): PodName | null {
  const text = flags.text("why-not");
  if (text === null) return null;
  const [namespace, name, ...rest] = text.split("/");
  if (namespace === undefined || namespace === "" || name === undefined || name === "" || rest.length > 0)
    throw commandError("--why-not wants NAMESPACE/POD", text, "see --help");
  return { namespace, name };
}

async function runBatch(flags: Flags, path: string): Promise<ExitCode> {
  const clusters = await loadClusters(flags, false);
  const [loaded] = clusters;
  if (loaded === undefined) return 2;
  const input = path === "-" ? process.stdin : createReadStream(path);
  let bad = 0;
  let waiting: string[] = [];
  const flush = async (): Promise<void> => {
    const text = waiting.join("");
    waiting = [];
    if (text !== "") await print(text);
  };
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (line.trim() === "") continue;
      const query = parseBatchLine(line);
      if (!query.ok) bad += 1;
      waiting.push(`${JSON.stringify(query.ok ? answer(loaded, query.value) : { query: parsedOrText(line), error: query.error })}\n`);
      if (waiting.length >= 512) await flush();
    }
  } catch (cause) {
    throw commandError(`the file cannot be read, ${whyFile(cause)}`, path, "check --batch");
  }
  await flush();
  if (bad > 0) complain(`${String(bad)} bad ${bad === 1 ? "line" : "lines"}: ${path}: see their error in the output`);
  return bad > 0 ? 2 : 0;
}

function parsedOrText(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

function answer({ snapshot, context, evaluation }: Loaded, query: RouteQuery, whyNot: PodName | null = null): WireRoute {
  const route = traceRoute(snapshot, context, query, whyNot === null ? {} : { whyNot });
  return encodeRoute(route, findingsOnRoute(evaluation.findings, route));
}

function formatRoute(route: WireRoute, format: string | null): string {
  if (format === "json") return `${JSON.stringify(route, null, 2)}\n`;
  const markdown = format === "markdown";
  const table = markdown ? formatMarkdown : formatTable;
  const text = markdown ? escapeMarkdown : plain;
  const head = (words: string): string => (markdown ? `\n**${text(words)}**\n\n` : `\n${text(words)}\n`);
  const lines = [`${text(route.sentence)}\n`];
  if (route.backends.length > 0) {
    lines.push(
      head("Backends"),
      table(
        [
          { title: "SHARE", right: true },
          { title: "ADDRESS" },
          { title: "POD" },
          { title: "NODE" },
          { title: "OWNER" },
          { title: "READY" },
          { title: "SOURCE" },
        ],
        route.backends.map((backend) => [
          backend.probability === null ? "unknown" : `${String(Math.round(backend.probability * 1000) / 10)} %`,
          backend.address.includes(":") ? `[${backend.address}]:${String(backend.port)}` : `${backend.address}:${String(backend.port)}`,
          backend.pod === null ? "" : `${backend.pod.namespace}/${backend.pod.name}`,
          backend.node ?? "",
          backend.group?.name ?? (backend.owner === null ? "" : `${backend.owner.kind}/${backend.owner.name}`),
          backend.replyPathBroken ? "cannot answer back" : backend.terminating ? "terminating" : backend.ready ? "ready" : "not ready",
          backend.source,
        ]),
      ),
    );
  }
  if (route.alternatives.length > 0)
    lines.push(head("Either"), ...route.alternatives.map((each) => `${markdown ? "- " : "  "}${text(each.sentence)}\n`));
  lines.push(head("How it was decided"), stepTable(route.steps, table));
  if (route.whyNot !== null)
    lines.push(head(`Why not ${route.whyNot.pod.namespace}/${route.whyNot.pod.name}`), stepTable(route.whyNot.steps, table));
  if (route.assumptions.length > 0)
    lines.push(
      head("Assumed"),
      table(
        [{ title: "WHAT" }, { title: "VALUE" }, { title: "FROM" }],
        route.assumptions.map(({ what, value, from }) => [what, value, from]),
      ),
    );
  return lines.join("");
}

function stepTable(steps: WireRoute["steps"], table: typeof formatTable): string {
  return table(
    [{ title: "STEP" }, { title: "OBJECT" }, { title: "FIELD" }, { title: "VALUE" }, { title: "SO" }],
    steps.map((step) => [step.title, step.object ?? "", step.field ?? "", step.value ?? "", step.verdict]),
  );
}
