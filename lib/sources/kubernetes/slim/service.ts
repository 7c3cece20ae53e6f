import { odd, familyOf, type LoadBalancerIngress, type Protocol, type ServicePort, type ServiceRecord } from "@/lib/core";
import { annotationsOf, slimMeta } from "./meta";
import { asInt, asLabels, asObject, asObjects, asOneOf, asText, asTextOrNull, asTexts, intern, show, type Raw, type Warn } from "./read";

const protocols: readonly Protocol[] = ["TCP", "UDP", "SCTP"];
const affinitySecondsDefault = 10_800;

export function slimService(raw: Raw, warn: Warn): ServiceRecord | undefined {
  const meta = slimMeta(raw);
  if (meta === undefined) return undefined;
  const spec = asObject(raw["spec"]);
  const annotations = annotationsOf(raw);
  const clusterIPs = asTexts(spec["clusterIPs"]);
  const ips = clusterIPs.length > 0 ? clusterIPs : asTexts([spec["clusterIP"]]).filter((ip) => ip !== "");
  const families = asTexts(spec["ipFamilies"]);
  return {
    ...meta,
    type: asOneOf(spec["type"], ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"], "ClusterIP", "spec.type", warn),
    clusterIPs: ips,
    ipFamilies:
      families.length > 0
        ? families.flatMap((each) => (each === "IPv4" || each === "IPv6" ? [each] : []))
        : ips.flatMap((ip) => familyOf(ip) ?? []),
    selector: spec["selector"] === undefined || spec["selector"] === null ? null : asLabels(spec["selector"]),
    ports: slimPorts(spec["ports"], warn),
    externalIPs: asTexts(spec["externalIPs"]),
    externalTrafficPolicy: asOneOf(spec["externalTrafficPolicy"], ["Cluster", "Local"], "Cluster", "spec.externalTrafficPolicy", warn),
    internalTrafficPolicy: asOneOf(spec["internalTrafficPolicy"], ["Cluster", "Local"], "Cluster", "spec.internalTrafficPolicy", warn),
    sessionAffinitySeconds:
      spec["sessionAffinity"] === "ClientIP"
        ? asInt(asObject(asObject(spec["sessionAffinityConfig"])["clientIP"])["timeoutSeconds"], affinitySecondsDefault)
        : null,
    healthCheckNodePort: asInt(spec["healthCheckNodePort"], 0),
    allocateLoadBalancerNodePorts: spec["allocateLoadBalancerNodePorts"] !== false,
    loadBalancerSourceRanges: asTexts(spec["loadBalancerSourceRanges"]),
    loadBalancerIngress: asObjects(asObject(asObject(raw["status"])["loadBalancer"])["ingress"]).map((ingress): LoadBalancerIngress => ({
      ip: asTextOrNull(ingress["ip"]),
      hostname: asTextOrNull(ingress["hostname"]),
      ipMode: ingress["ipMode"] === "VIP" || ingress["ipMode"] === "Proxy" ? ingress["ipMode"] : null,
    })),
    publishNotReadyAddresses: spec["publishNotReadyAddresses"] === true,
    trafficDistribution: asTextOrNull(spec["trafficDistribution"]),
    topologyMode:
      asTextOrNull(annotations["service.kubernetes.io/topology-mode"]) ??
      asTextOrNull(annotations["service.kubernetes.io/topology-aware-hints"]),
    pinnedNodePorts: pinnedNodePorts(raw),
    sharingKey: asTextOrNull(annotations["metallb.io/allow-shared-ip"]) ?? asTextOrNull(annotations["metallb.universe.tf/allow-shared-ip"]),
  };
}

function slimPorts(value: unknown, warn: Warn): readonly ServicePort[] {
  return asObjects(value).flatMap((port) => {
    const number = asInt(port["port"], 0);
    if (number < 1 || number > 65535) {
      warn(odd("bad-port", { port: show(port["port"]) }));
      return [];
    }
    const target = port["targetPort"];
    const nodePort = asInt(port["nodePort"], 0);
    if (nodePort < 0 || nodePort > 65535) warn(odd("bad-node-port", { port: String(nodePort) }));
    return [
      {
        name: intern(asText(port["name"])),
        protocol: asOneOf(port["protocol"], protocols, "TCP", "spec.ports[].protocol", warn),
        port: number,
        // Absent (or 0 in old dumps): the API's default is the port itself.
        targetPort: typeof target === "string" && target !== "" ? target : asInt(target, 0) === 0 ? number : asInt(target, number),
        nodePort: nodePort < 0 || nodePort > 65535 ? 0 : nodePort,
      },
    ];
  });
}

/**
 * Numbers that a person or chart wrote, not the allocator.
 *
 * Returns: those of the last applied manifest and of managed fields together; null when neither can be seen.
 * Source:  annotation kubectl.kubernetes.io/last-applied-configuration; metadata.managedFields[].fieldsV1 (`k:{"port":80,"protocol":"TCP"}` → `f:nodePort`).
 */
function pinnedNodePorts(raw: Raw): readonly number[] | null {
  const applied = parseApplied(annotationsOf(raw)["kubectl.kubernetes.io/last-applied-configuration"]);
  const managed = asObjects(asObject(raw["metadata"])["managedFields"]);
  if (applied === null && managed.length === 0) return null;
  const spec = asObject(raw["spec"]);
  const owned = managed.filter(isByHand).flatMap((entry) => {
    const fields = asObject(asObject(entry["fieldsV1"])["f:spec"]);
    const ports = Object.entries(asObject(fields["f:ports"]))
      .filter(([, port]) => "f:nodePort" in asObject(port))
      .map(([key]) => nodePortOf(spec, key));
    return "f:healthCheckNodePort" in fields ? [...ports, asInt(spec["healthCheckNodePort"], 0)] : ports;
  });
  const written =
    applied === null
      ? []
      : [...asObjects(applied["ports"]).map((port) => asInt(port["nodePort"], 0)), asInt(applied["healthCheckNodePort"], 0)];
  return [...new Set([...written, ...owned])].filter((port) => port > 0);
}

function parseApplied(annotation: unknown): Raw | null {
  if (typeof annotation !== "string") return null;
  try {
    return asObject(asObject(JSON.parse(annotation))["spec"]);
  } catch {
    return null;
  }
}

/**
 * Whether a manager's fields tell a choice. The API server's own allocation is nobody's field; controllers that copy a whole object are no people,
 * and `before-first-apply` is given whatever was there when tracking began.
 */
function isByHand(entry: Raw): boolean {
  return (
    asText(entry["subresource"]) === "" &&
    !/kube-controller-manager|cloud-controller-manager|before-first-apply/.test(asText(entry["manager"]))
  );
}

/** The nodePort of the entry that a key such as `k:{"port":80,"protocol":"TCP"}` names; 0 where there is none. */
function nodePortOf(spec: Raw, key: string): number {
  const number = /"port":(\d+)/.exec(key)?.[1];
  const protocol = /"protocol":"(\w+)"/.exec(key)?.[1] ?? "TCP";
  const port = asObjects(spec["ports"]).find((each) => String(each["port"]) === number && (asText(each["protocol"]) || "TCP") === protocol);
  return asInt(port?.["nodePort"], 0);
}
