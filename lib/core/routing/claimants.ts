// Who holds a node port, as far as it is the same for all nodes: found once per snapshot, since every node is asked for the same few numbers.

import type { ServicePort, ServiceRecord } from "../model/service";
import { planOf, type EndpointPlan } from "./categorize";
import type { EndpointList } from "./endpoints";
import type { Ignored } from "./service-rules";

/**
 * A Service port that holds a node port, as every node meets it. `why`: the proxy passes it over. `shared`: its endpoints, where they are the same for all nodes.
 */
export type Claimant = {
  readonly service: ServiceRecord;
  readonly port: ServicePort;
  readonly portIndex: number;
  readonly why: Ignored | null;
  readonly shared: SharedEndpoints | null;
};

type SharedEndpoints = { readonly endpoints: EndpointList; readonly plan: EndpointPlan };

/** Endpoints of a Service port with the plan by which nodes choose from them. */
export function shareEndpoints(service: ServiceRecord, port: ServicePort, endpoints: EndpointList): SharedEndpoints {
  return { endpoints, plan: planOf(service, port, endpoints.list) };
}
