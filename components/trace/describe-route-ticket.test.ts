import { expect, test } from "vitest";
import type { WireRoute } from "@/lib/wire/schemas";
import { describeRouteTicket } from "./describe-route-ticket";

const step = (title: string, verdict: string): WireRoute["steps"][number] => ({
  code: title,
  title,
  verdict,
  object: "Service/default/web",
  field: "spec.type",
  value: "NodePort",
  facts: {},
});

const route: WireRoute = {
  query: { address: "fd00::1", port: 30_001, protocol: "UDP", from: { kind: "pod", namespace: "a", name: "p" }, node: "n1" },
  outcome: "delivered",
  reason: null,
  sentence: "[fd00::1]:30001/UDP reaches default/web-0",
  claim: { kind: "nodePort", namespace: "default", name: "web", port: 30_001 },
  node: "n1",
  backends: [
    {
      address: "fd00:244::7",
      port: 80,
      probability: 1,
      pod: { namespace: "default", name: "web-0" },
      node: "n2",
      owner: null,
      group: null,
      ready: true,
      readySince: "2026-05-12T14:02:00Z",
      terminating: false,
      replyPathBroken: true,
      offCluster: false,
      source: "preserved",
    },
  ],
  source: "preserved",
  affinitySeconds: null,
  healthCheck: null,
  alternatives: [],
  assumptions: [{ what: "proxyMode", value: "iptables", from: "default" }],
  steps: [step("Claim", "the only Service that claims it")],
  missing: [],
  findings: [],
  whyNot: { pod: { namespace: "default", name: "web-1" }, steps: [step("Not ready", "its Ready condition is not True")] },
};

test("a ticket holds the question, the answer, how it was decided, what was assumed and the link", () => {
  expect(
    describeRouteTicket(route, { cluster: "prod", revision: 7, asOf: "2026-05-12T14:43:00Z" }, "http://x/trace?to=1").split("\n"),
  ).toEqual([
    "[fd00::1]:30001/UDP reaches default/web-0",
    "",
    "Asked: [fd00::1]:30001/udp from pod a/p, received by n1",
    "Cluster: prod, revision 7, as of 2026-05-12T14:43:00Z",
    "Holder: nodePort default/web, port 30001",
    "Backend: [fd00:244::7]:80, 100\u202F%, default/web-0, n2, ready since 2026-05-12T14:02:00Z, cannot answer back",
    "Claim: Service/default/web spec.type NodePort: the only Service that claims it",
    "Why not default/web-1:",
    "Not ready: Service/default/web spec.type NodePort: its Ready condition is not True",
    "Assumed: proxyMode iptables (default)",
    "http://x/trace?to=1",
  ]);
});
