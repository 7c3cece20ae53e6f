// A Service without the label that makes kube-proxy pass it over.

import { fail, ok } from "../basics/result";
import { headlessLabel, proxyNameLabel } from "../routing/service-rules";
import { claimedPortsOf, distinctPorts } from "../rules/support/claimed-ports";
import { sayPorts } from "../rules/support/words";
import { assemble, patchCommand } from "./documents";
import { sayDrops } from "./local-policy";
import type { RemedyWriter } from "./remedy";
import { isLive, subjectService, whyNotAlone } from "./selected-pods";
import { managerOf, writeService } from "./service-manifest";
import { say } from "./words";

export const serveAgain: RemedyWriter = {
  kind: "service",
  variant: null,
  plan(snapshot, context, finding) {
    const service = subjectService(snapshot, finding);
    if (service === null) return fail(null);
    const pods = snapshot.lookup.podsBySelector(service.namespace, service.selector).filter(isLive);
    const reason = whyNotAlone(snapshot, service, pods);
    if (reason !== null) return fail(reason);
    return ok(() => {
      const marks = Object.entries(service.labels).filter(([key]) => key === proxyNameLabel || key === headlessLabel);
      const labels = Object.fromEntries(Object.entries(service.labels).filter(([key]) => !marks.some(([mark]) => mark === key)));
      const port = sayPorts(distinctPorts(service.ports.flatMap((each) => claimedPortsOf(service, each))));
      const tool = managerOf(service);
      const object = `Service ${service.namespace}/${service.name}`;
      const patch = (metadata: object): string => patchCommand(service, "service", { metadata: { labels: metadata } });
      return {
        kind: "service",
        variant: null,
        title: say("ignored.title"),
        lasting: true,
        gains: [say("ignored.gain", { port })],
        costs: [
          say("ignored.other", { command: patchCommand(service, "service", { spec: { type: "ClusterIP" } }) }),
          ...sayDrops(snapshot, context, service, pods),
          ...(tool === null ? [] : [say("managed.elsewhere", { object, tool })]),
          say("apply.annotations", { object }),
        ],
        steps: [say("step.patch-or", { command: patch(Object.fromEntries(marks.map(([key]) => [key, null]))) })],
        wayBack: say("ignored.back", { command: patch(Object.fromEntries(marks)) }),
        ...assemble([{ before: writeService(service), after: writeService({ ...service, labels }) }]),
        endpoints: [],
      };
    });
  },
};
