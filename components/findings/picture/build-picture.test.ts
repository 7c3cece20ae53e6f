import { expect, test } from "vitest";
import { en } from "@/components/words/en";
import { buildPicture } from "./build-picture";
import { layOut } from "./layout";
import type { Picture, Pictured } from "./picture";

const words = en.findings.picture;
const finding = (evidence: Pictured["evidence"], part: Partial<Pictured> = {}): Pictured => ({
  evidence,
  groups: [],
  ports: [{ port: 30_001, protocol: "TCP" }],
  nodes: [],
  ...part,
});

/** Rows as `kind name | note | labels` with a sign for each label's state, edges as `0->1 end`. */
function sketch(picture: Picture | null): readonly string[] {
  if (picture === null) return [];
  const sign = { plain: "", equal: "=", separates: "/", guilty: "!", cause: "?" } as const;
  return [
    picture.heading,
    ...picture.rows.map(({ kind, name, note, labels, mark, isMissing }) =>
      [
        [isMissing ? "(missing)" : "", mark === null ? "" : `[${mark.initials}]`, kind, name].filter((part) => part !== "").join(" "),
        note ?? "",
        labels.map(({ text, state }) => `${sign[state]}${text}`).join(" "),
      ].join(" | "),
    ),
    ...picture.edges.map(({ from, to, end }) => `${String(from)}->${String(to)} ${end}`),
  ];
}

const mixed = {
  service: "clearml/session-1",
  selector: { "ai.allegro.agent.serial": "pod-1" },
  owners: [
    { kind: "Pod", namespace: "clearml", name: "id-a", group: { name: "agent-96e6" }, share: 0.5, nodes: ["gpu-01"] },
    { kind: "Pod", namespace: "clearml", name: "id-b", group: { name: "agent-fab4" }, share: 0.5, nodes: ["gpu-02"] },
  ],
};

test.for<{ name: string; finding: Pictured; expected: readonly string[] }>([
  {
    name: "several owners: the label that all have, and the one that separates",
    finding: finding({ ...mixed, labels: [{ key: "CLEARML", values: [["agent-96e6"], ["agent-fab4"]], separates: true }] }),
    expected: [
      "selects",
      "Service clearml/session-1 | 30001 | ai.allegro.agent.serial: pod-1",
      "[96] Pod id-a on gpu-01 | 50\u202F% | =ai.allegro.agent.serial: pod-1 /CLEARML: agent-96e6",
      "[FA] Pod id-b on gpu-02 | 50\u202F% | =ai.allegro.agent.serial: pod-1 /CLEARML: agent-fab4",
      "0->1 arrives",
      "0->2 arrives",
    ],
  },
  {
    name: "several owners that nothing separates",
    finding: finding({ ...mixed, labels: [{ key: "app", values: [["x"], ["x"]], separates: false }] }),
    expected: [
      "selects",
      "Service clearml/session-1 | 30001 | ai.allegro.agent.serial: pod-1",
      "[96] Pod id-a on gpu-01 | 50\u202F% | =ai.allegro.agent.serial: pod-1 ?no label separates them",
      "[FA] Pod id-b on gpu-02 | 50\u202F% | =ai.allegro.agent.serial: pod-1 ?no label separates them",
      "0->1 arrives",
      "0->2 arrives",
    ],
  },
  {
    name: "a mistyped key stands beside the one that the pod carries",
    finding: finding({
      services: ["clearml/session-7"],
      selector: { "ai.clearml.agent.serial": "pod-7", app: "x" },
      selected: 0,
      cause: "near-miss",
      nearMiss: { slip: "key", wanted: "ai.clearml.agent.serial", has: "ai.allegro.agent.serial", pod: "clearml/id-h", pods: 1 },
    }),
    expected: [
      "selects",
      "Service clearml/session-7 | 30001 | !ai.clearml.agent.serial: pod-7 app: x",
      "Pod clearml/id-h |  | !ai.allegro.agent.serial: pod-7",
      "0->1 fails",
    ],
  },
  {
    name: "nothing selected",
    finding: finding({ services: ["n/s"], selector: { app: "x" }, selected: 0, cause: "nothing-selected", nearMiss: null }),
    expected: ["selects", "Service n/s | 30001 | app: x", "(missing) no pod |  | ", "0->1 fails"],
  },
  {
    name: "two selectors with a common pod: what differs between them",
    finding: finding({
      relation: "subset",
      services: [
        { name: "n/a", selector: { app: "x" } },
        { name: "n/b", selector: { app: "x", tier: "y" } },
      ],
      widest: ["n/a"],
      commonPods: ["p-1"],
      potential: false,
    }),
    expected: [
      "selects",
      "Service n/a |  | =app: x",
      "Service n/b |  | =app: x /tier: y",
      "Pod p-1 | selected by both | ",
      "0->2 arrives",
      "1->2 arrives",
    ],
  },
  {
    name: "many selectors with common pods: the widest first, and how many are left out",
    finding: finding({
      relation: "subset",
      services: [
        ...["a", "b", "c", "d", "e"].map((name) => ({ name: `n/${name}`, selector: { app: "x", tier: name } })),
        { name: "n/wide", selector: { app: "x" } },
      ],
      widest: ["n/wide"],
      commonPods: ["p-1", "p-2"],
      potential: false,
    }),
    expected: [
      "selects",
      "Service n/wide |  | =app: x",
      ...["a", "b", "c", "d"].map((name) => `Service n/${name} |  | =app: x /tier: ${name}`),
      "and 1 Service more |  | ",
      "2 pods p-1, p-2 | selected by several | ",
      ...[0, 1, 2, 3, 4].map((from) => `${String(from)}->6 arrives`),
    ],
  },
  {
    name: "a hostPort against a nodePort whose winner nobody knows",
    finding: finding({
      service: "inference/triton",
      port: 31_011,
      protocol: "TCP",
      nodes: [{ node: "gpu-10", winner: "unknown", proxy: "kube-proxy nftables", pods: ["inference/canary"] }],
    }),
    expected: [
      "claims",
      "31011/TCP on gpu-10 |  | ",
      "nodePort inference/triton |  | ?winner cannot be known",
      "hostPort inference/canary |  | ?winner cannot be known",
      "0->1 unknown",
      "0->2 unknown",
    ],
  },
  {
    name: "a hostPort against a nodePort that nodes decide unlike",
    finding: finding({
      service: "n/s",
      port: 31_011,
      protocol: "TCP",
      nodes: [
        { node: "a", winner: "nodePort", pods: ["n/p"] },
        { node: "b", winner: "hostPort", pods: ["n/q"] },
      ],
    }),
    expected: [
      "claims",
      "31011/TCP on a |  | ",
      "31011/TCP on b |  | ",
      "nodePort n/s |  | ",
      "hostPort n/p, n/q |  | ",
      "0->2 arrives",
      "0->3 fails",
      "1->2 fails",
      "1->3 arrives",
    ],
  },
  {
    name: "nodes that drop beside those that answer",
    finding: finding({
      service: "n/s",
      externalTrafficPolicy: "Local",
      dropping: ["a", "b", "c", "d"],
      answering: ["e"],
      excluded: [],
      nodes: 5,
    }),
    expected: [
      "answers",
      "Service n/s |  | ?externalTrafficPolicy: Local",
      "1 node answers e |  | ",
      "4 nodes drop a, b, c +1 |  | ",
      "0->1 arrives",
      "0->2 fails",
    ],
  },
  { name: "evidence of a rule that is not known here", finding: finding({ state: "ending", port: 30_008, holders: [] }), expected: [] },
  {
    name: "evidence of another shape under known names",
    finding: finding({ service: 3, owners: "x", services: {}, nodes: [null] }),
    expected: [],
  },
])("$name", ({ finding: given, expected }) => {
  expect(sketch(buildPicture(given, words))).toEqual(expected);
});

test("arrows keep inside of the rail and end at their row", () => {
  const picture = buildPicture(finding({ ...mixed, labels: [] }), words);
  expect(picture).not.toBeNull();
  const { height, edges } = layOut(picture ?? { rows: [], edges: [] });
  for (const edge of edges) {
    expect(edge.y).toBeGreaterThan(0);
    expect(edge.y).toBeLessThan(height);
    for (const number of edge.path.match(/-?\d+(\.\d+)?/g) ?? []) expect(Number(number)).toBeGreaterThanOrEqual(0);
  }
  expect(edges.map(({ width }) => width)).toEqual([4.5, 4.5]);
});
