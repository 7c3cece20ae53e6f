// Which numbers the API server gives to Services: a flag of it that no object shows, but for an event where a number is outside.

import type { Snapshot } from "../../model/snapshot";
import { defaultNodePortRange, hasPort, nodePortRangeOf } from "../../policy/bands";
import type { Context, PortRange } from "../../policy/policy";
import { surveyServices } from "./survey-services";

/** `from`: who says so. */
type KnownNodePortRange = { readonly range: PortRange; readonly from: "policy" | "event" | "default" };

/**
 * The service node-port range, as far as it can be known.
 *
 * Returns: the policy's; else the one that a PortOutOfRange event names; else the default, as long as every number in use lies in it; else null.
 * Source:  kube-apiserver --service-node-port-range; events of its portallocator-repair-controller.
 */
export function knowNodePortRange(seen: Snapshot, { policy, check }: Context): KnownNodePortRange | null {
  // What a manifest asks for tells nothing of the range.
  const snapshot = check?.base ?? seen;
  const { range, assumed } = nodePortRangeOf(policy, snapshot.cluster);
  if (!assumed) return { range, from: "policy" };
  const events = [...snapshot.events.values()].filter(({ reason }) => reason === "PortOutOfRange");
  const named = events.flatMap(({ message }) => parseRange(message) ?? [])[0];
  if (named !== undefined) return { range: named, from: "event" };
  return events.length > 0 || !isBeyondDefault(snapshot) ? { range: defaultNodePortRange, from: "default" } : null;
}

/** For `lacks`: the key of the policy file that tells the range where nothing else does. */
export function lacksNodePortRange(snapshot: Snapshot, context: Context): readonly string[] {
  return knowNodePortRange(snapshot, context) === null ? ["nodePortRange"] : [];
}

/** Whether some number that a Service holds on nodes lies outside of the default range. Several rules ask. */
function isBeyondDefault(snapshot: Snapshot): boolean {
  const { services } = snapshot;
  let beyond = beyondDefault.get(services);
  if (beyond === undefined) {
    const isBeyond = (number: number): boolean => number !== 0 && !hasPort(defaultNodePortRange, number);
    beyond = surveyServices(snapshot).onNodes.some(
      ({ healthCheckNodePort, ports }) => isBeyond(healthCheckNodePort) || ports.some(({ nodePort }) => isBeyond(nodePort)),
    );
    beyondDefault.set(services, beyond);
  }
  return beyond;
}

const beyondDefault = new WeakMap<Snapshot["services"], boolean>();

/** `Port 40000 is not within the port range 30000-32767; please recreate service`. */
function parseRange(message: string): PortRange | null {
  const [, first, last] = /port range (\d{1,5})-(\d{1,5})/.exec(message) ?? [];
  const range = { first: Number(first), last: Number(last) };
  return first !== undefined && range.first >= 1 && range.first <= range.last && range.last <= 65_535 ? range : null;
}
