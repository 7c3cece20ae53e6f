import { expect, test } from "vitest";
import type { WireRemedy } from "@/lib/wire/remedy-schemas";
import { chooseRemedy, remedyId } from "./remedy-id";

const remedy = (kind: WireRemedy["kind"], variant: string | null = null): WireRemedy => ({
  kind,
  variant,
  title: "",
  lasting: true,
  gains: [],
  costs: [],
  steps: [],
  wayBack: "",
  yaml: "",
  changed: [],
  endpoints: [],
  facts: {
    title: { code: "", values: {} },
    gains: [],
    costs: [],
    steps: [],
    wayBack: { code: "", values: {} },
  },
});
const service = remedy("service");
const gateway = remedy("layered", "gateway");
const local = remedy("local");

test.for<[string | null, WireRemedy | null]>([
  [null, service],
  ["local", local],
  ["layered.gateway", gateway],
  ["layered", gateway],
  ["layered.ingress", service],
])("the address %j opens the remedy", ([named, expected]) => {
  expect(chooseRemedy([service, gateway, local], named)).toBe(expected);
});

test("no remedy, nothing open", () => {
  expect(chooseRemedy([], "local")).toBeNull();
  expect([service, gateway].map(remedyId)).toEqual(["service", "layered.gateway"]);
});
