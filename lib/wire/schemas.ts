// The public shapes of contract.md as zod schemas: what the browser, the HTTP API, the command line and scripts get.
// Everything may be added to; nothing changes its meaning. Core's values become these in encode-*.ts.

import { z } from "zod";

const protocol = z.enum(["TCP", "UDP", "SCTP"]);
const time = z.string().meta({ description: "RFC 3339, UTC", format: "date-time" });
export const resourceKindSchema = z.enum([
  "nodes",
  "pods",
  "services",
  "endpointslices",
  "events",
  "deployments",
  "daemonsets",
  "configmaps",
]);
const severity = z.enum(["critical", "warning", "info"]);
const claimKind = z.enum(["nodePort", "healthCheckNodePort", "hostPort", "hostNetwork", "externalIP", "loadBalancerIP", "reservation"]);
const objectRef = z.object({ kind: z.string(), namespace: z.string(), name: z.string() });
const group = z.object({ kind: z.enum(["clearmlAgent", "helmRelease"]), name: z.string() });
const probability = z.number().min(0).max(1).nullable();
const namespaces = z.union([z.literal("all"), z.array(z.string())]);

export const allocationSchema = z
  .object({
    id: z.string().meta({ description: "kind/namespace/holder kind/holder name/port/protocol" }),
    cluster: z.string(),
    port: z.number().int(),
    protocol: z.enum(["TCP", "UDP", "SCTP", "any"]),
    kind: claimKind,
    namespace: z.string(),
    holder: z.object({ kind: z.string(), name: z.string() }),
    owners: z.array(objectRef),
    groups: z.array(group),
    selector: z.record(z.string(), z.string()).nullable(),
    nodes: z.union([z.literal("all"), z.array(z.string())]),
    addresses: z.array(z.string()),
    externalTrafficPolicy: z.enum(["Cluster", "Local"]).nullable(),
    backends: z.object({ ready: z.number().int().nullable(), total: z.number().int().nullable() }).nullable(),
    band: z.string().nullable(),
    findings: z.array(z.string()),
    createdAt: time.nullable(),
    note: z.string().nullable(),
    unknown: z.array(resourceKindSchema),
  })
  .meta({ id: "Allocation" });

export const clientPositionSchema = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("outside"), address: z.string().optional() }),
    z.object({ kind: z.literal("node"), name: z.string() }),
    z.object({ kind: z.literal("pod"), namespace: z.string(), name: z.string() }),
  ])
  .meta({ id: "ClientPosition" });

export const routeQuerySchema = z
  .object({ address: z.string(), port: z.number().int(), protocol, from: clientPositionSchema, node: z.string().optional() })
  .meta({ id: "RouteQuery" });

const outcome = z.enum(["delivered", "rejected", "dropped", "listener", "healthCheck", "closed", "elsewhere", "contested", "unknown"]);

const routeReason = z.enum([
  "no-endpoints",
  "no-local-endpoints",
  "source-range",
  "loopback",
  "reply-path-broken",
  "unclaimed",
  "ignored-by-proxy",
  "no-service-proxy",
  "address-not-accepted",
  "host-port-not-mapped",
  "family-not-served",
  "same-tuple",
  "chain-order",
  "host-port-order",
  "verdict-order",
  "duplicate-endpoints",
  "not-synced",
  "forbidden",
  "not-collected",
  "client-address",
  "no-address-of-family",
  "client-loopback",
  "nodes-differ",
  "proxy-mode",
  "proxy-unsupported",
]);

const sourceSeen = z.enum(["preserved", "masqueraded"]);

const routeStep = z.object({
  code: z.string(),
  title: z.string(),
  verdict: z.string(),
  object: z.string().nullable(),
  field: z.string().nullable(),
  value: z.string().nullable(),
  facts: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .meta({ description: "what the verdict says, to be said in another language" }),
});

export const backendSchema = z
  .object({
    address: z.string(),
    port: z.number().int(),
    probability,
    pod: z.object({ namespace: z.string(), name: z.string() }).nullable(),
    node: z.string().nullable(),
    owner: objectRef.nullable(),
    group: group.nullable(),
    ready: z.boolean(),
    readySince: z.string().nullable(),
    terminating: z.boolean(),
    replyPathBroken: z.boolean(),
    offCluster: z.boolean(),
    source: sourceSeen,
  })
  .meta({ id: "Backend" });

export const assumptionSchema = z.object({ what: z.string(), value: z.string(), from: z.string() }).meta({ id: "Assumption" });

export const routeSchema = z
  .object({
    query: routeQuerySchema,
    outcome,
    reason: routeReason.nullable(),
    sentence: z.string(),
    claim: z.object({ kind: z.string(), namespace: z.string(), name: z.string(), port: z.number().int() }).nullable(),
    node: z.string().nullable(),
    backends: z.array(backendSchema),
    source: sourceSeen.nullable(),
    affinitySeconds: z.number().nullable(),
    healthCheck: z.object({ status: z.number().int(), localEndpoints: z.number().int() }).nullable(),
    get alternatives() {
      return z.array(routeSchema);
    },
    assumptions: z.array(assumptionSchema),
    steps: z.array(routeStep),
    missing: z.array(z.object({ kind: resourceKindSchema, namespaces })),
    findings: z.array(z.string()),
    whyNot: z.object({ pod: z.object({ namespace: z.string(), name: z.string() }), steps: z.array(routeStep) }).nullable(),
  })
  .meta({ id: "Route" });

export const cellSchema = z
  .object({
    outcome,
    reason: routeReason.nullable(),
    claim: claimKind.nullable(),
    local: z.number().int(),
    ready: z.number().int(),
    owners: z.array(objectRef.extend({ group: group.nullable(), probability, here: z.boolean() })),
    differs: z.array(z.string()),
    findings: z.array(z.string()),
  })
  .meta({ id: "Cell" });

export const portMapSchema = z
  .object({
    from: clientPositionSchema,
    nodes: z.array(
      z.object({
        name: z.string(),
        addresses: z.array(z.string()),
        pool: z.string().nullable(),
        zone: z.string().nullable(),
        ready: z.boolean(),
        unschedulable: z.boolean(),
        proxy: z.string(),
      }),
    ),
    cells: z.array(cellSchema),
    columns: z.array(
      z.object({
        port: z.number().int(),
        protocol,
        claims: z.array(z.object({ kind: claimKind, namespace: z.string(), holder: z.string() })),
        band: z.string().nullable(),
        findings: z.array(z.string()),
        cell: z.number().int(),
        exceptions: z.array(z.tuple([z.number().int(), z.number().int()])),
      }),
    ),
  })
  .meta({ id: "Map" });

export const findingSchema = z
  .object({
    fingerprint: z.string(),
    cluster: z.string(),
    rule: z.string(),
    severity,
    title: z.string(),
    summary: z.string(),
    subjects: z.array(objectRef),
    groups: z.array(group),
    ports: z.array(z.object({ port: z.number().int(), protocol })),
    nodes: z.array(z.string()),
    evidence: z.record(z.string(), z.unknown()),
    symptoms: z.array(z.string()),
    remedies: z.array(z.string()),
    acknowledged: z.object({ reason: z.string(), by: z.string(), until: z.string() }).nullable(),
    since: time.nullable(),
    sinceFrom: z
      .enum(["objects", "process"])
      .nullable()
      .meta({ description: "who tells `since`: the objects' own times, or this process, which first saw the finding then" }),
  })
  .meta({ id: "Finding" });

const facts = { code: z.string(), values: z.record(z.string(), z.string()) };
const oddFact = z.object(facts).meta({ description: "what the message is made of" });
export const warningSchema = z.object({ object: z.string(), message: z.string(), fact: oddFact.optional() }).meta({ id: "Warning" });

const mistakeFact = z
  .object({ ...facts, path: z.string().optional() })
  .meta({ description: "what the message is made of: the field that it is about, a code and values" });
/** Why a source cannot be read, apart from its words. */
const troubleSchema = z.object({ kind: z.string(), where: z.string() }).meta({ description: "what kind of trouble it is, and where" });

/** A mistake in a text that people write. Core holds it in the same shape. */
export const mistakeSchema = z
  .object({
    file: z.string(),
    line: z.number().int(),
    column: z.number().int(),
    message: z.string(),
    fact: mistakeFact,
  })
  .meta({ id: "Mistake" });

export const evaluationSchema = z
  .object({
    findings: z.array(findingSchema),
    notEvaluated: z.array(
      z.object({ rule: z.string(), missing: z.array(resourceKindSchema), settings: z.array(z.string()).optional(), namespaces }),
    ),
    warnings: z.array(warningSchema),
  })
  .meta({ id: "Evaluation" });

export const kindStatusSchema = z
  .object({
    state: z.enum(["syncing", "live", "stale", "forbidden", "notCollected", "snapshot"]),
    since: time.nullable(),
    count: z.number().int(),
    expected: z.number().int().nullable(),
    forbiddenNamespaces: z.array(z.string()),
    message: z.string().nullable(),
    retryAt: time.nullable(),
  })
  .meta({ id: "KindStatus" });

export const stalenessSchema = z.partialRecord(resourceKindSchema, kindStatusSchema).meta({ id: "Staleness" });

export const unknownSchema = z
  .object({ kind: resourceKindSchema, namespaces, state: kindStatusSchema.shape.state, message: z.string().nullable() })
  .meta({ id: "Unknown" });

const findingCounts = z.object({
  critical: z.number().int(),
  warning: z.number().int(),
  info: z.number().int(),
  acknowledged: z.number().int(),
});

export const recognitionSchema = z
  .object({
    format: z.string().meta({ description: "what the files were recognised as" }),
    kubernetes: z.string().nullable().meta({ description: "major and minor version" }),
    counts: z.object({ nodes: z.number().int(), pods: z.number().int(), services: z.number().int() }),
    missing: z.array(resourceKindSchema).meta({ description: "kinds that were not collected and that something needs" }),
    partly: z.array(resourceKindSchema).meta({ description: "kinds that were collected, but not everywhere or not whole" }),
    rulesNotEvaluated: z.number().int(),
  })
  .meta({ id: "Recognition" });

export const clusterSchema = z
  .object({
    name: z.string(),
    default: z.boolean(),
    source: z.enum(["kubeconfig", "inCluster", "snapshot", "demo"]),
    recognised: recognitionSchema.nullable().meta({ description: "of a snapshot: what it was recognised as" }),
    removable: z
      .boolean()
      .meta({ description: "a snapshot that somebody brought through the page; DELETE /api/v1/snapshots takes it away" }),
    state: z.enum(["syncing", "ready", "unreachable"]),
    message: z.string().nullable(),
    trouble: troubleSchema.nullable(),
    version: z.string().nullable(),
    proxyModes: z.array(z.string()),
    assumptions: z.array(assumptionSchema),
    policy: z.string().nullable(),
    policyError: z.string().nullable().meta({ description: "why the newest text of the policy file is not in force" }),
    policyMistakes: z.array(mistakeSchema).meta({ description: "what policyError is made of" }),
    counts: z.partialRecord(resourceKindSchema, z.number().int()),
    staleness: stalenessSchema,
    findings: findingCounts,
    bands: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(["nodePort", "hostPort"]),
        first: z.number().int(),
        last: z.number().int(),
        owner: z.string().nullable(),
      }),
    ),
    nodePortRange: z.object({ first: z.number().int(), last: z.number().int() }),
  })
  .meta({ id: "Cluster" });

/** Keys that every HTTP answer carries beside its shape; the command line leaves them out. */
export const envelopeSchema = z
  .object({
    cluster: z.string(),
    /** Of the process that answered: revisions of two processes cannot be compared. */
    epoch: z.string().optional(),
    revision: z.number().int(),
    asOf: time.nullable(),
    staleness: stalenessSchema,
  })
  .meta({ id: "Envelope" });

export const allocationListSchema = z
  .object({ allocations: z.array(allocationSchema), warnings: z.array(warningSchema), unknown: z.array(unknownSchema) })
  .meta({ id: "AllocationList" });

const searchFacts = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("route"), route: routeSchema }),
  z.object({ kind: z.literal("finding"), finding: findingSchema }),
  z.object({ kind: z.literal("pod"), node: z.string().nullable(), phase: z.string(), ready: z.boolean() }),
  z.object({ kind: z.literal("allocations"), count: z.number().int() }),
  z.object({ kind: z.literal("noPort") }),
]);

export const searchResultSchema = z
  .object({
    type: z.enum(["route", "service", "pod", "node", "namespace", "finding"]),
    label: z.string(),
    detail: z.string(),
    outcome: outcome.nullable(),
    severity: severity.nullable(),
    href: z.string(),
    facts: searchFacts.nullable().meta({ description: "what the English is made of; null: names and numbers only" }),
  })
  .meta({ id: "SearchResult" });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    field: z.string().optional(),
    fact: mistakeFact.optional(),
    trouble: troubleSchema.optional(),
  })
  .meta({ id: "Problem" });

export const snapshotEventSchema = envelopeSchema.extend({ findings: findingCounts }).meta({ id: "SnapshotEvent" });

export const deltaEventSchema = z
  .object({
    cluster: z.string(),
    base: z.number().int(),
    revision: z.number().int(),
    asOf: time.nullable(),
    allocations: z.object({ upserted: z.array(allocationSchema), removed: z.array(z.string()) }),
    findings: z.object({ upserted: z.array(findingSchema), removed: z.array(z.string()), counts: findingCounts }),
    ports: z.union([z.literal("all"), z.array(z.object({ port: z.number().int(), protocol }))]),
  })
  .meta({ id: "DeltaEvent" });

export const statusEventSchema = z.object({ cluster: z.string(), staleness: stalenessSchema }).meta({ id: "StatusEvent" });

export const heartbeatEventSchema = z.object({ cluster: z.string(), revision: z.number().int() }).meta({ id: "HeartbeatEvent" });

export type WireAllocation = z.infer<typeof allocationSchema>;
export type WireAllocationList = z.infer<typeof allocationListSchema>;
export type WireClientPosition = z.infer<typeof clientPositionSchema>;
export type WireBackend = z.infer<typeof backendSchema>;
export type WireRoute = z.infer<typeof routeSchema>;
export type WireCell = z.infer<typeof cellSchema>;
export type WirePortMap = z.infer<typeof portMapSchema>;
export type WireFinding = z.infer<typeof findingSchema>;
export type WireEvaluation = z.infer<typeof evaluationSchema>;
export type WireKindStatus = z.infer<typeof kindStatusSchema>;
export type WireStaleness = z.infer<typeof stalenessSchema>;
export type WireUnknown = z.infer<typeof unknownSchema>;
export type WireRecognition = z.infer<typeof recognitionSchema>;
export type WireCluster = z.infer<typeof clusterSchema>;
export type WireEnvelope = z.infer<typeof envelopeSchema>;
export type WireSearchResult = z.infer<typeof searchResultSchema>;
export type WireMistake = z.infer<typeof mistakeSchema>;
export type WireWarning = z.infer<typeof warningSchema>;
export type WireProblem = z.infer<typeof problemSchema>;
export type WireSnapshotEvent = z.infer<typeof snapshotEventSchema>;
export type WireDeltaEvent = z.infer<typeof deltaEventSchema>;
export type WireStatusEvent = z.infer<typeof statusEventSchema>;
export type WireHeartbeatEvent = z.infer<typeof heartbeatEventSchema>;
