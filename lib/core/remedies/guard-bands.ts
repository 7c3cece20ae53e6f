// Guards: what the policy file promises about nodePorts as admission policies, so that the API server refuses what the rules would find afterwards.

import { compareText } from "../basics/order";
import { fail, ok, type Result } from "../basics/result";
import type { PortOfFinding } from "../model/finding";
import type { Snapshot } from "../model/snapshot";
import { hasPort, splitNodePortRange } from "../policy/bands";
import type { Allow, Context, PortRange } from "../policy/policy";
import { activeReservations } from "../policy/reservations";
import { sayAllow, sayRange } from "../rules/support/order-words";
import { knowNodePortRange } from "../rules/support/node-port-range";
import { assemble, commandLine, listNames } from "./documents";
import type { Remedy, RemedySubject, RemedyWriter } from "./remedy";
import { say, type Saying } from "./words";
import { writeYaml, type YamlValue } from "./write-yaml";

/** One promise: these numbers are for those. `object` as findings name it; `allow` null: for nobody. */
type Kept = {
  readonly name: string;
  readonly object: string;
  readonly ports: PortRange;
  readonly allow: Allow | null;
  readonly until: string | null;
};

const policyName = "portolan-node-ports";

/** The API server's own admission policy (ValidatingAdmissionPolicy, stable since 1.30). */
export const guardByApiServer: RemedyWriter = {
  kind: "policy",
  variant: null,
  reads: () => [],
  plan: (snapshot, context, finding) => planGuard(snapshot, context, finding, null),
};

/** The same for clusters whose guards are Kyverno's. */
export const guardByKyverno: RemedyWriter = {
  kind: "policy",
  variant: "kyverno",
  reads: () => [],
  plan: (snapshot, context, finding) => planGuard(snapshot, context, finding, "kyverno"),
};

/** Both, where no finding asks for them. */
export const guards: readonly RemedyWriter[] = [guardByApiServer, guardByKyverno];

/** What a guard is about where no finding asks for it: all that is promised, by its first numbers. */
export function subjectOfGuards(context: Context): RemedySubject {
  const ports = listKept(context).map(({ ports: { first } }): PortOfFinding => ({ port: first, protocol: "TCP" }));
  return { fingerprint: "", rule: "", subjects: [], ports, nodes: [] };
}

const stableSinceMinor = 30;

function planGuard(
  snapshot: Snapshot,
  context: Context,
  { ports }: RemedySubject,
  variant: "kyverno" | null,
): Result<() => Remedy, Saying | null> {
  const kept = listKept(context);
  // A guard is offered where the finding is about numbers that were promised to somebody.
  if (!ports.some(({ port }) => kept.some((each) => hasPort(each.ports, port)))) return fail(null);
  const minor = Number(/^v?1\.(\d+)/.exec(snapshot.version ?? "")?.[1] ?? Number.NaN);
  if (variant === null && minor < stableSinceMinor) return fail(say("policy.too-old", { version: snapshot.version ?? "" }));
  return ok(() => ({
    kind: "policy",
    variant,
    title: variant === null ? say("policy.title") : say("policy.title-kyverno"),
    lasting: true,
    gains: kept.map(sayKept),
    costs: [
      sayAutomatic(snapshot, context, kept),
      say("policy.present"),
      say("policy.labels"),
      ...kept.flatMap(({ object, until }) => (until === null ? [] : [say("policy.until", { object, until })])),
      ...(variant === null ? [say("policy.closed")] : [say("policy.kyverno")]),
    ],
    steps: [say("policy.try"), say("step.apply")],
    wayBack: say("policy.back", {
      command: commandLine(
        variant === null
          ? ["kubectl", "delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", policyName]
          : ["kubectl", "delete", "clusterpolicies.kyverno.io", policyName],
      ),
    }),
    ...assemble((variant === null ? admissionPolicy(kept) : kyvernoPolicy(kept)).map((each) => ({ before: null, after: writeYaml(each) }))),
    endpoints: [],
  }));
}

/** Bands and reservations of nodePorts that somebody may not use; by number. */
function listKept({ policy, nowMs }: Context): readonly Kept[] {
  const bands = policy.bands.flatMap(({ name, kind, ports, allow }): Kept[] =>
    kind === "nodePort" && allow !== null && (allow.namespaces !== null || allow.labels !== null)
      ? [{ name: `band ${name}`, object: `Band/${name}`, ports, allow, until: null }]
      : [],
  );
  const reservations = activeReservations(policy, nowMs).flatMap(({ port, kind, allow, until }): Kept[] =>
    kind === "nodePort" && (allow === null || allow.namespaces !== null || allow.labels !== null)
      ? [
          {
            name: `reservation of ${String(port)}`,
            object: `Reservation/${String(port)}`,
            ports: { first: port, last: port },
            allow,
            until,
          },
        ]
      : [],
  );
  return [...bands, ...reservations].sort((a, b) => a.ports.first - b.ports.first || compareText(a.name, b.name));
}

function sayKept({ object, ports, allow }: Kept): Saying {
  const values = { ports: sayRange(ports), object };
  const namespaces = allow?.namespaces?.join(", ") ?? "";
  const labels = Object.entries(allow?.labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(", ");
  if (allow === null || allow.namespaces?.length === 0) return say("policy.gain-nobody", values);
  if (allow.namespaces === null) return say("policy.gain-labels", { ...values, labels });
  return labels === "" ? say("policy.gain-namespaces", { ...values, namespaces }) : say("policy.gain", { ...values, namespaces, labels });
}

/** The API server chooses a number before it asks its policies: what it may choose of the kept ones is refused. */
function sayAutomatic(snapshot: Snapshot, context: Context, kept: readonly Kept[]): Saying {
  const range = knowNodePortRange(snapshot, context)?.range ?? null;
  if (range === null) return say("policy.automatic-unknown");
  const { dynamic } = splitNodePortRange(range);
  let count = 0;
  for (let port = dynamic.first; port <= dynamic.last; port += 1) if (kept.some(({ ports }) => hasPort(ports, port))) count += 1;
  return count === 0
    ? say("policy.automatic-static")
    : say("policy.automatic", { count: String(count), total: String(dynamic.last - dynamic.first + 1) });
}

/** All numbers that a Service holds on nodes. */
function numbersOf(object: string): string {
  return `(has(${object}.spec.ports) ? ${object}.spec.ports.filter(p, has(p.nodePort) && p.nodePort > 0).map(p, p.nodePort) : []) +
(has(${object}.spec.healthCheckNodePort) && ${object}.spec.healthCheckNodePort > 0 ? [${object}.spec.healthCheckNodePort] : [])`;
}

/** Numbers that the Service does not hold already: an edit of something else must not fail for what was there before. */
const variables = [
  { name: "numbers", expression: numbersOf("object") },
  { name: "held", expression: `oldObject == null ? [] : ${numbersOf("oldObject")}` },
  { name: "wanted", expression: "variables.numbers.filter(n, !(n in variables.held))" },
];

function expressionOf({ ports: { first, last }, allow }: Kept): string {
  const outside =
    first === last ? `!(${String(first)} in variables.wanted)` : `variables.wanted.all(n, n < ${String(first)} || n > ${String(last)})`;
  return allow === null ? outside : `${outside} ||\n(${allowed(allow)})`;
}

function allowed({ namespaces, labels }: Allow): string {
  const byLabel = Object.entries(labels ?? {}).map(
    ([key, value]) => `${text(key)} in object.metadata.labels && object.metadata.labels[${text(key)}] == ${text(value)}`,
  );
  const parts = [
    ...(namespaces === null
      ? []
      : [namespaces.length === 0 ? "false" : `object.metadata.namespace in [${namespaces.map(text).join(", ")}]`]),
    ...(byLabel.length === 0 ? [] : ["has(object.metadata.labels)", ...byLabel]),
  ];
  return parts.join(" && ") || "true";
}

/** JSON's escapes are CEL's, but for the lone halves of pairs, which no name holds. */
function text(value: string): string {
  return JSON.stringify(value);
}

function messageOf({ name, ports, allow }: Kept): string {
  const numbers =
    ports.first === ports.last
      ? `nodePort ${String(ports.first)} (${name}) is`
      : `nodePorts ${String(ports.first)}-${String(ports.last)} (${name}) are`;
  const who = allow === null ? "for nobody now" : `for ${sayAllow(allow) ?? "everybody"}`;
  return `${numbers} kept ${who}. Choose another number; where none was chosen, the API server took one before it asked this policy: set spec.ports[].nodePort, or create the Service again.`.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    " ",
  );
}

function admissionPolicy(kept: readonly Kept[]): readonly YamlValue[] {
  return [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: policyName },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["services"] }],
        },
        variables,
        validations: kept.map((each) => ({ expression: expressionOf(each), message: messageOf(each), reason: "Forbidden" })),
      },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: policyName },
      spec: { policyName, validationActions: ["Deny"] },
    },
  ];
}

function kyvernoPolicy(kept: readonly Kept[]): readonly YamlValue[] {
  return [
    {
      apiVersion: "kyverno.io/v1",
      kind: "ClusterPolicy",
      metadata: { name: policyName },
      spec: {
        // What is there already has no old object to compare with: it would be reported whatever the API server let it keep.
        background: false,
        rules: [
          {
            name: "kept-node-ports",
            match: { any: [{ resources: { kinds: ["Service"], operations: ["CREATE", "UPDATE"] } }] },
            validate: {
              failureAction: "Enforce",
              message: `These nodePorts are kept: ${listNames(kept.map(({ ports, name }) => `${sayRange(ports)} (${name})`))}.`,
              cel: { variables, expressions: kept.map((each) => ({ expression: expressionOf(each), message: messageOf(each) })) },
            },
          },
        ],
      },
    },
  ];
}
