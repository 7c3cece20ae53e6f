// What the server is asked: queries of every address, event ids, the headers of a request.

import * as fc from "fast-check";
import { slimObject } from "@/lib/sources/kubernetes/slim/slim-object";
import { loadCheck } from "@/lib/server/check-query";
import { loadAllocations, loadAllocationsCsv, loadFindings, loadSearch, loadTrace, loadTracePage } from "@/lib/server/queries";
import { loadMap } from "@/lib/server/map-answer";
import { loadFree, loadRanges } from "@/lib/server/range-queries";
import { loadRemedies } from "@/lib/server/remedy-queries";
import { guardRequest } from "@/lib/server/guard";
import { createLiveHub } from "@/lib/server/live-hub";
import { encodeProblem, isProblem } from "@/lib/server/problem";
import { startRuntime } from "@/lib/server/runtime";
import { encodeSseEvent } from "@/lib/server/sse-event";
import { buildDeltas } from "@/lib/core/testing/builders";
import { hostileTexts } from "../hostile";
import { nearText } from "../mutate";
import { objects } from "../samples";
import type { Target } from "../target";

const records = objects.flatMap((each) => slimObject(each).records.map((record) => ({ type: "upsert" as const, ...record })));
const runtime = startRuntime({
  sources: [
    {
      cluster: "fuzz",
      origin: "snapshot",
      start: (sink) => {
        sink.apply([...buildDeltas({}), ...records]);
        return { synced: Promise.resolve({ ok: true }), stop: () => Promise.resolve() };
      },
    },
  ],
  policies: new Map(),
  formats: new Map(),
});
const hub = createLiveHub(runtime);
const decoder = new TextDecoder();

const questions = [
  loadAllocations,
  loadAllocationsCsv,
  loadMap,
  loadFindings,
  loadTrace,
  loadTracePage,
  loadSearch,
  loadFree,
  loadRanges,
  loadRemedies,
];
const names = [
  "cluster",
  "filter",
  "sort",
  "columns",
  "format",
  "ports",
  "from",
  "rule",
  "address",
  "port",
  "protocol",
  "node",
  "whyNot",
  "q",
  "limit",
  "count",
  "align",
  "band",
  "kind",
  "block",
  "to",
  "why",
  "fingerprint",
  "failOn",
  "namespace",
  "file",
];
const right: Readonly<Record<string, string>> = { address: "10.190.1.1", port: "30001", q: "clearml", to: "10.190.1.1:30001" };

const manifest = JSON.stringify(objects.find(({ kind }) => kind === "Service"));

type Query = readonly (readonly [string, string])[];

export const queryStrings: Target<Query> = {
  name: "query strings",
  hostile: hostileTexts.flatMap((text, turn) => {
    const name = names[turn % names.length] ?? "q";
    return [[[name, text]], [...Object.entries(right).filter(([each]) => each !== name), [name, text]], [[text, text]]] as const;
  }),
  random: fc.array(
    fc.tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: nearText(names) }),
      fc.oneof(
        fc.constantFrom("fuzz", "*", "10.190.1.1", "30001", "TCP", "outside", "-port", "nodePort"),
        nearText(["10.190.1.1", "30001", "port:30001", "node/gpu-01", "clearml/clearml-id-a"]),
      ),
    ),
    { maxLength: 6 },
  ),
  run: async (query) => {
    const params = new URLSearchParams(query.map(([name, value]) => [name, value]));
    const posted = new Request(`http://127.0.0.1/api/v1/check?${params.toString()}`, { method: "POST", body: manifest });
    for (const answer of await Promise.all([...questions.map((ask) => ask(params)), loadCheck(posted)])) {
      const text = JSON.stringify(isProblem(answer) ? encodeProblem(answer) : answer);
      if (isProblem(answer) && answer.detail === "") throw new Error(`a problem without words: ${text}`);
    }
  },
  weight: 0.5,
};

export const eventIds: Target<string> = {
  name: "event ids",
  hostile: [...hostileTexts, ...hostileTexts.map((text) => `${runtime.epoch}-${text.slice(0, 1000)}`)],
  random: nearText([`${runtime.epoch}-1`, `${runtime.epoch}-0`, "x-1", "-"]),
  run: (id) => {
    let text = "";
    const subscription = hub.subscribe(
      "fuzz",
      id,
      (part) => (text += decoder.decode(part)).length,
      () => undefined,
    );
    subscription?.end();
    if (text !== "" && !text.endsWith("\n\n")) throw new Error("an event that does not end");
    if (
      hub.subscribe(
        id,
        null,
        () => 1,
        () => undefined,
      ) !== undefined &&
      id !== "fuzz"
    )
      throw new Error("a cluster that is not there");
    const event = encodeSseEvent({ event: id, id, data: id });
    if (event.trimEnd().split("\n").length > 3 || /\r/.test(event)) throw new Error("an event of several");
  },
};

export const requestHeaders: Target<Readonly<Record<string, string>>> = {
  name: "request headers",
  hostile: hostileTexts.flatMap((text) => [
    { host: text },
    { host: "127.0.0.1", origin: text },
    { host: "127.0.0.1", "sec-fetch-site": text },
    { host: `127.0.0.1${text}` },
  ]),
  random: fc.record({
    host: nearText(["127.0.0.1:3000", "localhost", "[::1]:3000", "evil.example"]),
    origin: nearText(["http://127.0.0.1:3000", "null", "https://evil.example"]),
  }),
  run: (headers) => {
    const refused = guardRequest({ pathname: "/", header: (name) => headers[name] ?? null }, { host: "127.0.0.1", allowHosts: [] });
    const { host = "" } = headers;
    // However it is written: only these are ours.
    const name = URL.parse(`http://${host}`)?.hostname ?? "";
    if (refused === undefined && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name)) throw new Error(`lets ${JSON.stringify(host)} in`);
  },
};
