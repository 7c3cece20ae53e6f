// Credential plugins (`exec` in a kubeconfig), run as client-go runs them where nobody sits in front: told what is wanted, given nothing to read, and not for ever.

import type { KubeConfig } from "@kubernetes/client-node";
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { resolve } from "node:path";
import { asObject, asText } from "./slim/read";

/** Longer than a person takes to log in in a browser. */
const pluginMaxMs = 300_000;

/**
 * Makes the library run the plugins of the context in force like this; `folder`: where a command that is a relative path starts from. The library has
 * no door for that: its authenticator keeps the function that it spawns with.
 */
export function preparePlugins(config: KubeConfig, folder: string, maxMs = pluginMaxMs): void {
  const { authenticators } = config as unknown as { readonly authenticators: readonly object[] };
  const info = JSON.stringify(describeWanted(config));
  for (const each of authenticators) {
    if ("execFn" in each)
      each.execFn = (command: string, args: readonly string[] | undefined, { env = process.env }: SpawnOptions): ChildProcess =>
        runPlugin(command.includes("/") ? resolve(folder, command) : command, args ?? [], { ...env, KUBERNETES_EXEC_INFO: info }, maxMs);
  }
}

function runPlugin(command: string, args: readonly string[], env: NodeJS.ProcessEnv, maxMs: number): ChildProcess {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: maxMs, killSignal: "SIGKILL" });
  // What a plugin that was stopped has started itself may hold its output open.
  child.on("exit", (_, signal) => {
    if (signal !== null) for (const output of [child.stdout, child.stderr]) output.destroy();
  });
  return child;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats */
function describeWanted(config: KubeConfig): object {
  const exec = asObject(config.getCurrentUser()?.exec);
  const cluster = config.getCurrentCluster();
  const told =
    exec["provideClusterInfo"] !== true || cluster === null
      ? {}
      : {
          cluster: {
            server: cluster.server,
            "tls-server-name": cluster.tlsServerName,
            "insecure-skip-tls-verify": cluster.skipTLSVerify,
            "certificate-authority-data": cluster.caData,
            "proxy-url": cluster.proxyUrl,
          },
        };
  return {
    apiVersion: asText(exec["apiVersion"]) || "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: { interactive: false, ...told },
  };
}
