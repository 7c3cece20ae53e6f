// Who stands behind a pod, as findings.md words it: the top controller that the pod itself shows. Display groups (ClearML agent, Helm release)
// are told apart from owners: they never decide whether two owners are one.

import type { ObjectRef } from "../model/meta";
import type { Group, Owner } from "../model/owner";
import type { PodRecord } from "../model/pod";

/**
 * The owner of a pod.
 *
 * Returns: the top workload that can be told from the pod alone: ReplicaSet + pod-template-hash → Deployment (with rollouts-pod-template-hash: Rollout),
 * Job named `<name>-<8 to 10 digits>` → CronJob, ReplicationController with label deploymentconfig → DeploymentConfig, GameServer with a fleet label → Fleet,
 * VirtualMachineInstance → VirtualMachine, a set of pods that an operator keeps beside others for one resource → that resource, a static pod → StaticPod
 * without the node's name, any other controller as it is; a bare pod owns itself.
 * Errors:  never throws.
 * Source:  metadata.ownerReferences[controller=true], labels of the controllers named.
 */
export function resolveOwner(pod: Pick<PodRecord, "namespace" | "name" | "labels" | "controller" | "staticPod" | "nodeName">): Owner {
  const named = (kind: string, name: string): ObjectRef => ({ kind, namespace: pod.namespace, name });
  if (pod.staticPod) return named("StaticPod", stripSuffix(pod.name, pod.nodeName === null ? "" : `-${pod.nodeName}`));
  const { controller, labels } = pod;
  if (controller === null) return named("Pod", pod.name);
  switch (controller.kind) {
    case "ReplicaSet": {
      const rollout = labels["rollouts-pod-template-hash"];
      if (rollout !== undefined) return named("Rollout", stripSuffix(controller.name, `-${rollout}`));
      const hash = labels["pod-template-hash"];
      const name = hash === undefined ? controller.name : stripSuffix(controller.name, `-${hash}`);
      return name === controller.name ? named("ReplicaSet", controller.name) : named("Deployment", name);
    }
    case "Job": {
      const cron = /^(.+)-\d{8,10}$/.exec(controller.name);
      return cron?.[1] === undefined ? named("Job", controller.name) : named("CronJob", cron[1]);
    }
    case "ReplicationController":
      return labels["deploymentconfig"] === undefined
        ? named("ReplicationController", controller.name)
        : named("DeploymentConfig", labels["deploymentconfig"]);
    case "GameServer":
      return labels["agones.dev/fleet"] === undefined ? named("GameServer", controller.name) : named("Fleet", labels["agones.dev/fleet"]);
    case "VirtualMachineInstance":
      return named("VirtualMachine", labels["vm.kubevirt.io/name"] ?? controller.name);
    // A mirror pod of the kubelet: its controller is the node itself.
    case "Node":
      return named("StaticPod", stripSuffix(pod.name, `-${controller.name}`));
    case "StatefulSet":
    case "StrimziPodSet": {
      const part = operated.find(({ name }) => labels[name] !== undefined);
      const kind = part === undefined ? controller.kind : (labels[part.kindFrom] ?? part.kind);
      return named(kind, part === undefined ? controller.name : (labels[part.name] ?? controller.name));
    }
    default:
      return named(controller.kind, controller.name);
  }
}

/**
 * Operators that run several sets of pods for one resource, whose Services lead to all of them on purpose, and the labels that name it and its kind:
 * node pools of a Kafka, node sets of an Elasticsearch, a StatefulSet for each replica, rack, pool or instance.
 */
const operated = [
  { name: "strimzi.io/cluster", kind: "Kafka", kindFrom: "strimzi.io/kind" },
  { name: "elasticsearch.k8s.elastic.co/cluster-name", kind: "Elasticsearch", kindFrom: "" },
  { name: "clickhouse.altinity.com/chi", kind: "ClickHouseInstallation", kindFrom: "" },
  { name: "v1.min.io/tenant", kind: "Tenant", kindFrom: "" },
  { name: "cassandra.datastax.com/datacenter", kind: "CassandraDatacenter", kindFrom: "" },
  { name: "scylla/cluster", kind: "ScyllaCluster", kindFrom: "" },
  { name: "postgres-operator.crunchydata.com/cluster", kind: "PostgresCluster", kindFrom: "" },
] as const;

/** The group that tells owners apart for people: ClearML's agent label, else the Helm instance; null where the pod shows neither. */
export function resolveGroup(pod: Pick<PodRecord, "labels">): Group | null {
  const agent = pod.labels["CLEARML"];
  if (agent !== undefined && agent !== "") return { kind: "clearmlAgent", name: agent };
  const release = pod.labels["app.kubernetes.io/instance"];
  return release === undefined || release === "" ? null : { kind: "helmRelease", name: release };
}

function stripSuffix(text: string, suffix: string): string {
  return suffix !== "" && text.endsWith(suffix) && text.length > suffix.length ? text.slice(0, -suffix.length) : text;
}
