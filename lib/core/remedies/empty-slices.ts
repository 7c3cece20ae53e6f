// Slices that nobody keeps and that lead to no selected pod, emptied. What a controller writes it would write again.

import { fail, ok } from "../basics/result";
import { sliceManagerLabel } from "../inventory/custom-slices";
import { findPortEndpoints } from "../inventory/usable-endpoints";
import type { EndpointSliceRecord } from "../model/endpoint-slice";
import { compareSlices } from "../rules/support/slice-differences";
import { assemble, commandLine, listNames } from "./documents";
import type { RemedyWriter } from "./remedy";
import { subjectService } from "./selected-pods";
import { say } from "./words";
import { writeYaml, type YamlValue } from "./write-yaml";

export const emptySlices: RemedyWriter = {
  kind: "service",
  variant: null,
  plan(snapshot, _context, finding) {
    const service = subjectService(snapshot, finding);
    const difference = service === null ? null : compareSlices(snapshot, service);
    if (service === null || difference === null) return fail(null);
    const { absent, strange, custom } = difference;
    if (absent.length > 0 || !custom) return fail(say("slices.controller"));
    const slices = [...new Set(strange.map(({ slice }) => slice))];
    const gone = new Set(strange.map(({ address }) => address));
    const addresses = listNames([...gone].sort());
    if (slices.some(({ endpoints }) => endpoints.some(({ address }) => !gone.has(address))))
      return fail(say("slices.partly", { addresses }));
    if (
      service.ports.some((port) => !findPortEndpoints(snapshot, service, port).some(({ usable, address }) => usable && !gone.has(address)))
    )
      return fail(say("slices.only", { addresses }));
    return ok(() => {
      const names = slices.map(({ name }) => name).sort();
      const save = commandLine(["kubectl", "get", "endpointslice", "-n", service.namespace, ...names, "-o", "yaml"]);
      const writers = [...new Set(slices.flatMap(({ labels }) => labels[sliceManagerLabel] ?? []))].sort();
      return {
        kind: "service",
        variant: null,
        title: say("slices.title"),
        lasting: true,
        gains: [say("slices.gain", { service: `${service.namespace}/${service.name}`, addresses })],
        costs: [
          say("slices.meant", { addresses }),
          say("flows.stay"),
          ...writers.map((tool) => say("managed.elsewhere", { object: `EndpointSlice ${listNames(names)}`, tool })),
        ],
        steps: [
          say("slices.save", { command: `${save} > slices.yaml` }),
          say("step.apply"),
          say("slices.delete", { command: commandLine(["kubectl", "delete", "endpointslice", "-n", service.namespace, ...names]) }),
        ],
        wayBack: say("slices.back"),
        ...assemble(slices.map((slice) => ({ before: writeSlice(slice), after: writeSlice({ ...slice, endpoints: [] }) }))),
        endpoints: [],
      };
    });
  },
};

function writeSlice({ namespace, name, labels, addressType, ports, endpoints }: EndpointSliceRecord): string {
  return writeYaml({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace, labels },
    addressType,
    ports: ports.map(({ name: port, port: number, protocol }): YamlValue => ({
      ...(port === null ? {} : { name: port }),
      ...(number === null ? {} : { port: number }),
      protocol,
    })),
    endpoints: endpoints.map(({ address }) => ({ addresses: [address] })),
  });
}
