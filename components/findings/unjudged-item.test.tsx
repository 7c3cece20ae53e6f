// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { LiveContext, silent } from "@/components/live/live-state";
import { Announcer } from "@/components/ui/announcer";
import { WordsProvider } from "@/components/words/words";
import type { WireKindStatus } from "@/lib/wire/schemas";
import type { UnjudgedGroup } from "@/lib/wire/not-evaluated";
import { UnjudgedItem } from "./unjudged-item";

afterEach(cleanup);

const status = (state: WireKindStatus["state"]): WireKindStatus => ({
  state,
  since: null,
  count: 0,
  expected: null,
  forbiddenNamespaces: [],
  message: null,
  retryAt: null,
});

const group = (part: Partial<UnjudgedGroup>): UnjudgedGroup => ({
  key: "k",
  namespaces: "all",
  missing: [],
  settings: [],
  rules: ["mixed-owners", "no-endpoints"],
  ...part,
});

/** Shows the item, presses its button if it has one. Returns: its text, and what was copied. */
function show(given: UnjudgedGroup, state: WireKindStatus["state"]): { readonly text: string; readonly copied: string | null } {
  let copied: string | null = null;
  Object.defineProperty(navigator, "clipboard", {
    configurable: true,
    value: {
      writeText: (text: string) => {
        copied = text;
        return Promise.resolve();
      },
    },
  });
  const { container } = render(
    <WordsProvider language="en">
      <LiveContext value={{ ...silent, staleness: { endpointslices: status(state), deployments: status(state) } }}>
        <Announcer>
          <UnjudgedItem group={given} />
        </Announcer>
      </LiveContext>
    </WordsProvider>,
  );
  screen.queryByRole("button")?.click();
  return { text: container.textContent, copied };
}

test.for<{ name: string; group: UnjudgedGroup; state: WireKindStatus["state"]; says: RegExp; copied: string | null }>([
  {
    name: "forbidden in a namespace: a Role there",
    group: group({ missing: ["endpointslices"], namespaces: ["tenant-b"] }),
    state: "live",
    says: /tenant-b: 2 rules not evaluated.*endpointslices: forbidden for this account\. Grant get, list, watch in tenant-b\..*mixed-owners, no-endpoints/,
    copied:
      '# in a Role in tenant-b\n- apiGroups: ["discovery.k8s.io"]\n  resources: ["endpointslices"]\n  verbs: ["get", "list", "watch"]',
  },
  {
    name: "forbidden everywhere: a ClusterRole",
    group: group({ missing: ["deployments"] }),
    state: "forbidden",
    says: /Everywhere: 2 rules not evaluated.*Grant get, list, watch cluster-wide\./,
    copied: '# in a ClusterRole\n- apiGroups: ["apps"]\n  resources: ["deployments"]\n  verbs: ["get", "list", "watch"]',
  },
  {
    name: "not in the snapshot: how to collect it",
    group: group({ missing: ["endpointslices", "deployments"] }),
    state: "notCollected",
    says: /endpointslices, deployments: not collected\. Collect these kinds too/,
    copied: "kubectl get endpointslices,deployments -A -o json > portolan-more.json",
  },
  {
    name: "not read yet: nothing to do",
    group: group({ missing: ["endpointslices"] }),
    state: "syncing",
    says: /endpointslices: not read yet\. It follows by itself/,
    copied: null,
  },
  {
    name: "a setting that no object tells: the line of the policy file",
    group: group({ settings: ["nodePortRange"] }),
    state: "live",
    says: /No object tells it\. Set nodePortRange in the policy file\./,
    copied: 'clusters:\n  "*": { nodePortRange: FIRST-LAST }\n',
  },
])("$name", ({ group: given, state, says, copied }) => {
  const shown = show(given, state);
  expect(shown.text).toMatch(says);
  expect(shown.copied).toBe(copied);
});
