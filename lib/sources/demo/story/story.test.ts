import { describe, expect, it } from "vitest";
import type { ApiObject } from "../api-object";
import { keyOf } from "../api-object";
import { nodeSpecs } from "./cluster";
import { podsOf } from "./slices";
import { buildStory } from "./story";

const story = buildStory();
const ofKind = (kind: string): readonly ApiObject[] => story.filter((object) => object.kind === kind);
const pods = ofKind("Pod");

describe("the objects of the demo", () => {
  it("are the same in every run, each named once", () => {
    expect(buildStory()).toEqual(story);
    expect(new Set(story.map(keyOf)).size).toBe(story.length);
    const uids = story.flatMap(({ metadata }) => (metadata["uid"] === undefined ? [] : [metadata["uid"]]));
    expect(new Set(uids).size).toBe(uids.length);
  });

  it("are twelve nodes in their pools, about eighty pods in twelve namespaces", () => {
    expect(nodeSpecs.map(({ name, pool }) => `${name} ${pool}`)).toEqual([
      "gpu-01 h200",
      "gpu-02 a100",
      "gpu-03 h200",
      "gpu-04 h200",
      "gpu-05 h200",
      "gpu-06 a100",
      "gpu-07 a100",
      "gpu-08 a100",
      "gpu-09 l40s",
      "gpu-10 l40s",
      "cpu-11 cpu",
      "cpu-12 cpu",
    ]);
    expect(ofKind("Node").map((node) => JSON.stringify(node["status"]).includes("10.190.1."))).not.toContain(false);
    expect(pods.length).toBeGreaterThanOrEqual(75);
    expect(pods.length).toBeLessThanOrEqual(95);
    const namespaces = ofKind("Namespace").map(({ metadata }) => metadata.name);
    expect(namespaces).toHaveLength(12);
    expect(namespaces.filter((name) => !pods.some(({ metadata }) => metadata.namespace === name))).toEqual([]);
  });

  it("have no two pods on one address, but for those on the host's network", () => {
    const ips = pods.flatMap((pod) =>
      (pod["spec"] as { readonly hostNetwork?: boolean }).hostNetwork === true ? [] : [(pod["status"] as { readonly podIP: string }).podIP],
    );
    expect(new Set(ips).size).toBe(ips.length);
  });

  it("have slices that agree with what the selectors take", () => {
    for (const service of ofKind("Service")) {
      const slices = ofKind("EndpointSlice").filter(
        ({ metadata }) =>
          metadata.namespace === service.metadata.namespace &&
          (metadata["labels"] as Readonly<Record<string, string>>)["kubernetes.io/service-name"] === service.metadata.name,
      );
      expect(slices).toHaveLength(1);
      const endpoints = (slices[0]?.["endpoints"] ?? []) as readonly {
        readonly addresses: readonly string[];
        readonly conditions: { readonly ready: boolean };
        readonly nodeName: string;
      }[];
      const expected = podsOf(service, pods).map((pod) => {
        const { podIP, conditions } = pod["status"] as {
          readonly podIP: string;
          readonly conditions: readonly { readonly type: string; readonly status: string }[];
        };
        return [
          podIP,
          (pod["spec"] as { readonly nodeName: string }).nodeName,
          conditions.some(({ type, status }) => type === "Ready" && status === "True"),
        ];
      });
      expect(endpoints.map(({ addresses, nodeName, conditions }) => [addresses[0], nodeName, conditions.ready])).toEqual(expected);
    }
  });

  it("tell the incident: two agents' sessions with one serial, the second ready at 14:02", () => {
    const sessions = pods.filter(
      ({ metadata }) => (metadata["labels"] as Readonly<Record<string, string>>)["ai.allegro.agent.serial"] === "pod-1",
    );
    expect(sessions.map((pod) => [pod.metadata.name, (pod["spec"] as { readonly nodeName: string }).nodeName])).toEqual([
      ["clearml-id-a", "gpu-01"],
      ["clearml-id-b", "gpu-02"],
    ]);
    expect(JSON.stringify(sessions[1]?.["status"])).toContain('"type":"Ready","status":"True","lastTransitionTime":"2026-05-12T14:02:00Z"');
  });
});
