// A Deployment whose pods ask for a host port has a place for one on each node: as many replicas as that, or a DaemonSet, which never wants more.

import { compareText } from "../basics/order";
import { fail, ok, type Result } from "../basics/result";
import { wellKnownPools } from "../inventory/port-map-nodes";
import { formatObjectRef, type Labels } from "../model/meta";
import type { Snapshot } from "../model/snapshot";
import type { WorkloadRecord } from "../model/workload";
import { findHostPortRoom, listHostPortRooms, type HostPortRoom } from "../rules/support/host-port-room";
import { resolveRollout } from "../rules/support/host-ports";
import { assemble, commandLine, listNames, patchCommand } from "./documents";
import { patchFile } from "./let-rollout-pass";
import { rollingOf } from "./patch-host-ports";
import type { RemedySubject, RemedyWriter } from "./remedy";
import { managerOf } from "./service-manifest";
import { say, type Saying } from "./words";
import { writeYaml, type YamlValue } from "./write-yaml";

/** As many replicas as nodes that have the host port for one. */
export const fitReplicas: RemedyWriter = {
  kind: "hostPort",
  variant: "replicas",
  plan(snapshot, _context, finding) {
    const room = roomOf(snapshot, finding);
    const replicas = room?.workload.replicas ?? 1;
    if (room === null || room.free.length === 0 || room.free.length >= replicas) return fail(null);
    const { workload, free } = room;
    const { kind, namespace, name } = workload;
    const object = formatObjectRef(workload);
    return ok(() => {
      const inPlace = resolveRollout({ ...workload, replicas: free.length })?.maxUnavailable === 0;
      const spec = { replicas: free.length, ...(inPlace ? rollingOf(kind, workload) : {}) };
      return {
        kind: "hostPort",
        variant: "replicas",
        title: say("fit.title"),
        lasting: true,
        gains: [say("fit.gain", { owner: object, count: String(free.length), nodes: listNames(free.map((node) => node.name)) })],
        costs: [
          say("fit.cost", { fewer: String(replicas - free.length), before: String(replicas) }),
          ...(inPlace ? [say("rollout.cost")] : []),
          say("fit.scaler", { owner: object }),
          ...sayManager(workload),
        ],
        steps: [say("step.patch-file", { command: patchFile(workload) })],
        wayBack: say("rollout.back", { command: patchCommand({ namespace, name }, kind.toLowerCase(), { spec: { replicas } }) }),
        ...assemble([{ before: null, after: writeYaml({ apiVersion: "apps/v1", kind, metadata: { name, namespace }, spec }) }]),
        endpoints: [],
      };
    });
  },
};

/**
 * The Deployment as a DaemonSet. What its template holds besides ports and placement is not read, so that the document is a patch that kubectl applies to the
 * object as it stands (`kubectl patch --local`).
 */
export const becomeDaemonSet: RemedyWriter = {
  kind: "daemonSet",
  variant: null,
  plan(snapshot, _context, finding) {
    const room = roomOf(snapshot, finding);
    if (room === null || room.nodes.length < 2) return fail(null);
    const { workload } = room;
    const object = formatObjectRef(workload);
    if (workload.controller !== null)
      return fail(say("daemon.owned", { owner: object, controller: `${workload.controller.kind} ${workload.controller.name}` }));
    // Fewer pods than nodes were meant: one on each would be something else.
    if ((workload.replicas ?? 1) < room.free.length) return fail(say("daemon.fewer", { owner: object, nodes: String(room.free.length) }));
    const place = placeOf(snapshot, workload);
    if (!place.ok) return place;
    const { nodes, selector } = place.value;
    return ok(() => {
      const { namespace, name } = workload;
      const target = ["-n", namespace, name];
      const [save, remove] = [
        ["kubectl", "get", "deployment", ...target, "-o", "yaml"],
        ["kubectl", "delete", "deployment", ...target],
      ];
      const selected = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
      return {
        kind: "daemonSet",
        variant: null,
        title: say("daemon.title"),
        lasting: true,
        gains: [
          say("daemon.gain", { owner: object, count: String(nodes.length), nodes: listNames(nodes) }),
          ...(selected.length === 0 ? [] : [say("daemon.selector", { label: listNames(selected) })]),
          say("daemon.grows"),
        ],
        costs: [
          say("daemon.gap", { owner: object }),
          say("daemon.name", { owner: object }),
          say("daemon.cordoned"),
          ...sayManager(workload),
        ],
        steps: [
          say("daemon.save", { command: `${commandLine(save)} > deployment.yaml` }),
          say("daemon.make", {
            command: "kubectl patch --local -f deployment.yaml --type=json --patch-file FILE -o yaml > daemonset.yaml",
          }),
          say("daemon.swap", { command: `${commandLine(remove)} && kubectl create -f daemonset.yaml` }),
        ],
        wayBack: say("rollout.back", {
          command: `${commandLine(["kubectl", "delete", "daemonset", ...target])} && kubectl create -f deployment.yaml`,
        }),
        ...assemble([{ before: null, after: writeYaml(toDaemonSet(workload, selector)) }]),
        endpoints: [],
      };
    });
  },
};

/** The Deployment that the finding is about: the one that it names, or of several (those that hold its ports too) the one that lacks nodes. */
function roomOf(snapshot: Snapshot, { subjects }: RemedySubject): HostPortRoom | null {
  const names = new Set(subjects.flatMap((subject) => (subject.kind === "Deployment" ? [formatObjectRef(subject)] : [])));
  if (names.size === 0) return null;
  const rooms = listHostPortRooms(snapshot).filter(({ workload }) => names.has(formatObjectRef(workload)));
  const [room, another] = rooms.length === 1 ? rooms : rooms.filter(({ free, workload }) => free.length < (workload.replicas ?? 1));
  return another === undefined ? (room ?? null) : null;
}

function sayManager(workload: WorkloadRecord): readonly Saying[] {
  const tool = managerOf(workload);
  return tool === null ? [] : [say("managed.elsewhere", { object: formatObjectRef(workload), tool })];
}

/** The nodes for the DaemonSet; where others hold its ports on some, with the label that leaves these out. */
function placeOf(
  snapshot: Snapshot,
  workload: WorkloadRecord,
): Result<{ readonly nodes: readonly string[]; readonly selector: Labels }, Saying> {
  const { nodes, free, holders } = findHostPortRoom(snapshot, workload, { daemonSet: true });
  const held = nodes.filter((node) => !free.includes(node));
  const names = free.map(({ name }) => name);
  if (held.length === 0) return ok({ nodes: names, selector: {} });
  const label = Object.entries(free[0]?.labels ?? {})
    .filter(([key, value]) => free.every(({ labels }) => labels[key] === value) && held.every(({ labels }) => labels[key] !== value))
    .sort(([a], [b]) => Number(wellKnown.has(b)) - Number(wellKnown.has(a)) || compareText(a, b))[0];
  return label === undefined
    ? fail(say("daemon.held", { holders: listNames(holders.map(formatObjectRef).sort()), nodes: listNames(held.map(({ name }) => name)) }))
    : ok({ nodes: names, selector: { [label[0]]: label[1] } });
}

const wellKnown: ReadonlySet<string> = new Set(wellKnownPools);

/** JSON patch: fields that a DaemonSet does not know, and those by which the API server knows the old object. */
function toDaemonSet({ template }: WorkloadRecord, selector: Labels): YamlValue {
  const known = Object.keys(template.placement.nodeSelector).length > 0;
  const at = "/spec/template/spec/nodeSelector";
  return [
    { op: "test", path: "/kind", value: "Deployment" },
    { op: "replace", path: "/kind", value: "DaemonSet" },
    ...["/spec/replicas", "/spec/strategy", "/spec/progressDeadlineSeconds", "/metadata/uid", "/metadata/resourceVersion", "/status"].map(
      (path) => ({ op: "remove", path }),
    ),
    ...Object.entries(selector).map(([key, value]) =>
      known
        ? { op: "add", path: `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, value }
        : { op: "add", path: at, value: { [key]: value } },
    ),
  ];
}
