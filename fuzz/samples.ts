// Small true inputs, from which others are made by changing them.

import type { ApiObject } from "@/lib/sources/demo/api-object";
import { buildStory } from "@/lib/sources/demo/story/story";

const story = buildStory();
const names = new Set(["clearml-session-1", "gpu-01", "gpu-02", "clearml-id-a", "clearml-id-b", "kube-proxy", "api", "ssh"]);

/** A handful of objects of every kind that belong together. */
export const objects: readonly ApiObject[] = [
  ...story.filter(({ metadata: { name } }) => names.has(name) || name.startsWith("clearml-session-1-")),
  ...["Service", "Pod", "EndpointSlice", "Deployment", "DaemonSet", "Event", "ConfigMap"].flatMap((kind) =>
    story.filter((each) => each.kind === kind && !names.has(each.metadata.name)).slice(0, 2),
  ),
  {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { namespace: "a", name: "old" },
    subsets: [{ addresses: [{ ip: "10.0.0.9", nodeName: "gpu-01" }], ports: [{ name: "x", port: 80 }] }],
  },
];

export const listText = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
