// What runs on every node: kube-proxy with the settings of the scenario's ConfigMap, and the CNI plugin portmap for hostPorts.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary } from "./build.mjs";
import { namespaceOfPod } from "./network";
import { nameOf, ofKind, type ApiObject } from "./objects";
import { startProcess, type Running } from "./process";

/** Nodes on which the scenario has a kube-proxy, with the time when it started. */
export function proxyNodes(items: readonly ApiObject[]): ReadonlyMap<string, string> {
  const pods = ofKind(items, "Pod").filter(({ metadata }) => metadata.labels?.["k8s-app"] === "kube-proxy");
  return new Map(pods.flatMap((pod) => (pod.spec?.nodeName === undefined ? [] : [[pod.spec.nodeName, startOf(pod)] as const])));
}

export function startProxies(folder: string, kubeconfig: string, items: readonly ApiObject[]): readonly Running[] {
  const settings = ofKind(items, "ConfigMap").find(({ metadata }) => metadata.name === "kube-proxy")?.data?.["config.conf"] ?? "";
  return [...proxyNodes(items).keys()].map((node) => {
    const file = join(folder, `kube-proxy-${node}.yaml`);
    const text = settings
      .replace(/^( *kubeconfig:).*$/m, `$1 ${kubeconfig}`)
      .replace(/^hostnameOverride:.*$/m, `hostnameOverride: ${node}`);
    writeFileSync(file, text);
    return startProcess("ip", ["netns", "exec", node, binary("kube-proxy"), `--config=${file}`], join(folder, `kube-proxy-${node}.log`));
  });
}

export function podsWithHostPorts(items: readonly ApiObject[]): readonly ApiObject[] {
  return ofKind(items, "Pod")
    .filter(
      ({ spec, status }) =>
        spec?.hostNetwork !== true && status?.phase === "Running" && status.podIPs !== undefined && portsOf(spec).length > 0,
    )
    .sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
}

/** Maps the hostPorts of all pods, the oldest pod first. */
export function mapHostPorts(items: readonly ApiObject[], implementation: string, round: string): void {
  for (const pod of podsWithHostPorts(items)) {
    const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip);
    const netns = namespaceOfPod(addresses[0] ?? "");
    const config = {
      cniVersion: "1.0.0",
      name: "podnet",
      type: "portmap",
      backend: implementation.replace("portmap-", ""),
      snat: true,
      capabilities: { portMappings: true },
      runtimeConfig: {
        portMappings: portsOf(pod.spec).map(({ hostPort, containerPort, protocol, hostIP }) => ({
          hostPort,
          containerPort,
          protocol: (protocol ?? "TCP").toLowerCase(),
          ...(hostIP === undefined ? {} : { hostIP }),
        })),
      },
      prevResult: {
        cniVersion: "1.0.0",
        interfaces: [{ name: "eth0", sandbox: netns }],
        ips: addresses.map((address) => ({ address: `${address}/${address.includes(":") ? "64" : "24"}`, interface: 0 })),
      },
    };
    const { status, stdout, stderr } = spawnSync("ip", ["netns", "exec", pod.spec?.nodeName ?? "", binary("portmap")], {
      input: JSON.stringify(config),
      encoding: "utf8",
      env: {
        ...process.env,
        CNI_COMMAND: "ADD",
        CNI_CONTAINERID: `${pod.metadata.name}-${round}`,
        CNI_NETNS: netns,
        CNI_IFNAME: "eth0",
        CNI_PATH: dirname(binary("portmap")),
      },
    });
    if (status !== 0) throw new Error(`portmap for ${nameOf(pod)}: ${stdout}${stderr}`);
  }
}

function portsOf(spec: ApiObject["spec"]) {
  return (spec?.containers ?? []).flatMap(({ ports }) => (ports ?? []).filter(({ hostPort }) => hostPort !== undefined && hostPort > 0));
}

export function startOf({ status }: ApiObject): string {
  return status?.startTime ?? "";
}
