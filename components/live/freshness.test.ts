import { expect, test } from "vitest";
import type { WireKindStatus } from "@/lib/wire/schemas";
import { freshnessOf, type Freshness } from "./freshness";
import { silent, type LiveState } from "./live-state";

const status = (state: WireKindStatus["state"], part: Partial<WireKindStatus> = {}): WireKindStatus => ({
  state,
  since: null,
  count: 1,
  expected: null,
  forbiddenNamespaces: [],
  message: null,
  retryAt: null,
  ...part,
});
const live = (part: Partial<LiveState>): LiveState => ({ ...silent, connection: "open", ...part });
const ready = { source: "kubeconfig", state: "ready" } as const;

test.for<{ name: string; live: LiveState; expected: Freshness }>([
  { name: "all kinds live", live: live({ staleness: { nodes: status("live") } }), expected: { kind: "live", forbidden: 0 } },
  {
    name: "a lost stream says so, whatever the kinds were",
    live: live({ connection: "lost", staleness: { nodes: status("live") } }),
    expected: { kind: "reconnecting" },
  },
  {
    name: "a kind refused in one namespace is not calm",
    live: live({ staleness: { nodes: status("live"), endpointslices: status("live", { forbiddenNamespaces: ["tenant-b"] }) } }),
    expected: { kind: "live", forbidden: 1 },
  },
  {
    name: "stale since the first kind that stopped",
    live: live({
      staleness: { nodes: status("stale", { since: "2026-05-12T14:31:00Z" }), pods: status("stale", { since: "2026-05-12T14:29:00Z" }) },
    }),
    expected: { kind: "stale", since: "2026-05-12T14:29:00Z", kinds: ["nodes", "pods"] },
  },
  {
    name: "an optional kind that is stale is said as well, since rules rest on it",
    live: live({ staleness: { nodes: status("live"), deployments: status("stale", { since: "2026-05-12T14:31:00Z" }) } }),
    expected: { kind: "stale", since: "2026-05-12T14:31:00Z", kinds: ["deployments"] },
  },
  {
    name: "an optional kind that is forbidden does not worry anyone",
    live: live({ staleness: { nodes: status("live"), events: status("forbidden") } }),
    expected: { kind: "live", forbidden: 0 },
  },
  {
    name: "a kind is still being read",
    live: live({ staleness: { nodes: status("live"), pods: status("syncing") } }),
    expected: { kind: "syncing" },
  },
  {
    name: "a snapshot says of when it is",
    live: live({ asOf: "2026-05-12T09:14:00Z", staleness: { nodes: status("snapshot") } }),
    expected: { kind: "snapshot", of: "2026-05-12T09:14:00Z" },
  },
])("$name", ({ live: state, expected }) => {
  expect(freshnessOf(state, ready)).toEqual(expected);
});

test("as long as nothing is known of any kind, nothing is called live", () => {
  expect(freshnessOf(live({}), ready)).toEqual({ kind: "syncing" });
});

test("a cluster that never answered is unreachable", () => {
  expect(freshnessOf(live({}), { source: "kubeconfig", state: "unreachable" })).toEqual({ kind: "unreachable" });
});
