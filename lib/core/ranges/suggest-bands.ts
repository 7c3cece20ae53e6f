import type { Snapshot } from "../model/snapshot";
import { compareText } from "../basics/order";
import { countPorts } from "../policy/bands";
import type { Band, Context, PortRange } from "../policy/policy";
import { listNodeClaims } from "../rules/support/node-claims";
import { knowNodePortRange } from "../rules/support/node-port-range";

/** Numbers further apart than this are not taken for one team's stretch. */
const gapMax = 16;
/** A band should leave as much room as it uses. */
const shareMax = 0.5;
const numbersMin = 2;

/**
 * Bands that describe who stands where in a cluster now, to start a policy file from.
 *
 * Returns: by number, none overlapping: a stretch of nodePorts of one namespace, at least two, widened into free numbers behind it until half of it is free;
 *          stretches without room are left out, since a full band is a finding. Every holder in a band is allowed in it. Empty where the range is unknown.
 */
export function suggestBands(snapshot: Snapshot, context: Context): readonly Band[] {
  const range = knowNodePortRange(snapshot, context)?.range;
  if (range === undefined) return [];
  const stretches = findStretches(snapshot);
  const used = new Map<string, number>();
  return stretches.flatMap(({ namespace, ports, numbers }, place): readonly Band[] => {
    if (numbers < numbersMin) return [];
    const limit = Math.min(range.last, (stretches[place + 1]?.ports.first ?? range.last + 1) - 1);
    const last = Math.min(limit, ports.first + Math.ceil(numbers / shareMax) - 1);
    const band = { first: ports.first, last: Math.max(ports.last, last) };
    if (numbers > countPorts(band) * 0.8) return [];
    const count = (used.get(namespace) ?? 0) + 1;
    used.set(namespace, count);
    const name = count === 1 ? namespace : `${namespace}-${String(count)}`;
    return [{ name, kind: "nodePort", ports: band, owner: null, allow: { namespaces: [namespace], labels: null } }];
  });
}

type Stretch = { readonly namespace: string; readonly ports: PortRange; readonly numbers: number };

/** Every nodePort number belongs to one stretch, so that no band reaches over a stranger. */
function findStretches(snapshot: Snapshot): readonly Stretch[] {
  const claims = listNodeClaims(snapshot)
    .filter(({ space }) => space === "nodePort")
    .sort((a, b) => a.port.port - b.port.port || compareText(a.holder.namespace, b.holder.namespace));
  const stretches: { namespace: string; ports: { first: number; last: number }; numbers: number }[] = [];
  for (const {
    port: { port },
    holder,
  } of claims) {
    const current = stretches.at(-1);
    if (current?.namespace === holder.namespace && port - current.ports.last <= gapMax) {
      if (port !== current.ports.last) current.numbers += 1;
      current.ports.last = port;
    } else stretches.push({ namespace: holder.namespace, ports: { first: port, last: port }, numbers: 1 });
  }
  return stretches;
}
