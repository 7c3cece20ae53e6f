import { formatAddress, formatShare } from "@/lib/client/format";
import type { WireEnvelope, WireRoute } from "@/lib/wire/schemas";

/**
 * A route as plain text for a ticket: the sentence, what was asked, where and when it was read, who takes it, each backend, each step, why not the pod that was
 * asked about, what was assumed, the link. In English, as all texts of the API.
 */
export function describeRouteTicket(
  route: WireRoute,
  { cluster, revision, asOf }: Pick<WireEnvelope, "cluster" | "revision" | "asOf">,
  link: string,
): string {
  const { query } = route;
  const lines = [
    route.sentence,
    "",
    `Asked: ${formatAddress(query.address, query.port, query.protocol)} from ${nameClient(query.from)}${query.node === undefined ? "" : `, received by ${query.node}`}`,
    `Cluster: ${cluster}, revision ${String(revision)}${asOf === null ? "" : `, as of ${asOf}`}`,
    route.claim === null
      ? null
      : `Holder: ${route.claim.kind} ${route.claim.namespace}/${route.claim.name}, port ${String(route.claim.port)}`,
    ...route.backends.map((backend) =>
      [
        `Backend: ${formatAddress(backend.address, backend.port)}`,
        backend.probability === null ? "share unknown" : formatShare(backend.probability),
        backend.pod === null ? null : `${backend.pod.namespace}/${backend.pod.name}`,
        backend.group?.name ?? (backend.owner === null ? null : `${backend.owner.kind}/${backend.owner.name}`),
        backend.node,
        backend.readySince === null ? null : `ready since ${backend.readySince}`,
        backend.replyPathBroken ? "cannot answer back" : null,
      ]
        .filter((part) => part !== null)
        .join(", "),
    ),
    ...route.alternatives.map((each) => `Either: ${each.sentence}`),
    ...route.steps.map(describeStep),
    ...(route.whyNot === null
      ? []
      : [`Why not ${route.whyNot.pod.namespace}/${route.whyNot.pod.name}:`, ...route.whyNot.steps.map(describeStep)]),
    ...route.assumptions.map(({ what, value, from }) => `Assumed: ${what} ${value} (${from})`),
    link,
  ];
  return lines.filter((line) => line !== null).join("\n");
}

function describeStep({ title, object, field, value, verdict }: WireRoute["steps"][number]): string {
  return [title, [object, field, value].filter((part) => part !== null).join(" "), verdict].filter((part) => part !== "").join(": ");
}

function nameClient(from: WireRoute["query"]["from"]): string {
  if (from.kind === "outside") return from.address === undefined ? "outside" : `outside, ${from.address}`;
  return from.kind === "node" ? `node ${from.name}` : `pod ${from.namespace}/${from.name}`;
}
