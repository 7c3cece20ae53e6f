// @vitest-environment jsdom
import type { ReactNode } from "react";
import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Announcer } from "@/components/ui/announcer";
import type { Language } from "@/components/words/languages";
import { WordsProvider } from "@/components/words/words";
import type { WireRemedy, WireRemedyList } from "@/lib/wire/remedy-schemas";
import { RemedyChoice } from "./remedy-choice";
import { RemedyPanel } from "./remedy-panel";
import { Unavailable } from "./unavailable";

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
const remedies = [service, local];
const unavailable: WireRemedyList["unavailable"] = [
  { kind: "hostPort", reason: "the pods are not of a workload", fact: saying("of-a-newer-server") },
];

function show(shown: ReactNode, language: Language = "en"): void {
  render(
    <WordsProvider language={language}>
      <Announcer>{shown}</Announcer>
    </WordsProvider>,
  );
}

const choice = (chosen: WireRemedy, onChoose: (id: string) => void = () => undefined) => (
  <RemedyChoice remedies={remedies} chosen={chosen} onChoose={onChoose} />
);
const panel = <RemedyPanel remedy={service} place={1} cluster="demo" isBeside />;

test("the chosen remedy is there in full: effects, the table for users and its changed lines marked", () => {
  show(panel);
  const region = within(screen.getByRole("region", { name: /^1\s*One Service for each owner/ }));
  expect(region.getByText(/reaches agent-1 alone/).textContent).toBe("gains: 30001/TCP reaches agent-1 alone");
  expect(region.getByText(/delete it/).textContent).toBe("way back: delete it");
  expect(region.getAllByRole("row").map(({ children }) => [...children].map(({ textContent }) => textContent))).toEqual([
    ["Owner", "Before", "After"],
    ["agent-2", "30001", "30010every node, clearml/session-1-b"],
  ]);
  const yaml = screen.getByRole("region", { name: "YAML: One Service for each owner" });
  expect(within(yaml).getAllByText("(changed line)")).toHaveLength(1);
  expect(region.getByText("1 of 5 lines changed")).toBeTruthy();
});

test("the remedies stand side by side, each with what it gains and costs, the way back and its size", () => {
  const long: WireRemedy = { ...local, gains: ["one", "two", "three"], costs: ["a", "b", "c", "d"] };
  show(<RemedyChoice remedies={[service, long]} chosen={service} onChoose={() => undefined} />);
  const [first, second] = screen.getAllByRole("listitem").filter((each) => each.parentElement?.tagName === "OL");
  expect(first?.textContent).toMatch(
    /agent-1 alone.*costs: clients of agent-2 change from 30001\/TCP to 30010\/TCP.*way back: delete it.*1 step, 5 lines of YAML$/,
  );
  expect(second?.textContent).toMatch(/gains: one.*and 2 more.*costs: a.*costs: b.*and 2 more.*way back/);
  expect(second?.textContent).not.toMatch(/two|costs: c/);
});

test("the others are a press away, and first aid is told from what lasts", () => {
  const onChoose = vi.fn();
  show(choice(service, onChoose));
  expect(screen.getByRole("button", { name: /One Service.*lasting/ }).getAttribute("aria-expanded")).toBe("true");
  const firstAid = screen.getByRole("button", { name: /First aid: externalTrafficPolicy Local.*at once, not lasting/ });
  expect(firstAid.getAttribute("aria-expanded")).toBe("false");
  firstAid.click();
  expect(onChoose).toHaveBeenCalledWith("local");
});

test("where the chosen one opens in its place, it is there in full instead of in short", () => {
  show(
    <RemedyChoice remedies={remedies} chosen={service} onChoose={() => undefined}>
      in full
    </RemedyChoice>,
  );
  expect(screen.getByRole("region", { name: /^1\s*One Service/ }).textContent).toBe("in full");
  expect(screen.getAllByText(/of YAML/)).toHaveLength(1);
});

test("what cannot be written now is named with the reason", () => {
  show(<Unavailable unavailable={unavailable} />);
  expect(screen.getByText("Cannot be written now: hostPort").nextElementSibling?.textContent).toBe("the pods are not of a workload");
});

test("Chinese has its own words for the facts it knows, and keeps the English of those it does not", () => {
  show(
    <>
      {choice(service)}
      {panel}
    </>,
    "zh",
  );
  expect(screen.getAllByText("每个所属方一个 Service")).toHaveLength(2);
  expect(screen.getAllByText(/30001\/TCP 只到达 agent-1/)).toHaveLength(3);
  expect(screen.getAllByText(/clients of agent-2 change/)).toHaveLength(3);
});
