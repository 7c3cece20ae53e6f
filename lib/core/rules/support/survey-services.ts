import type { ServiceRecord } from "../../model/service";
import type { Snapshot } from "../../model/snapshot";
import { isUnclaiming } from "./claimed-ports";

/**
 * The Services of many that some rule asks for, in their order.
 *
 * `onNodes`: hold a number on nodes, be it for health checks. `addressed`: have an external IP, or an address or name of a load balancer.
 */
export type ServiceSurvey = { readonly onNodes: readonly ServiceRecord[]; readonly addressed: readonly ServiceRecord[] };

const surveys = new WeakMap<Snapshot["services"], ServiceSurvey>();

/** One walk over all Services for all rules; kept as long as no Service changes. */
export function surveyServices({ services }: Pick<Snapshot, "services">): ServiceSurvey {
  let survey = surveys.get(services);
  if (survey === undefined) {
    const all = [...services.values()];
    surveys.set(services, (survey = { onNodes: all.filter(holdsNumber), addressed: all.filter(isAddressed) }));
  }
  return survey;
}

function holdsNumber(service: ServiceRecord): boolean {
  return (service.healthCheckNodePort !== 0 || service.ports.some(({ nodePort }) => nodePort !== 0)) && !isUnclaiming(service);
}

function isAddressed({ externalIPs, loadBalancerIngress }: ServiceRecord): boolean {
  return externalIPs.length > 0 || loadBalancerIngress.length > 0;
}
