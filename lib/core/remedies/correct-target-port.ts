// A targetPort that some of the selected pods do not declare, replaced by one that all of them do.

import { fail, ok, type Result } from "../basics/result";
import { isFinished } from "../inventory/pod-claims";
import type { PodRecord } from "../model/pod";
import type { ServicePort, ServiceRecord } from "../model/service";
import { declaredPorts, isNameLacking, isNumberLacking, resolveTargetPort } from "../rules/support/target-ports";
import { assemble, commandLine } from "./documents";
import { sayDrops } from "./local-policy";
import { rememberPerService } from "./remember";
import type { RemedyWriter } from "./remedy";
import { subjectService, whyNotAlone } from "./selected-pods";
import { managerOf, writeService } from "./service-manifest";
import { say, type Saying } from "./words";

type Target = number | string;
type Correction = { readonly after: ServiceRecord; readonly pods: readonly PodRecord[] };

export const correctTargetPort: RemedyWriter = {
  kind: "service",
  variant: null,
  plan(snapshot, context, finding) {
    const service = subjectService(snapshot, finding);
    if (service === null) return fail(null);
    const correction = correctOnce(snapshot, context, service);
    if (!correction.ok) return correction;
    const { after, pods } = correction.value;
    return ok(() => {
      const object = `Service ${service.namespace}/${service.name}`;
      const tool = managerOf(service);
      const changes = service.ports.flatMap(({ targetPort, protocol }, place) => {
        const will = after.ports[place]?.targetPort ?? targetPort;
        return will === targetPort ? [] : [{ place, was: targetPort, will, protocol }];
      });
      const command = (which: "was" | "will"): string =>
        commandLine([
          ...["kubectl", "patch", "service", service.name, "-n", service.namespace, "--type=json", "-p"],
          JSON.stringify(
            changes.map((each) => ({ op: "replace", path: `/spec/ports/${String(each.place)}/targetPort`, value: each[which] })),
          ),
        ]);
      return {
        kind: "service",
        variant: null,
        title: say("target.title"),
        lasting: true,
        gains: changes.map(({ was, will, protocol }) =>
          say("target.gain", { was: String(was), will: `${String(will)}/${protocol}`, count: String(pods.length) }),
        ),
        costs: [
          say("target.meant"),
          ...sayDrops(snapshot, context, service, pods),
          ...(tool === null ? [] : [say("managed.elsewhere", { object, tool })]),
          say("apply.annotations", { object }),
        ],
        steps: [say("step.apply-or", { command: command("will") })],
        wayBack: say("target.back", { command: command("was") }),
        ...assemble([{ before: writeService(service), after: writeService(after) }]),
        endpoints: [],
      };
    });
  },
};

const correctOnce = rememberPerService((snapshot, _context, service): Result<Correction, Saying | null> => {
  const selected = snapshot.lookup.podsBySelector(service.namespace, service.selector).filter((pod) => !isFinished(pod));
  const pods = selected.filter(({ deletedAtMs }) => deletedAtMs === null);
  const lacking = service.ports.filter((port) => isNameLacking(port, pods) || isNumberLacking(port, pods));
  if (lacking.length === 0) return fail(null);
  const targets = new Map<ServicePort, Target>();
  for (const port of lacking) {
    const target = findTarget(port, pods);
    // What another port of the Service means already was not meant here as well.
    const isOthers = service.ports.some((other) => other !== port && (targets.get(other) ?? other.targetPort) === target);
    if (target === null || isOthers) return fail(say("target.none", { was: String(port.targetPort) }));
    targets.set(port, target);
  }
  const after = { ...service, ports: service.ports.map((port) => ({ ...port, targetPort: targets.get(port) ?? port.targetPort })) };
  const reason = whyNotAlone(snapshot, after, selected);
  // Owners that differ are to be told apart, not joined: another remedy does that.
  return reason === null ? ok({ after, pods }) : fail(reason.code === "alone.several" ? null : reason);
});

/** The one port that every pod declares and that can be meant: by what those pods show that have the target, else because they have no other. */
function findTarget(port: ServicePort, pods: readonly PodRecord[]): Target | null {
  const own = pods.map((pod) => declaredPorts(pod).filter(({ protocol }) => protocol === port.protocol));
  const having = own.filter((each) =>
    each.some(({ name, containerPort }) => port.targetPort === name || port.targetPort === containerPort),
  );
  const declaredByAll = (target: Target): boolean => pods.every((pod) => resolves(pod, { ...port, targetPort: target }));
  if (having.length === 0) {
    const [only, another] = own[0] ?? [];
    if (only === undefined || another !== undefined || own.some((each) => each.length !== 1)) return null;
    return [only.name, only.containerPort].find((target) => target !== "" && declaredByAll(target)) ?? null;
  }
  const meant = having.flatMap((each) =>
    each.filter(({ name, containerPort }) => port.targetPort === name || port.targetPort === containerPort),
  );
  const candidates: readonly Target[] = [
    ...new Set(meant.map((each) => (typeof port.targetPort === "string" ? each.containerPort : each.name))),
  ];
  const [target] = candidates;
  return target === undefined || target === "" || candidates.length > 1 || !declaredByAll(target) ? null : target;
}

function resolves(pod: PodRecord, port: ServicePort): boolean {
  const number = resolveTargetPort(pod, port);
  return (
    number !== null && declaredPorts(pod).some(({ containerPort, protocol }) => containerPort === number && protocol === port.protocol)
  );
}
