import type { Labels, ObjectMeta, Protocol, IPFamily } from "./meta";

export type ServiceType = "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
export type TrafficPolicy = "Cluster" | "Local";

/** `nodePort` 0 = none. `targetPort`: a number, or the name of a container port. */
export type ServicePort = {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly targetPort: number | string;
  readonly nodePort: number;
};

export type LoadBalancerIngress = {
  readonly ip: string | null;
  readonly hostname: string | null;
  readonly ipMode: "VIP" | "Proxy" | null;
};

/**
 * A Service, slimmed, with the API's defaults applied.
 *
 * `clusterIPs` falls back to `clusterIP`; `["None"]` is headless. `selector` null: none (endpoints are made by hand); an empty one matches nothing.
 * `sessionAffinitySeconds`: timeout of ClientIP affinity (default 10800), null for None.
 * `pinnedNodePorts`: numbers that the applier set by hand (last-applied-configuration or managedFields); null when neither can be seen.
 * `sharingKey`: MetalLB's; `topologyMode`: value of the topology annotation; both null when absent.
 */
export type ServiceRecord = ObjectMeta & {
  readonly type: ServiceType;
  readonly clusterIPs: readonly string[];
  readonly ipFamilies: readonly IPFamily[];
  readonly selector: Labels | null;
  readonly ports: readonly ServicePort[];
  readonly externalIPs: readonly string[];
  readonly externalTrafficPolicy: TrafficPolicy;
  readonly internalTrafficPolicy: TrafficPolicy;
  readonly sessionAffinitySeconds: number | null;
  readonly healthCheckNodePort: number;
  readonly allocateLoadBalancerNodePorts: boolean;
  readonly loadBalancerSourceRanges: readonly string[];
  readonly loadBalancerIngress: readonly LoadBalancerIngress[];
  readonly publishNotReadyAddresses: boolean;
  readonly trafficDistribution: string | null;
  readonly topologyMode: string | null;
  readonly pinnedNodePorts: readonly number[] | null;
  readonly sharingKey: string | null;
};
