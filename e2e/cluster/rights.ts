// Tries what a token may do on a real API server: every verb on every kind that matters, each by its own request.

import type { ApiServer } from "./control-plane";

const kinds = [
  ["/api/v1", "nodes", false],
  ["/api/v1", "services", true],
  ["/api/v1", "pods", true],
  ["/api/v1", "events", true],
  ["/apis/discovery.k8s.io/v1", "endpointslices", true],
  ["/apis/apps/v1", "deployments", true],
  ["/apis/apps/v1", "daemonsets", true],
] as const;
const configMaps = ["kube-proxy", "kube-proxy-config", "cilium-config", "antrea-config"];
const unread = [
  "/api/v1/secrets",
  "/api/v1/configmaps",
  "/api/v1/namespaces",
  "/api/v1/serviceaccounts",
  "/api/v1/endpoints",
  "/api/v1/persistentvolumes",
  "/api/v1/persistentvolumeclaims",
  "/api/v1/replicationcontrollers",
  "/api/v1/limitranges",
  "/api/v1/resourcequotas",
  "/apis/apps/v1/replicasets",
  "/apis/apps/v1/statefulsets",
  "/apis/batch/v1/jobs",
  "/apis/batch/v1/cronjobs",
  "/apis/networking.k8s.io/v1/networkpolicies",
  "/apis/networking.k8s.io/v1/ingresses",
  "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  "/apis/rbac.authorization.k8s.io/v1/rolebindings",
  "/apis/coordination.k8s.io/v1/leases",
  "/apis/certificates.k8s.io/v1/certificatesigningrequests",
  "/apis/storage.k8s.io/v1/storageclasses",
  "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
];
const pod = "/api/v1/namespaces/team-a/pods/web";
const system = "/api/v1/namespaces/kube-system";

/** Returns: each request whose answer is not the one that the manifest means, with its status; none is what should be. */
export async function tryEveryRight(api: ApiServer, token: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  const expectStatus = async (means: "allowed" | "forbidden", method: string, path: string, body?: unknown): Promise<void> => {
    const contentType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const { status } = await api.ask(method, path, body, { token, contentType });
    // An object that is not there is a 404 for whoever may read it.
    if (means === "forbidden" ? status !== 403 : status !== 200 && status !== 404) wrong.push(`${method} ${path}: ${String(status)}`);
  };
  for (const [root, kind, isNamespaced] of kinds) {
    const place = isNamespaced ? `${root}/namespaces/team-a/${kind}` : `${root}/${kind}`;
    const object = `${place}/none`;
    for (const path of [`${root}/${kind}?limit=1`, `${root}/${kind}?watch=1&timeoutSeconds=1`, object])
      await expectStatus("allowed", "GET", path);
    await expectStatus("forbidden", "POST", place, { metadata: { name: "none" } });
    await expectStatus("forbidden", "PUT", object, { metadata: { name: "none" } });
    await expectStatus("forbidden", "PATCH", object, {});
    await expectStatus("forbidden", "PATCH", `${object}/status`, {});
    await expectStatus("forbidden", "DELETE", object);
    await expectStatus("forbidden", "DELETE", place);
  }
  for (const name of configMaps) {
    const path = `${system}/configmaps/${name}`;
    await expectStatus("allowed", "GET", path);
    await expectStatus("forbidden", "PUT", path, { metadata: { name } });
    await expectStatus("forbidden", "PATCH", path, {});
    await expectStatus("forbidden", "DELETE", path);
  }
  await expectStatus("forbidden", "GET", `${system}/configmaps`);
  await expectStatus("forbidden", "GET", `${system}/configmaps/extension-apiserver-authentication`);
  await expectStatus("forbidden", "GET", "/api/v1/namespaces/team-a/configmaps/kube-proxy");
  await expectStatus("forbidden", "POST", `${system}/configmaps`, { metadata: { name: "kube-proxy" } });
  for (const path of unread) await expectStatus("forbidden", "GET", path);
  await expectStatus("forbidden", "GET", `${system}/secrets/first`);
  for (const path of [`${pod}/log`, `${pod}/exec?command=id&stdout=1`, `${pod}/attach`, `${pod}/portforward`, `${pod}/proxy/`]) {
    await expectStatus("forbidden", "GET", path);
  }
  for (const path of [`${pod}/exec?command=id`, `${pod}/eviction`, `${pod}/binding`, `${system}/serviceaccounts/portolan/token`]) {
    await expectStatus("forbidden", "POST", path, {});
  }
  for (const path of ["/api/v1/nodes/node-1/proxy/metrics", "/api/v1/namespaces/team-a/services/web/proxy/", "/metrics", "/logs"]) {
    await expectStatus("forbidden", "GET", path);
  }
  return wrong;
}
