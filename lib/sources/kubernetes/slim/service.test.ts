import { expect, test } from "vitest";
import { slimService } from "./service";

const applied = (ports: readonly object[]) => ({
  "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ kind: "Service", spec: { ports } }),
});
const fields = (manager: string, spec: object, rest: object = {}) => ({
  manager,
  operation: "Update",
  ...rest,
  fieldsV1: { "f:spec": spec },
});
const nodePort80 = { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:nodePort": {}, "f:port": {} } } };
const port80 = { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:port": {} } } };

test.for<readonly [string, object, readonly number[] | null]>([
  ["neither annotation nor managed fields: unknown", {}, null],
  ["the applied manifest has the number", { annotations: applied([{ port: 80, nodePort: 30_474 }]) }, [30_474]],
  ["the applied manifest left it open", { annotations: applied([{ port: 80 }]) }, []],
  [
    "the applied manifest left it open, and somebody patched it in",
    { annotations: applied([{ port: 80 }]), managedFields: [fields("kubectl-edit", nodePort80)] },
    [30_474],
  ],
  ["helm set it", { managedFields: [fields("helm", nodePort80)] }, [30_474]],
  ["helm left it open: the allocator is nobody's field", { managedFields: [fields("helm", port80)] }, []],
  ["a cloud controller copied the whole object", { managedFields: [fields("cloud-controller-manager", nodePort80)] }, []],
  ["what was there before tracking began tells nothing", { managedFields: [fields("before-first-apply", nodePort80)] }, []],
  ["a status writer tells nothing", { managedFields: [fields("x", nodePort80, { subresource: "status" })] }, []],
  [
    "another protocol's entry",
    { managedFields: [fields("helm", { "f:ports": { 'k:{"port":80,"protocol":"UDP"}': { "f:nodePort": {} } } })] },
    [30_475],
  ],
  ["the health check's number", { managedFields: [fields("helm", { "f:healthCheckNodePort": {} })] }, [31_544]],
  [
    "an annotation that is no JSON: managed fields tell",
    { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{" }, managedFields: [fields("helm", nodePort80)] },
    [30_474],
  ],
])("pinned nodePorts: %s", ([, metadata, expected]) => {
  const service = slimService(
    {
      metadata: { namespace: "default", name: "web", ...metadata },
      spec: {
        type: "LoadBalancer",
        clusterIP: "10.96.0.1",
        healthCheckNodePort: 31_544,
        ports: [
          { port: 80, nodePort: 30_474 },
          { port: 80, nodePort: 30_475, protocol: "UDP" },
        ],
      },
    },
    () => undefined,
  );
  expect(service?.pinnedNodePorts).toEqual(expected);
});
