// The HTTP API as OpenAPI 3.1, generated from the schemas that the answers are made of.

import { z } from "zod";
// The schemas register themselves under their names as they are loaded.
import "./check-schemas";
import "./range-schemas";
import "./remedy-schemas";
import "./schemas";

type Parameter = readonly [name: string, description: string, required?: boolean];

const cluster: Parameter = ["cluster", "a cluster's name; absent: the default one"];
const clusters: Parameter = ["cluster", "a cluster's name; absent: the default one; *: all"];
const filter: Parameter = ["filter", "filter grammar: port:30000-30100 ns:clearml kind:hostPort !acked"];
const from: Parameter = ["from", "client position: outside, outside=IP, node/NAME or pod/NAMESPACE/NAME"];

const paths: Readonly<Record<string, { readonly summary: string; readonly parameters: readonly Parameter[]; readonly answer: object }>> = {
  "/api/v1/clusters": {
    summary: "Clusters that this server reads",
    parameters: [],
    answer: { type: "object", properties: { clusters: { type: "array", items: ref("Cluster") } }, required: ["clusters"] },
  },
  "/api/v1/allocations": {
    summary: "The allocation table",
    parameters: [
      clusters,
      ["format", "json or csv"],
      filter,
      ["sort", "a column of the CSV, - before it: descending"],
      ["columns", "columns of the CSV, separated by commas"],
    ],
    answer: answerOf(ref("AllocationList")),
  },
  "/api/v1/map": {
    summary: "The node and port map",
    parameters: [cluster, from, ["ports", "port ranges: 30000-30100,31000"]],
    answer: answerOf(ref("Map")),
  },
  "/api/v1/findings": {
    summary: "Findings by root cause",
    parameters: [clusters, ["rule", "a rule's id"], filter],
    answer: answerOf(ref("Evaluation")),
  },
  "/api/v1/trace": {
    summary: "Where one address and port leads, and why",
    parameters: [
      cluster,
      ["address", "IPv4 or IPv6 address", true],
      ["port", "1 to 65535", true],
      ["protocol", "TCP, UDP or SCTP; absent: TCP"],
      from,
      ["node", "the node that receives the packet, for an address that is not one node's"],
      ["whyNot", "NAMESPACE/POD: explain why this pod does not answer"],
    ],
    answer: answerOf(ref("Route")),
  },
  "/api/v1/free": {
    summary: "The next free port or block of ports, and why that one",
    parameters: [
      cluster,
      ["kind", "nodePort or hostPort; absent: nodePort"],
      ["count", "so many numbers in a row; absent: 1"],
      ["align", "the first is a multiple of this away from the band's first port, else from the largest family's"],
      ["band", "a band of the policy; absent: where no band is"],
      ["node", "look at host ports of this node only"],
    ],
    answer: answerOf(ref("Free")),
  },
  "/api/v1/ranges": {
    summary: "Bands, reservations, numbers in use and host ports by node pool",
    parameters: [cluster, ["block", "length of the blocks that bands are asked for, 1 to 1024; absent: 16"]],
    answer: answerOf(ref("Ranges")),
  },
  "/api/v1/remedies": {
    summary:
      "What makes a finding go away, as YAML with what it gains and costs; of kind policy also what guards the policy file's bands and reservations",
    parameters: [
      cluster,
      ["fingerprint", "of the finding; its beginning will do where no other begins so; absent only with kind=policy"],
      ["kind", "service, hostPort, daemonSet, local, layered or policy; absent: all that there are"],
    ],
    answer: answerOf(ref("RemedyList")),
  },
  "/api/v1/search": {
    summary: "What the search field understands, best first",
    parameters: [clusters, ["q", "what was typed", true], ["limit", "1 to 200; absent: 20"]],
    answer: answerOf({ type: "object", properties: { results: { type: "array", items: ref("SearchResult") } }, required: ["results"] }),
  },
};

/** The document that /api/v1/openapi.json serves. */
export function buildOpenApi(): object {
  const problem = { description: "Problem details (RFC 9457)", content: { "application/problem+json": { schema: ref("Problem") } } };
  return {
    openapi: "3.1.0",
    info: {
      title: "Portolan",
      version: "1",
      description: "What every port on a cluster's nodes does. Every answer is read only.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths: {
      ...Object.fromEntries(
        Object.entries(paths).map(([path, { summary, parameters, answer }]) => [
          path,
          {
            get: {
              summary,
              parameters: parameters.map(([name, description, required = false]) => ({
                name,
                in: "query",
                description,
                required,
                schema: { type: "string" },
              })),
              responses: { "200": { description: "OK", content: { "application/json": { schema: answer } } }, default: problem },
            },
          },
        ]),
      ),
      "/api/v1/check": {
        post: {
          summary: "What a manifest would break, before it is applied; nothing is changed",
          parameters: [
            cluster,
            ["failOn", "critical, warning or info: from which severity on an introduced finding is a problem; absent: critical"],
            ["namespace", "the namespace of objects that name none; absent: default"],
            ["file", "the name of the manifest in positions"],
          ].map(([name, description]) => ({ name, in: "query", description, required: false, schema: { type: "string" } })),
          requestBody: {
            required: true,
            description: "YAML or JSON, one or several documents or a List, 5 MiB at most",
            content: { "application/yaml": { schema: { type: "string" } }, "application/json": { schema: {} } },
          },
          responses: {
            "200": { description: "OK", content: { "application/json": { schema: answerOf(ref("Check")) } } },
            default: problem,
          },
        },
      },
      "/api/v1/snapshots": {
        post: {
          summary:
            "Looks at a file as a snapshot beside the clusters of this server; it is kept in memory until it is removed or the server ends",
          parameters: [
            {
              name: "name",
              in: "query",
              description: "the file's name, which names the cluster",
              required: true,
              schema: { type: "string" },
            },
          ],
          requestBody: {
            required: true,
            description: "any file that --snapshot reads, 512 MiB at most",
            content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
          },
          responses: {
            "200": {
              description: "OK",
              content: {
                "application/json": { schema: { type: "object", properties: { cluster: ref("Cluster") }, required: ["cluster"] } },
              },
            },
            default: problem,
          },
        },
        delete: {
          summary: "Removes a snapshot that was sent before",
          parameters: [{ name: "cluster", in: "query", description: "its name", required: true, schema: { type: "string" } }],
          responses: {
            "200": {
              description: "OK",
              content: {
                "application/json": { schema: { type: "object", properties: { removed: { type: "string" } }, required: ["removed"] } },
              },
            },
            default: problem,
          },
        },
      },
      "/api/v1/events": {
        get: {
          summary: "Live updates of one cluster as server-sent events: snapshot, delta, status, and a heartbeat every 5 s",
          parameters: [{ name: "cluster", in: "query", description: cluster[1], required: false, schema: { type: "string" } }],
          responses: { "200": { description: "OK", content: { "text/event-stream": { schema: { type: "string" } } } }, default: problem },
        },
      },
    },
    components: { schemas: componentSchemas() },
  };
}

/** `$id` and `$schema` would make each schema a document of its own, in which the references lead nowhere. */
function componentSchemas(): object {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { target: "draft-2020-12", uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([name, { $id: _id, $schema: _schema, ...schema }]) => [name, schema]));
}

function ref(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

/** Every answer carries the envelope's keys beside those of its shape. */
function answerOf(shape: object): object {
  return { allOf: [ref("Envelope"), shape] };
}
