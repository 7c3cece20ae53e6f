// A rolling update that frees the host port before the new pod wants it.

import { fail, ok } from "../basics/result";
import { formatObjectRef } from "../model/meta";
import type { WorkloadRecord } from "../model/workload";
import { assemble, commandLine, patchCommand } from "./documents";
import type { RemedyWriter } from "./remedy";
import { say } from "./words";
import { writeYaml, type YamlValue } from "./write-yaml";

export const letRolloutPass: RemedyWriter = {
  kind: "hostPort",
  variant: null,
  plan(snapshot, _context, { subjects }) {
    const workload = subjects
      .flatMap(({ kind, namespace, name }) => {
        const records = kind === "Deployment" ? snapshot.deployments : kind === "DaemonSet" ? snapshot.daemonsets : undefined;
        return records?.get(`${namespace}/${name}`) ?? [];
      })
      .find(({ strategy }) => strategy.type === "RollingUpdate");
    if (workload === undefined) return fail(null);
    return ok(() => ({
      kind: "hostPort",
      variant: null,
      title: say("rollout.title"),
      lasting: true,
      gains: [say("rollout.gain", { workload: formatObjectRef(workload) })],
      costs: [say("rollout.cost")],
      steps: [say("step.patch-file", { command: patchFile(workload) })],
      wayBack: say("rollout.back", { command: undoRolling(workload) }),
      ...assemble([{ before: null, after: writeYaml(rollingPatch(workload)) }]),
      endpoints: [],
    }));
  },
};

/** `kubectl patch` with the document as it is: a strategic merge, in which lists are joined by their keys. */
export function patchFile({ kind, namespace, name }: Pick<WorkloadRecord, "namespace" | "name"> & { readonly kind: string }): string {
  return commandLine(["kubectl", "patch", kind.toLowerCase(), name, "-n", namespace, "--patch-file", "FILE"]);
}

function undoRolling({ kind, namespace, name, strategy: { maxUnavailable, maxSurge } }: WorkloadRecord): string {
  const rolling = { rollingUpdate: { maxUnavailable, maxSurge } };
  return patchCommand({ namespace, name }, kind.toLowerCase(), {
    spec: kind === "DaemonSet" ? { updateStrategy: rolling } : { strategy: rolling },
  });
}

function rollingPatch({ kind, namespace, name }: WorkloadRecord): YamlValue {
  const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } };
  const spec: YamlValue = kind === "DaemonSet" ? { updateStrategy: rolling } : { strategy: rolling };
  return { apiVersion: "apps/v1", kind, metadata: { name, namespace }, spec };
}
