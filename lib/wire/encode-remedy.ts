import { describeSaying, type Remedies, type Remedy, type RemedyEndpoint } from "@/lib/core";
import type { WireRemedy, WireRemedyList } from "./remedy-schemas";

export function encodeRemedies({ remedies, unavailable }: Remedies): WireRemedyList {
  return {
    remedies: remedies.map(encodeRemedy),
    unavailable: unavailable.map(({ kind, reason }) => ({ kind, reason: describeSaying(reason), fact: copy(reason) })),
  };
}

function encodeRemedy({ kind, variant, title, lasting, gains, costs, steps, wayBack, yaml, changed, endpoints }: Remedy): WireRemedy {
  return {
    kind,
    variant,
    title: describeSaying(title),
    lasting,
    gains: gains.map((each) => describeSaying(each)),
    costs: costs.map((each) => describeSaying(each)),
    steps: steps.map((each) => describeSaying(each)),
    wayBack: describeSaying(wayBack),
    yaml,
    changed: [...changed],
    endpoints: endpoints.map(encodeEndpoint),
    facts: { title: copy(title), gains: gains.map(copy), costs: costs.map(copy), steps: steps.map(copy), wayBack: copy(wayBack) },
  };
}

function encodeEndpoint({ owner, service, protocol, addresses, before, after }: RemedyEndpoint): WireRemedy["endpoints"][number] {
  return { owner, service, protocol, addresses: [...addresses], before, after };
}

function copy({ code, values }: Remedy["title"]): WireRemedy["facts"]["title"] {
  return { code, values: { ...values } };
}
