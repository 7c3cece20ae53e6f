import type { IPFamily, ObjectMeta, ObjectRef, Protocol } from "./meta";

/** null `name` or `port` as in the API: such a port routes nothing. */
export type SlicePort = { readonly name: string | null; readonly port: number | null; readonly protocol: Protocol };

/** One endpoint with the conditions' defaults applied (ready and serving absent = true, terminating absent = false). `address` is `addresses[0]`. */
export type SliceEndpoint = {
  readonly address: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName: string | null;
  readonly zone: string | null;
  readonly hintZones: readonly string[];
  readonly hintNodes: readonly string[];
  readonly targetRef: ObjectRef | null;
};

/**
 * An EndpointSlice, slimmed. `serviceName`: label kubernetes.io/service-name, null when absent or empty (then it belongs to no Service: a warning).
 * `convertedFrom`: "Endpoints" when an old dump held no slices and they were derived; answers that rest on it say so.
 */
export type EndpointSliceRecord = ObjectMeta & {
  readonly serviceName: string | null;
  readonly addressType: IPFamily | "FQDN";
  readonly ports: readonly SlicePort[];
  readonly endpoints: readonly SliceEndpoint[];
  readonly convertedFrom: "Endpoints" | null;
};
