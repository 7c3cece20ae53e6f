import {
  odd,
  normaliseAddress,
  type EndpointSliceRecord,
  type ObjectRef,
  type Protocol,
  type SliceEndpoint,
  type SlicePort,
} from "@/lib/core";
import { slimMeta } from "./meta";
import { asInt, asObject, asObjects, asOneOf, asText, asTextOrNull, asTexts, intern, type Raw, type Warn } from "./read";

const protocols: readonly Protocol[] = ["TCP", "UDP", "SCTP"];
const none: readonly string[] = [];

export function slimEndpointSlice(raw: Raw, warn: Warn): EndpointSliceRecord | undefined {
  const meta = slimMeta(raw);
  if (meta === undefined) return undefined;
  const serviceName = asTextOrNull(meta.labels["kubernetes.io/service-name"]);
  if (serviceName === null) warn(odd("slice-of-nobody"));
  return {
    ...meta,
    serviceName,
    addressType: asOneOf(raw["addressType"], ["IPv4", "IPv6", "FQDN"], "IPv4", "addressType", warn),
    ports: asObjects(raw["ports"]).map((port): SlicePort => {
      const number = asInt(port["port"], 0);
      return {
        // An absent name is the empty one of a single-port Service: the API server stores "" there.
        name: typeof port["name"] === "string" ? intern(port["name"]) : port["name"] === null ? null : "",
        port: number === 0 ? null : number,
        protocol: asOneOf(port["protocol"], protocols, "TCP", "ports[].protocol", warn),
      };
    }),
    endpoints: asObjects(raw["endpoints"]).flatMap((endpoint): SliceEndpoint[] => {
      const address = asTexts(endpoint["addresses"])[0];
      if (address === undefined) {
        warn(odd("endpoint-without-address"));
        return [];
      }
      const conditions = asObject(endpoint["conditions"]);
      const hints = asObject(endpoint["hints"]);
      // discovery.k8s.io/v1beta1 (Kubernetes 1.17 to 1.24) told node and zone by labels of the node.
      const topology = asObject(endpoint["topology"]);
      return [
        {
          address: normaliseAddress(address),
          // Absent conditions mean ready and serving (discovery.k8s.io/v1 EndpointConditions).
          ready: conditions["ready"] !== false,
          serving: conditions["serving"] !== false,
          terminating: conditions["terminating"] === true,
          nodeName: internOrNull(asTextOrNull(endpoint["nodeName"]) ?? asTextOrNull(topology["kubernetes.io/hostname"])),
          zone: internOrNull(asTextOrNull(endpoint["zone"]) ?? asTextOrNull(topology["topology.kubernetes.io/zone"])),
          hintZones: names(hints["forZones"]),
          hintNodes: names(hints["forNodes"]),
          targetRef: slimTargetRef(endpoint["targetRef"], meta.namespace),
        },
      ];
    }),
    convertedFrom: null,
  };
}

/** A reference to the object behind an endpoint, of EndpointSlices and Endpoints alike. */
export function slimTargetRef(value: unknown, namespace: string): ObjectRef | null {
  const reference = asObject(value);
  const name = asText(reference["name"]);
  return name === ""
    ? null
    : { kind: intern(asText(reference["kind"])), namespace: intern(asText(reference["namespace"]) || namespace), name };
}

function names(value: unknown): readonly string[] {
  const all = asObjects(value).flatMap(({ name }) => (typeof name === "string" ? [intern(name)] : []));
  return all.length === 0 ? none : all;
}

function internOrNull(text: string | null): string | null {
  return text === null ? null : intern(text);
}
