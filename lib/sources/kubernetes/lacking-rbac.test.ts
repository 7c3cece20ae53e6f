import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { describeLackingRbac } from "./lacking-rbac";
import { kindTable } from "./kinds";
import type { Access, KindAccess } from "./probe";

const access = (all: Access): readonly KindAccess[] =>
  kindTable.map(({ kind, required, names }) => ({
    kind,
    required,
    verbs: { get: all, list: names === null ? all : null, watch: names === null ? all : null },
    readable: [],
    forbidden: [],
    message: null,
  }));
const documents = (user: string | null): readonly Readonly<Record<string, unknown>>[] =>
  parseAllDocuments(describeLackingRbac(access("forbidden"), user) ?? "").map(
    (document) => document.toJS() as Readonly<Record<string, unknown>>,
  );

describe("the RBAC that is missing", () => {
  test.for(["allowed", "absent", "failed"] as const)("is nothing where everything is %s", (all) => {
    expect(describeLackingRbac(access(all), null)).toBeNull();
  });

  test.for([
    {
      name: "a user, whatever the name holds",
      user: 'x"]: {}\n- y',
      subject: { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: 'x"]: {}\n- y' },
    },
    {
      name: "a service account",
      user: "system:serviceaccount:ops:portolan",
      subject: { kind: "ServiceAccount", namespace: "ops", name: "portolan" },
    },
    {
      name: "somebody whom the server did not name",
      user: null,
      subject: { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "WHO-PORTOLAN-READS-AS" },
    },
  ])("is bound to $name", ({ user, subject }) => {
    const found = documents(user);
    expect(found.map(({ kind }) => kind)).toEqual(["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]);
    expect(found.flatMap(({ subjects }) => subjects ?? [])).toEqual([subject, subject]);
    expect(new Set(found.map(({ metadata }) => (metadata as { readonly name: string }).name))).toEqual(new Set(["portolan-lacking"]));
  });
});
