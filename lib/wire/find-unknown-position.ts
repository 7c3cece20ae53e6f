// A client position or receiving node that the cluster does not have: a mistake in the question, on the command line and over HTTP alike.

import { isKnownIn, mistake, podKey, toNodeName, type RouteQuery, type Snapshot } from "@/lib/core";
import { fieldError, type FieldError } from "./parse-route-query";

/**
 * Input:   where a question starts and the node that it names, null for none.
 * Returns: the field and what is not there; undefined when all is there, or may be: what could not be read is for the route to say.
 */
export function findUnknownPosition(
  { nodes, pods, kinds }: Snapshot,
  { from, node }: Pick<RouteQuery, "from" | "node">,
): FieldError | undefined {
  const lacksNode = (name: string): boolean => isKnownIn(kinds.nodes, "") && !nodes.has(toNodeName(name));
  if (from.kind === "node" && lacksNode(from.name)) return fieldError("from", mistake("no-node", { name: JSON.stringify(from.name) }));
  if (from.kind === "pod" && isKnownIn(kinds.pods, from.namespace) && !pods.has(podKey(from.namespace, from.name)))
    return fieldError("from", mistake("no-pod", { name: JSON.stringify(`${from.namespace}/${from.name}`) }));
  return node !== null && lacksNode(node) ? fieldError("node", mistake("no-node", { name: JSON.stringify(node) })) : undefined;
}
