import type { NodeName, NodePort, PodKey, Port, ServiceKey } from "./brands";
import type { Protocol } from "./meta";

/** One holder's statement that it takes a port, and the API field that says so. */
export type PortClaim =
  | {
      readonly kind: "nodePort";
      readonly port: NodePort;
      readonly protocol: Protocol;
      readonly service: ServiceKey;
      readonly servicePort: string;
    }
  | { readonly kind: "healthCheckNodePort"; readonly port: NodePort; readonly service: ServiceKey }
  | {
      readonly kind: "externalIP" | "loadBalancerIP";
      readonly address: string;
      readonly port: Port;
      readonly protocol: Protocol;
      readonly service: ServiceKey;
      readonly servicePort: string;
    }
  | {
      readonly kind: "hostPort" | "hostNetwork";
      readonly node: NodeName;
      readonly hostIP: string;
      readonly port: Port;
      readonly protocol: Protocol;
      readonly pod: PodKey;
      readonly container: string;
    }
  | {
      readonly kind: "reservation";
      readonly port: Port;
      readonly protocol: Protocol | "any";
      readonly node: NodeName | null;
      readonly name: string;
    };

export type ClaimKind = PortClaim["kind"];

export const claimKinds = [
  "nodePort",
  "healthCheckNodePort",
  "hostPort",
  "hostNetwork",
  "externalIP",
  "loadBalancerIP",
  "reservation",
] as const satisfies readonly ClaimKind[];
