// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Keyboard, useShortcuts } from "./keyboard";

afterEach(cleanup);

function Page({ pressed }: { readonly pressed: string[] }) {
  return (
    <Keyboard>
      <Layer scope="everywhere" keys={["g t", "t", "]", "Enter"]} name="shell" pressed={pressed} />
      <Layer scope="view" keys={["]", "Shift+Y", "Ctrl+Enter", "Alt+Enter"]} name="view" pressed={pressed} />
      <input aria-label="field" />
      <button type="button">press</button>
    </Keyboard>
  );
}

function Layer({
  scope,
  keys,
  name,
  pressed,
}: {
  readonly scope: "everywhere" | "view";
  readonly keys: readonly string[];
  readonly name: string;
  readonly pressed: string[];
}) {
  useShortcuts(
    scope,
    keys.map((each) => ({ keys: each, label: each, run: () => void pressed.push(`${name} ${each}`) })),
  );
  return null;
}

function press(...keys: readonly (string | KeyboardEventInit)[]): string[] {
  const pressed: string[] = [];
  render(<Page pressed={pressed} />);
  for (const key of keys) fireEvent.keyDown(document.body, typeof key === "string" ? { key } : key);
  return pressed;
}

test("the view's keys come before those of the shell", () => {
  expect(press("]")).toEqual(["view ]"]);
});

test("also where the shell joined after the view, as when a page is loaded", () => {
  const pressed: string[] = [];
  render(
    <Keyboard>
      <Layer scope="view" keys={["]"]} name="view" pressed={pressed} />
      <Layer scope="everywhere" keys={["]"]} name="shell" pressed={pressed} />
    </Keyboard>,
  );
  fireEvent.keyDown(document.body, { key: "]" });
  expect(pressed).toEqual(["view ]"]);
});

test("g then t goes to a view; t alone does not", () => {
  expect(press("g", "t", "t")).toEqual(["shell g t", "shell t"]);
});

test("capital letters are told apart", () => {
  expect(press({ key: "Y", shiftKey: true }, "y")).toEqual(["view Shift+Y"]);
});

test("a view's own keys with Ctrl, ⌘ or Alt are heard wherever the focus is", () => {
  expect(press({ key: "Enter", ctrlKey: true }, { key: "Enter", metaKey: true }, { key: "Enter", altKey: true })).toEqual([
    "view Ctrl+Enter",
    "view Ctrl+Enter",
    "view Alt+Enter",
  ]);
});

test("what is written with AltGr is what it writes", () => {
  expect(press({ key: "]", ctrlKey: true, altKey: true, modifierAltGraph: true })).toEqual(["view ]"]);
});

test("keys with Ctrl or ⌘ belong to the browser", () => {
  expect(press({ key: "t", ctrlKey: true }, { key: "t", metaKey: true })).toEqual([]);
});

test("Escape leads from a field back to the keys of the view", () => {
  const pressed: string[] = [];
  render(<Page pressed={pressed} />);
  screen.getByRole("textbox").focus();
  fireEvent.keyDown(screen.getByRole("textbox"), { key: "Escape" });
  expect(document.activeElement).toBe(document.body);
});

test("what is typed into a field stays there, and Enter belongs to the button", () => {
  const pressed: string[] = [];
  render(<Page pressed={pressed} />);
  fireEvent.keyDown(screen.getByRole("textbox"), { key: "t" });
  fireEvent.keyDown(screen.getByRole("button"), { key: "Enter" });
  expect(pressed).toEqual([]);
});
