import type { Kind } from "@/components/live/freshness";
import type { WireKindStatus } from "@/lib/wire/schemas";

const apiGroups: Record<Kind, string> = {
  nodes: "",
  pods: "",
  services: "",
  endpointslices: "discovery.k8s.io",
  events: "",
  deployments: "apps",
  daemonsets: "apps",
  configmaps: "",
};

/**
 * The RBAC rules that would let Portolan read what it was refused, as YAML to copy.
 *
 * Returns: null when nothing was refused. A kind refused in some namespaces only says in which Role the rule belongs.
 */
export function grantFor(kinds: readonly (readonly [Kind, Pick<WireKindStatus, "state" | "forbiddenNamespaces">])[]): string | null {
  const rules = kinds.flatMap(([kind, { state, forbiddenNamespaces }]) => {
    if (state === "forbidden") return [rule(kind, "a ClusterRole")];
    return forbiddenNamespaces.length > 0 ? [rule(kind, `a Role in ${forbiddenNamespaces.join(", ")}`)] : [];
  });
  return rules.length === 0 ? null : rules.join("\n");
}

function rule(kind: Kind, where: string): string {
  return [`# in ${where}`, `- apiGroups: ["${apiGroups[kind]}"]`, `  resources: ["${kind}"]`, `  verbs: ["get", "list", "watch"]`].join(
    "\n",
  );
}
