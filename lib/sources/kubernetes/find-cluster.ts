// Which clusters there are to be found from here. Apart from what connects to them: whoever only asks need not load the Kubernetes client.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { SourceSpec } from "@/lib/wire/serve-config";

type Env = Readonly<Record<string, string | undefined>>;

export const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** What applies when nothing is named: the current context, else the pod's service account; null where there is neither. */
export function defaultSource(kubeconfig: string | null, env: Env): SourceSpec | null {
  if (kubeconfig !== null || kubeconfigFiles(null, env).length > 0) return { kind: "kubeconfig", context: null, kubeconfig };
  return isInCluster(env) ? { kind: "inCluster" } : null;
}

/** The kubeconfig files that apply: the one named, else KUBECONFIG, else the usual place; those that do not exist are left out unless named. */
export function kubeconfigFiles(named: string | null, env: Env): readonly string[] {
  if (named !== null) return [named];
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  return (listed.length > 0 ? listed : [join(homedir(), ".kube", "config")]).filter((path) => existsSync(path));
}

/** Whether this process runs in a pod with a service account. */
function isInCluster(env: Env): boolean {
  return (
    env["KUBERNETES_SERVICE_HOST"] !== undefined && env["KUBERNETES_SERVICE_HOST"] !== "" && existsSync(join(serviceAccountFolder, "token"))
  );
}
