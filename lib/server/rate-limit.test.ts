import { expect, test } from "vitest";
import { clientOf, createRateLimit } from "./rate-limit";

test("a client has a burst, then waits for its next token; others are not held up by it", () => {
  let nowMs = 0;
  const ask = createRateLimit(3, 2, () => nowMs);
  expect([ask("a"), ask("a"), ask("a"), ask("a"), ask("b")]).toEqual([0, 0, 0, 1, 0]);
  nowMs = 400;
  expect(ask("a")).toBe(1);
  nowMs = 500;
  expect([ask("a"), ask("a")]).toEqual([0, 1]);
  nowMs = 60_000;
  expect([ask("a"), ask("a"), ask("a"), ask("a")]).toEqual([0, 0, 0, 1]);
});

test("a clock that is set back costs nobody anything", () => {
  let nowMs = 60_000;
  const ask = createRateLimit(1, 1, () => nowMs);
  expect(ask("a")).toBe(0);
  nowMs = 0;
  expect(ask("a")).toBe(1);
  nowMs = 1000;
  expect(ask("a")).toBe(0);
});

test("clients beyond number push out the one that was quiet longest", () => {
  const ask = createRateLimit(1, 0.001, () => 0);
  ask("first");
  ask("second");
  for (let number = 0; number < 9_999; number += 1) ask(`c${String(number)}`);
  expect([ask("second"), ask("first")]).toEqual([1000, 0]);
});

test.for([
  { address: "192.0.2.7", client: "192.0.2.7" },
  { address: "::ffff:192.0.2.7", client: "192.0.2.7" },
  { address: "::1", client: "0:0:0:0" },
  { address: "2001:db8:1:2:3:4:5:6", client: "2001:db8:1:2" },
  { address: "2001:db8:1:2::9", client: "2001:db8:1:2" },
  { address: "2001:db8::9", client: "2001:db8:0:0" },
  { address: "fe80::1:2:3:4%eth0", client: "fe80:0:0:0" },
  { address: "", client: "" },
])("the client behind $address", ({ address, client }) => {
  expect(clientOf(address)).toBe(client);
});
