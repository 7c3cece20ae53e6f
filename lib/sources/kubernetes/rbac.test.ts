import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { kindTable } from "./kinds";

type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
};

test("the shipped RBAC manifest asks for the kinds that are read, and nothing else", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../deploy/rbac.yaml"), "utf8");
  const rules = parseAllDocuments(text).flatMap((document) => (document.toJS() as { readonly rules?: readonly Rule[] }).rules ?? []);
  const granted = rules.flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.map((resource) => `${group}/${resource} ${[...verbs].sort().join(",")} ${[...resourceNames].sort().join(",")}`),
    ),
  );
  const needed = kindTable.map(({ group, kind, names }) => `${group}/${kind} get,list,watch ${[...(names?.names ?? [])].sort().join(",")}`);
  expect(granted.sort()).toEqual(needed.sort());
});
