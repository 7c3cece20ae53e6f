import { odd, type Container, type ContainerPort, type PodRecord, type Protocol } from "@/lib/core";
import { annotationsOf, slimMeta } from "./meta";
import { slimPlacement } from "./placement";
import { readProxyFlags } from "./proxy-settings";
import {
  asArray,
  asBool,
  asInt,
  asObject,
  asObjects,
  asOneOf,
  asText,
  asTextOrNull,
  asTexts,
  asTimeMs,
  intern,
  share,
  type Raw,
  show,
  type Warn,
} from "./read";

const protocols: readonly Protocol[] = ["TCP", "UDP", "SCTP"];
const noContainers: readonly Container[] = [];
const noMappings: PodRecord["nodePortLocal"] = [];

export function slimPod(raw: Raw, warn: Warn): PodRecord | undefined {
  const meta = slimMeta(raw);
  if (meta === undefined) return undefined;
  const spec = asObject(raw["spec"]);
  const status = asObject(raw["status"]);
  const conditions = asObjects(status["conditions"]);
  const ready = conditions.find((condition) => condition["type"] === "Ready");
  const scheduled = conditions.find((condition) => condition["type"] === "PodScheduled");
  const hostNetwork = asBool(spec["hostNetwork"]);
  const containers = slimContainers(spec, hostNetwork, warn);
  const annotations = annotationsOf(raw);
  const isProxy = meta.labels["k8s-app"] === "kube-proxy" || (meta.namespace === "kube-system" && meta.name.startsWith("kube-proxy"));
  const podIPs = ips(status["podIPs"], status["podIP"]);
  return {
    ...meta,
    labels: share(meta.labels, meta.namespace),
    controller: share(meta.controller),
    nodeName: internOrNull(asTextOrNull(spec["nodeName"])),
    hostNetwork,
    placement: share(slimPlacement(spec, warn)),
    containers: share(containers),
    phase: asOneOf(status["phase"], ["Pending", "Running", "Succeeded", "Failed", "Unknown"], "Unknown", "status.phase", warn),
    reason: asText(status["reason"]),
    podIPs,
    hostIPs: share(ips(status["hostIPs"], status["hostIP"])),
    startTimeMs: asTimeMs(status["startTime"]),
    ready: ready?.["status"] === "True",
    readyAtMs: asTimeMs(ready?.["lastTransitionTime"]),
    runningSinceMs:
      isProxy || containers.some((each) => each.ports.some((port) => port.hostPort > 0)) ? runningSince(status, isProxy) : null,
    proxyFlags: isProxy ? proxyFlags(spec, warn) : null,
    unschedulable:
      scheduled?.["status"] === "False"
        ? { reason: asText(scheduled["reason"]), noFreePorts: asText(scheduled["message"]).includes("didn't have free ports") }
        : null,
    staticPod: "kubernetes.io/config.mirror" in annotations || annotations["kubernetes.io/config.source"] === "file",
    nodePortLocal: nodePortLocal(annotations["nodeportlocal.antrea.io"]),
  };
}

/** Containers of a pod spec or template that declare ports or are named; ephemeral ones never take ports. */
export function slimContainers(spec: Raw, hostNetwork: boolean, warn: Warn): readonly Container[] {
  const slim = (raw: Raw, role: Container["role"]): Container => ({
    name: intern(asText(raw["name"])),
    role,
    ports: slimPorts(raw["ports"], hostNetwork, warn),
  });
  const containers = [
    ...asObjects(spec["containers"]).map((each) => slim(each, "main")),
    ...asObjects(spec["initContainers"]).map((each) => slim(each, each["restartPolicy"] === "Always" ? "sidecar" : "init")),
  ];
  return containers.length === 0 ? noContainers : containers;
}

function slimPorts(value: unknown, hostNetwork: boolean, warn: Warn): readonly ContainerPort[] {
  return asObjects(value).flatMap((port) => {
    const containerPort = asInt(port["containerPort"], 0);
    if (containerPort < 1 || containerPort > 65535) {
      warn(odd("bad-container-port", { port: show(port["containerPort"]) }));
      return [];
    }
    const hostPort = asInt(port["hostPort"], 0);
    return [
      {
        name: intern(asText(port["name"])),
        containerPort,
        // The API sets hostPort = containerPort for hostNetwork pods; manifests and old dumps may lack it (routing.md R1.7.1).
        hostPort: hostNetwork && hostPort === 0 ? containerPort : hostPort,
        hostIP: asText(port["hostIP"]),
        protocol: asOneOf(port["protocol"], protocols, "TCP", "a container port's protocol", warn),
      },
    ];
  });
}

function ips(list: unknown, single: unknown): readonly string[] {
  const all = asObjects(list).flatMap(({ ip }) => (typeof ip === "string" && ip !== "" ? [ip] : []));
  // A copy is as long as what it holds; a list that grew keeps room for sixteen more.
  return (all.length > 0 ? all : asTexts([single]).filter((ip) => ip !== "")).slice();
}

/** The earliest start of a running container; of a kube-proxy pod that of the container that runs it. */
function runningSince(status: Raw, isProxy: boolean): number | null {
  const statuses = asObjects(status["containerStatuses"]);
  const named = isProxy ? statuses.filter((each) => asText(each["name"]).includes("kube-proxy")) : [];
  const times = (named.length > 0 ? named : statuses).flatMap(
    (each) => asTimeMs(asObject(asObject(each["state"])["running"])["startedAt"]) ?? [],
  );
  return times.length === 0 ? null : Math.min(...times);
}

function proxyFlags(spec: Raw, warn: Warn) {
  const words = asObjects(spec["containers"]).flatMap((container) => {
    const all = [...asTexts(container["command"]), ...asTexts(container["args"])];
    // A shell line holds its flags in one word.
    return all.flatMap((word) => (word.includes("kube-proxy") && word.includes(" ") ? word.split(/\s+/) : [word]));
  });
  return readProxyFlags(words, warn);
}

function nodePortLocal(annotation: unknown): PodRecord["nodePortLocal"] {
  if (typeof annotation !== "string") return noMappings;
  let entries: unknown;
  try {
    entries = JSON.parse(annotation);
  } catch {
    return [];
  }
  return asObjects(asArray(entries)).map((entry) => ({
    podPort: asInt(entry["podPort"], 0),
    nodePort: asInt(entry["nodePort"], 0),
    protocol: protocols.find((each) => each === asText(entry["protocol"]).toUpperCase()) ?? "TCP",
  }));
}

function internOrNull(text: string | null): string | null {
  return text === null ? null : intern(text);
}
