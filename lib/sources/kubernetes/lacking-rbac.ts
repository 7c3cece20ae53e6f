import { kindTable } from "./kinds";
import { verbs, type KindAccess } from "./probe";

/**
 * The RBAC that grants what is missing, and nothing that is there already.
 *
 * Input:   `user` as the server names it; null where it did not say.
 * Returns: manifests as YAML for `kubectl apply -f -`; null when nothing is missing. Their names are not those of deploy/rbac.yaml: applied beside it they add,
 *          and take nothing away.
 */
export function describeLackingRbac(kinds: readonly KindAccess[], user: string | null): string | null {
  const lacking = kinds.flatMap((kind) => {
    const row = kindTable.find((each) => each.kind === kind.kind);
    const missing = verbs.filter((verb) => kind.verbs[verb] === "forbidden");
    return row === undefined || missing.length === 0 ? [] : [{ row, missing }];
  });
  const everywhere = lacking.filter(({ row }) => row.names === null);
  const named = lacking.flatMap(({ row }) => (row.names === null ? [] : [{ ...row.names, kind: row.kind, group: row.group }]));
  const subject = describeSubject(user);
  const manifests = [
    ...(everywhere.length === 0
      ? []
      : [
          `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: portolan-lacking
rules:
${everywhere.map(({ row, missing }) => `  - { apiGroups: ["${row.group}"], resources: [${row.kind}], verbs: [${missing.join(", ")}] }\n`).join("")}`,
          `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: portolan-lacking
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: portolan-lacking }
subjects:
  - ${subject}
`,
        ]),
    ...named.flatMap(({ namespace, names, kind, group }) => [
      `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: portolan-lacking
  namespace: ${namespace}
rules:
  - { apiGroups: ["${group}"], resources: [${kind}], resourceNames: [${names.join(", ")}], verbs: [${verbs.join(", ")}] }
`,
      `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: portolan-lacking
  namespace: ${namespace}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: portolan-lacking }
subjects:
  - ${subject}
`,
    ]),
  ];
  return manifests.length === 0 ? null : manifests.join("---\n");
}

function describeSubject(user: string | null): string {
  if (user === null) return "{ kind: User, apiGroup: rbac.authorization.k8s.io, name: WHO-PORTOLAN-READS-AS }";
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (namespace !== undefined && name !== undefined)
    return `{ kind: ServiceAccount, namespace: ${JSON.stringify(namespace)}, name: ${JSON.stringify(name)} }`;
  return `{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ${JSON.stringify(user)} }`;
}
