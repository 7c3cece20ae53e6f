// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followStream } from "./follow-stream";

/** The browser's part, as far as it is needed: jsdom has none. */
class FakeEventSource extends EventTarget {
  static readonly opened: FakeEventSource[] = [];
  isClosed = false;
  constructor() {
    super();
    FakeEventSource.opened.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
  say(name: string): void {
    this.dispatchEvent(new MessageEvent(name, { data: "{}" }));
  }
}

let visibility: DocumentVisibilityState = "visible";
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  FakeEventSource.opened.length = 0;
  visibility = "visible";
});

function follow(): { readonly states: string[]; readonly stop: () => void; readonly last: () => FakeEventSource } {
  const states: string[] = [];
  const stop = followStream("/events", {
    events: { snapshot: () => undefined, heartbeat: () => undefined },
    connection: (state, why) => {
      if (states.at(-1) !== state) states.push(why === undefined ? state : `${state} ${why}`);
    },
  });
  const last = (): FakeEventSource => {
    const source = FakeEventSource.opened.at(-1);
    if (source === undefined) throw new Error("no stream was opened");
    return source;
  };
  return { states, stop, last };
}

test("a stream that beats stays the one that it is", () => {
  const { states, stop, last } = follow();
  last().say("snapshot");
  for (let beat = 0; beat < 10; beat += 1) {
    vi.advanceTimersByTime(5000);
    last().say("heartbeat");
  }
  expect([FakeEventSource.opened.length, states]).toEqual([1, ["open"]]);
  stop();
  expect(last().isClosed).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(FakeEventSource.opened.length).toBe(1);
});

test("a stream whose headers came but no event is lost within five seconds, and opened anew", () => {
  const { states, stop, last } = follow();
  last().dispatchEvent(new Event("open"));
  vi.advanceTimersByTime(5000);
  expect(states).toEqual(["lost silence"]);
  expect(FakeEventSource.opened.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  last().say("snapshot");
  expect(states).toEqual(["lost silence", "open"]);
  stop();
});

test("a stream that misses two heartbeats is lost", () => {
  const { states, stop, last } = follow();
  last().say("snapshot");
  vi.advanceTimersByTime(9000);
  expect(states).toEqual(["open"]);
  vi.advanceTimersByTime(2000);
  expect(states).toEqual(["open", "lost silence"]);
  stop();
});

test("after a sleep the first look finds it lost", () => {
  const { states, stop, last } = follow();
  last().say("snapshot");
  vi.setSystemTime(Date.now() + 3_600_000);
  document.dispatchEvent(new Event("resume"));
  expect(states).toEqual(["open", "lost silence"]);
  stop();
});

test("a clock that is set back costs nothing", () => {
  const { states, stop, last } = follow();
  last().say("snapshot");
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(5000);
  last().say("heartbeat");
  vi.advanceTimersByTime(5000);
  expect(states).toEqual(["open"]);
  stop();
});

test("a tab that nobody sees gives its connection back, and takes one when it is seen", () => {
  const { states, stop, last } = follow();
  last().say("snapshot");
  visibility = "hidden";
  for (let beat = 0; beat < 8; beat += 1) {
    vi.advanceTimersByTime(5000);
    if (!last().isClosed) last().say("heartbeat");
  }
  expect(last().isClosed).toBe(true);
  expect(states.at(-1)).toBe("lost hidden");
  visibility = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  expect(last().isClosed).toBe(false);
  stop();
});
