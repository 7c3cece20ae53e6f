import { compareNatural } from "../../basics/order";
import type { NodeRecord } from "../../model/node";
import type { Snapshot } from "../../model/snapshot";
import type { Context } from "../../policy/policy";
import { describeProxy } from "../../routing/proxy-config";
import { readsOfProxies, surveyPods } from "../../inventory/survey-pods";

type Known = { readonly rests: readonly unknown[]; readonly nodes: readonly NodeRecord[] };

const known = new WeakMap<object, Known>();

/** The nodes that run a proxy, so that Services take ports of them; by name. Kept as long as nothing changes that tells it. */
export function listProxiedNodes(snapshot: Snapshot, context: Context): readonly NodeRecord[] {
  const rests = [...readsOfProxies(snapshot), snapshot.kinds, context.policy];
  const last = known.get(surveyPods(snapshot).agents);
  if (last?.rests.every((each, place) => each === rests[place]) === true) return last.nodes;
  const nodes = [...snapshot.nodes.values()]
    .filter((node) => describeProxy(snapshot, context, node).kind !== "none")
    .sort((a, b) => compareNatural(a.name, b.name));
  known.set(surveyPods(snapshot).agents, { rests, nodes });
  return nodes;
}
