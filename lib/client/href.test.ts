import { expect, test } from "vitest";
import { hrefOf, withParams } from "./href";

test("an address stays readable and leaves defaults out", () => {
  expect(hrefOf("/trace", { to: "10.190.1.2:30001/udp", cluster: null, from: "" })).toBe("/trace?to=10.190.1.2:30001/udp");
  expect(hrefOf("/", {})).toBe("/");
  expect(withParams("/allocations?q=ns%3Aa%26b", { cluster: "prod" })).toBe("/allocations?q=ns:a%26b&cluster=prod");
});
