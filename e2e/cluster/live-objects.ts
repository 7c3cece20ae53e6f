// What the proofs of the live source find in the cluster: three namespaces, two dual-stack nodes, and in each namespace Services with pods behind them.

import type { ApiServer } from "./control-plane";

export const namespaces = ["team-a", "team-b", "team-c"] as const;

/** Asks as the admin and throws on an error, which would be one of the proof itself. */
export async function order(api: ApiServer, method: string, path: string, body?: unknown, contentType?: string): Promise<unknown> {
  const answer = await api.ask(method, path, body, contentType === undefined ? {} : { contentType });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const merge = "application/merge-patch+json";

export async function createObjects(api: ApiServer): Promise<void> {
  for (const each of [1, 2]) {
    await order(api, "POST", "/api/v1/nodes", { metadata: { name: `node-${String(each)}` } });
    const addresses = [`10.190.1.${String(each)}`, `fd00:190::${String(each)}`].map((address) => ({ type: "InternalIP", address }));
    const conditions = [{ type: "Ready", status: "True", lastHeartbeatTime: null, lastTransitionTime: null, reason: "lab", message: "" }];
    const nodeInfo = { kubeletVersion: "v1.36.3" };
    await order(api, "PATCH", `/api/v1/nodes/node-${String(each)}/status`, { status: { addresses, conditions, nodeInfo } }, merge);
  }
  for (const [place, namespace] of namespaces.entries()) {
    await order(api, "POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    await createPod(api, namespace, place + 1);
    await createService(api, namespace, "web", 30001 + place, place + 1);
  }
  // More than one page.
  const many = Array.from({ length: 520 }, (_each, place) => place);
  for (let from = 0; from < many.length; from += 40) {
    await Promise.all(
      many.slice(from, from + 40).map((each) => createSlice(api, "team-c", `extra-${String(each)}`, "none", "IPv4", "10.9.9.9")),
    );
  }
}

async function createPod(api: ApiServer, namespace: string, place: number): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  await order(api, "POST", path, {
    metadata: { name: "web", labels: { app: "web" } },
    spec: { nodeName: "node-1", containers: [{ name: "web", image: "none", ports: [{ containerPort: 8080 }] }] },
  });
  const podIPs = [{ ip: `10.244.1.${String(place)}` }, { ip: `fd00:244:1::${String(place)}` }];
  const conditions = ["Ready", "ContainersReady"].map((type) => ({ type, status: "True" }));
  const status = { phase: "Running", hostIP: "10.190.1.1", podIP: podIPs[0]?.ip, podIPs, conditions };
  await order(api, "PATCH", `${path}/web/status`, { status }, merge);
}

/** A dual-stack NodePort Service with one slice for each family. */
export async function createService(api: ApiServer, namespace: string, name: string, nodePort: number, place: number): Promise<void> {
  await order(api, "POST", `/api/v1/namespaces/${namespace}/services`, {
    metadata: { name },
    spec: {
      type: "NodePort",
      ipFamilyPolicy: "RequireDualStack",
      selector: { app: "web" },
      ports: [{ port: 80, targetPort: 8080, nodePort }],
    },
  });
  await createSlice(api, namespace, `${name}-4`, name, "IPv4", `10.244.1.${String(place)}`);
  await createSlice(api, namespace, `${name}-6`, name, "IPv6", `fd00:244:1::${String(place)}`);
}

async function createSlice(
  api: ApiServer,
  namespace: string,
  name: string,
  service: string,
  family: string,
  address: string,
): Promise<void> {
  await order(api, "POST", `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
    metadata: { name, labels: { "kubernetes.io/service-name": service } },
    addressType: family,
    ports: [{ name: "", port: 8080, protocol: "TCP" }],
    endpoints: [
      {
        addresses: [address],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: "node-1",
        targetRef: { kind: "Pod", namespace, name: "web" },
      },
    ],
  });
}

const readVerbs = ["get", "list", "watch"];

/** A role (of the cluster when `namespace` is null) and its binding to a user. Returns: the path of the binding. */
export async function grant(
  api: ApiServer,
  user: string,
  namespace: string | null,
  name: string,
  resources: readonly string[],
): Promise<string> {
  const root = `/apis/rbac.authorization.k8s.io/v1${namespace === null ? "" : `/namespaces/${namespace}`}`;
  const [kind, roles, bindings] =
    namespace === null ? ["ClusterRole", "clusterroles", "clusterrolebindings"] : ["Role", "roles", "rolebindings"];
  await order(api, "POST", `${root}/${roles}`, {
    metadata: { name },
    rules: [{ apiGroups: ["", "discovery.k8s.io", "apps"], resources, verbs: readVerbs }],
  });
  await order(api, "POST", `${root}/${bindings}`, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
  });
  return `${root}/${bindings}/${name}`;
}
