import type { Labels } from "../model/meta";
import type { ServiceRecord } from "../model/service";
import { writeYaml, type YamlValue } from "./write-yaml";

/**
 * A Service as a manifest: everything that is known of it and that a manifest may state.
 *
 * Input:   `before`: the Service in the cluster, where it has lists and numbers that it is to have no longer. They are stated empty: what a manifest leaves
 *          out, and another tool once wrote, would stay.
 * Returns: YAML of one document. Left out: what the API server fills in (cluster IPs but for `None`, defaults), and annotations, which are not read.
 */
export function writeService(service: ServiceRecord, before: ServiceRecord = service): string {
  return writeYaml(compact({ apiVersion: "v1", kind: "Service", metadata: metadataOf(service), spec: specOf(service, before) }));
}

function metadataOf({ name, namespace, labels }: ServiceRecord): YamlValue {
  return compact({ name, namespace, labels: isEmpty(labels) ? undefined : labels });
}

function specOf(service: ServiceRecord, before: ServiceRecord): YamlValue {
  const outside = service.type === "NodePort" || service.type === "LoadBalancer" || service.externalIPs.length > 0;
  const balanced = service.type === "LoadBalancer";
  return compact({
    type: service.type,
    clusterIP: service.clusterIPs[0] === "None" ? "None" : undefined,
    ipFamilyPolicy: service.ipFamilies.length > 1 ? "PreferDualStack" : undefined,
    ipFamilies: service.ipFamilies.length > 1 || service.ipFamilies[0] === "IPv6" ? [...service.ipFamilies] : undefined,
    selector: service.selector === null ? undefined : service.selector,
    ports: service.ports.map(({ name, protocol, port, targetPort, nodePort }, place) =>
      compact({
        name: name === "" ? undefined : name,
        protocol,
        port,
        targetPort,
        nodePort: nodePort === 0 && (before.ports[place]?.nodePort ?? 0) === 0 ? undefined : nodePort,
      }),
    ),
    externalIPs: service.externalIPs.length > 0 || before.externalIPs.length > 0 ? [...service.externalIPs] : undefined,
    externalTrafficPolicy: outside ? service.externalTrafficPolicy : undefined,
    internalTrafficPolicy: service.internalTrafficPolicy === "Local" ? "Local" : undefined,
    sessionAffinity: service.sessionAffinitySeconds === null ? undefined : "ClientIP",
    sessionAffinityConfig:
      service.sessionAffinitySeconds === null ? undefined : { clientIP: { timeoutSeconds: service.sessionAffinitySeconds } },
    healthCheckNodePort:
      balanced && service.externalTrafficPolicy === "Local" && service.healthCheckNodePort > 0 ? service.healthCheckNodePort : undefined,
    allocateLoadBalancerNodePorts: balanced && !service.allocateLoadBalancerNodePorts ? false : undefined,
    loadBalancerSourceRanges: service.loadBalancerSourceRanges.length > 0 ? [...service.loadBalancerSourceRanges] : undefined,
    publishNotReadyAddresses: service.publishNotReadyAddresses ? true : undefined,
    trafficDistribution: service.trafficDistribution ?? undefined,
  });
}

/** Labels by which a tool knows the objects that it made: on another object it would take that for its own, and remove it. */
const toolLabels =
  /^(argocd\.argoproj\.io\/|app\.kubernetes\.io\/(instance|managed-by)$|helm\.sh\/|(kustomize|helm)\.toolkit\.fluxcd\.io\/|objectset\.rio\.cattle\.io\/|olm\.|operators\.coreos\.com\/|addonmanager\.kubernetes\.io\/)/;

/** The labels that a copy of an object may carry. */
export function copyLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !toolLabels.test(key)));
}

/** The tool that would take a change of the object back; null where none is seen. */
export function managerOf({ labels, controller }: Pick<ServiceRecord, "labels" | "controller">): string | null {
  if (controller !== null) return `${controller.kind} ${controller.name}`;
  const release = labels["app.kubernetes.io/instance"];
  const tool = labels["app.kubernetes.io/managed-by"];
  if (tool !== undefined) return release === undefined ? tool : `${tool} (${release})`;
  return labels["helm.sh/chart"] === undefined && release === undefined ? null : `the chart of ${release ?? labels["helm.sh/chart"] ?? ""}`;
}

function compact(value: Readonly<Record<string, YamlValue | undefined>>): YamlValue {
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, YamlValue] => entry[1] !== undefined));
}

function isEmpty(labels: Labels): boolean {
  return Object.keys(labels).length === 0;
}
