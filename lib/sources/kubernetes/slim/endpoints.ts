import { familyOf, type EndpointSliceRecord, type SliceEndpoint } from "@/lib/core";
import { slimTargetRef } from "./endpoint-slice";
import { slimMeta } from "./meta";
import { asInt, asObjects, asOneOf, asText, asTextOrNull, type Raw, type Warn } from "./read";

/**
 * What the EndpointSlice controller would have written for an Endpoints object of an old dump, marked as converted.
 *
 * Returns: one slice per subset and family; names end in `-endpoints-<subset>-<family>` so that they never meet a real slice.
 */
export function slimEndpoints(raw: Raw, warn: Warn): readonly EndpointSliceRecord[] {
  const meta = slimMeta(raw);
  if (meta === undefined) return [];
  return asObjects(raw["subsets"]).flatMap((subset, place) => {
    const ports = asObjects(subset["ports"]).map((port) => ({
      name: asText(port["name"]),
      port: asInt(port["port"], 0) === 0 ? null : asInt(port["port"], 0),
      protocol: asOneOf(port["protocol"], ["TCP", "UDP", "SCTP"] as const, "TCP", "subsets[].ports[].protocol", warn),
    }));
    const endpoints = [
      ...addresses(subset["addresses"], true, meta.namespace),
      ...addresses(subset["notReadyAddresses"], false, meta.namespace),
    ];
    return (["IPv4", "IPv6"] as const).flatMap((family) => {
      const ofFamily = endpoints.filter(({ address }) => familyOf(address) === family);
      if (ofFamily.length === 0) return [];
      return [
        {
          ...meta,
          name: `${meta.name}-endpoints-${String(place)}-${family.toLowerCase()}`,
          serviceName: meta.name,
          addressType: family,
          ports,
          endpoints: ofFamily,
          convertedFrom: "Endpoints" as const,
        },
      ];
    });
  });
}

function addresses(value: unknown, ready: boolean, namespace: string): readonly SliceEndpoint[] {
  return asObjects(value).flatMap((address) => {
    const ip = asText(address["ip"]);
    if (ip === "") return [];
    return [
      {
        address: ip,
        ready,
        serving: ready,
        terminating: false,
        nodeName: asTextOrNull(address["nodeName"]),
        zone: null,
        hintZones: [],
        hintNodes: [],
        targetRef: slimTargetRef(address["targetRef"], namespace),
      },
    ];
  });
}
