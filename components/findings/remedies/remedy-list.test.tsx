// @vitest-environment jsdom
import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Announcer } from "@/components/ui/announcer";
import type { Language } from "@/components/words/languages";
import { WordsProvider } from "@/components/words/words";
import type { WireRemedy, WireRemedyList } from "@/lib/wire/remedy-schemas";
import { RemedyList } from "./remedy-list";

afterEach(cleanup);

const saying = (code: string, values: Record<string, string> = {}) => ({ code, values });

const service: WireRemedy = {
  kind: "service",
  variant: null,
  title: "One Service for each owner",
  lasting: true,
  gains: ["30001/TCP reaches agent-1 alone"],
  costs: ["clients of agent-2 change from 30001/TCP to 30010/TCP"],
  steps: ["kubectl apply -f FILE"],
  wayBack: "delete it",
  yaml: "apiVersion: v1\nkind: Service\nspec:\n  selector:\n    CLEARML: agent-1\n",
  changed: [5],
  endpoints: [{ owner: "agent-2", service: "clearml/session-1-b", protocol: "TCP", addresses: [], before: 30_001, after: 30_010 }],
  facts: {
    title: saying("service.title"),
    gains: [saying("service.gain", { port: "30001/TCP", owner: "agent-1" })],
    costs: [saying("of-a-newer-server")],
    steps: [saying("step.apply")],
    wayBack: saying("of-a-newer-server"),
  },
};
const local: WireRemedy = {
  ...service,
  kind: "local",
  title: "First aid: externalTrafficPolicy Local",
  lasting: false,
  changed: [],
  endpoints: [],
  facts: { ...service.facts, title: saying("local.title") },
};
const answer: WireRemedyList = {
  remedies: [service, local],
  unavailable: [{ kind: "hostPort", reason: "the pods are not of a workload", fact: saying("of-a-newer-server") }],
};

function show(
  language: Language,
  open: WireRemedy | null,
  onOpen: (id: string) => void = () => undefined,
  shown: WireRemedyList = answer,
): void {
  render(
    <WordsProvider language={language}>
      <Announcer>
        <RemedyList answer={shown} cluster="demo" open={open} onOpen={onOpen} />
      </Announcer>
    </WordsProvider>,
  );
}

test("one remedy stands open with effects, the table for users and its changed lines marked", () => {
  show("en", service);
  const region = within(screen.getByRole("region", { name: /^1\s*One Service for each owner/ }));
  expect(region.getByText(/reaches agent-1 alone/).textContent).toBe("gains: 30001/TCP reaches agent-1 alone");
  expect(region.getByText(/way back: delete it/)).toBeTruthy();
  expect(region.getAllByRole("row").map(({ children }) => [...children].map(({ textContent }) => textContent))).toEqual([
    ["Owner", "Before", "After"],
    ["agent-2", "30001", "30010every node, clearml/session-1-b"],
  ]);
  const yaml = screen.getByRole("region", { name: "YAML: One Service for each owner" });
  expect(within(yaml).getAllByText("(changed line)")).toHaveLength(1);
  expect(region.getByText("1 of 5 lines changed")).toBeTruthy();
  expect(screen.queryByRole("region", { name: /First aid/ })).toBeNull();
});

test("the others are a press away, and first aid is told from what lasts", () => {
  const onOpen = vi.fn();
  show("en", service, onOpen);
  const firstAid = screen.getByRole("button", { name: /First aid: externalTrafficPolicy Local.*at once, not lasting/ });
  expect(firstAid.getAttribute("aria-expanded")).toBe("false");
  firstAid.click();
  expect(onOpen).toHaveBeenCalledWith("local");
});

test("what cannot be written now is named with the reason", () => {
  show("en", service);
  expect(screen.getByText("Cannot be written now: hostPort").nextElementSibling?.textContent).toBe("the pods are not of a workload");
});

test("a finding that nothing cures has the reason alone, no empty list", () => {
  show("en", null, () => undefined, { ...answer, remedies: [] });
  expect(screen.queryByRole("list")).toBeNull();
  expect(screen.queryByText(/best first/)).toBeNull();
  expect(screen.getByText("Cannot be written now: hostPort")).toBeTruthy();
});

test("Chinese has its own words for the facts it knows, and keeps the English of those it does not", () => {
  show("zh", service);
  expect(screen.getByText("每个所属方一个 Service")).toBeTruthy();
  expect(screen.getByText(/30001\/TCP 只到达 agent-1/)).toBeTruthy();
  expect(screen.getByText(/clients of agent-2 change/)).toBeTruthy();
});
