import { expect, test } from "vitest";
import { slimPod } from "./pod";

const slim = (namespace: string, name: string) =>
  slimPod(
    {
      metadata: { namespace, name, labels: { app: "web" }, ownerReferences: [{ controller: true, kind: "ReplicaSet", name: "web-1" }] },
      spec: { containers: [{ name: "web", ports: [{ containerPort: 80 }] }], tolerations: [{ operator: "Exists" }] },
      status: { hostIPs: [{ ip: "10.0.0.1" }] },
    },
    () => undefined,
  );

test("the pods of a workload hold one copy of what they have in common", () => {
  const [first, second, elsewhere] = [slim("a", "web-x"), slim("a", "web-y"), slim("b", "web-z")];
  for (const field of ["labels", "controller", "placement", "containers", "hostIPs"] as const) expect(second?.[field]).toBe(first?.[field]);
  // What the index remembers of a label set, it remembers for one namespace.
  expect(elsewhere?.labels).not.toBe(first?.labels);
  expect(elsewhere?.labels).toEqual(first?.labels);
});
