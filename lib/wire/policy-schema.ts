// The policy file's shape (contract.md "Policy file"). Unknown keys are errors: a mistyped key must not be a silent one.

import { z } from "zod";
import { fail, listRules, mistake, nearestWord, ok, parseAddress, parseCidr, type Mistake, type Result } from "@/lib/core";
import { fromSchema, inSchema, inSchemaWithoutWords, whereGiven } from "./mistake-in-schema";

const range = z
  .union([z.string().regex(/^\d{1,5}(-\d{1,5})?$/, inSchema(mistake("range"))), z.number().int()], { error: whereGiven(mistake("range")) })
  .transform((value, context) => {
    const [first = Number.NaN, last = first] = String(value).split("-").map(Number);
    if (!(first >= 1 && last <= 65_535 && first <= last)) {
      context.addIssue({ code: "custom", message: inSchema(mistake("range-within")) });
      return z.NEVER;
    }
    return { first, last };
  });

const day = z.iso.date({ error: whereGiven(mistake("day")) });

/** A rule by its id: which there are, editors are told by `buildPolicyJsonSchema`, and people by `findClashes`. */
const ruleId = z.string();

const allow = z.strictObject({ namespaces: z.array(z.string()).optional(), labels: z.record(z.string(), z.string()).optional() }).meta({
  description:
    "Who may stand there: namespaces and labels must both hold where both are given. Left out: anybody in a band, nobody on a reservation.",
});
const cidr = z.string().refine((text) => parseCidr(text) !== undefined, inSchema(mistake("network")));
const address = z.string().refine((text) => parseAddress(text) !== undefined, inSchema(mistake("address")));
const bandKind = z.enum(["nodePort", "hostPort"]);
const port = z.number().int().min(1).max(65_535);

const assumptions = z.strictObject({
  nodePortRange: range.optional().meta({ description: "The API server's --service-node-port-range." }),
  proxyMode: z
    .enum(["auto", "iptables", "nftables", "ipvs", "none"])
    .optional()
    .meta({ description: "kube-proxy's mode; auto: what can be read." }),
  nodePortAddresses: z
    .array(z.union([z.literal("primary"), cidr], { error: inSchema(mistake("network")) }))
    .optional()
    .meta({ description: "kube-proxy's --nodeport-addresses: networks of the node addresses that answer, or primary." }),
  clusterCIDR: z
    .union([z.string().transform((text) => text.split(",").map((each) => each.trim())), z.array(z.string())], {
      error: inSchema(mistake("network")),
    })
    .pipe(z.array(cidr))
    .optional()
    .meta({ description: "Networks of the pods (kube-proxy's --cluster-cidr)." }),
  podToNodeMasquerade: z.boolean().optional().meta({ description: "Whether pods reach node addresses under their node's address." }),
  hostPortImplementation: z
    .enum(["portmap-iptables", "portmap-nftables", "crio", "cilium", "none"])
    .optional()
    .meta({ description: "Who maps host ports." }),
  unlistedNodeAddresses: z
    .record(z.string(), z.array(address))
    .optional()
    .meta({ description: "Addresses of nodes, by name, that the API does not list." }),
  ephemeralPortRange: range.optional().meta({ description: "The nodes' net.ipv4.ip_local_port_range." }),
  namespaces: z.array(z.string()).optional().meta({ description: "Tried one by one where a cluster-wide list is forbidden." }),
  poolLabel: z.string().optional().meta({ description: "The node label that names a node's pool." }),
});

const policySchema = z.strictObject({
  version: z.literal(1, {
    error: ({ input }) => inSchema(mistake(input === undefined ? "version-missing" : "version-other")),
  }),
  clusters: z
    .record(z.string(), assumptions)
    .optional()
    .meta({ description: 'What the API does not say, by context or cluster name; "*" is every one.' }),
  bands: z
    .array(z.strictObject({ name: z.string().min(1), kind: bandKind, ports: range, owner: z.string().optional(), allow: allow.optional() }))
    .optional()
    .meta({ description: "Named parts of the port numbers. Bands of one kind do not overlap." }),
  reservations: z
    .array(
      z.strictObject({
        port,
        for: z.string(),
        kind: bandKind.optional(),
        node: z.string().optional(),
        protocol: z.enum(["TCP", "UDP", "SCTP"]).optional(),
        until: day.optional().meta({ description: "The last day, UTC." }),
        ticket: z.string().optional(),
        allow: allow.optional(),
      }),
    )
    .optional()
    .meta({ description: "Numbers kept for somebody; a nodePort (the default) for every protocol." }),
  acknowledgements: z
    .array(
      z.strictObject({
        rule: ruleId,
        subject: z
          .string()
          .regex(/^[A-Z][A-Za-z0-9]*(\/[^/]+){1,2}$/, inSchema(mistake("subject")))
          .meta({ description: "Kind/namespace/name of what the finding is about." }),
        owners: z
          .array(z.string())
          .optional()
          .meta({ description: "All that the finding is about besides; it ends when they change. Left out: whoever they are." }),
        reason: z.string(),
        by: z.string(),
        until: day.meta({ description: "The last day, UTC." }),
      }),
    )
    .optional()
    .meta({ description: "Findings that are meant to be so: they stay listed as notes." }),
  blocks: z
    .array(z.strictObject({ name: z.string().min(1), kind: bandKind, ports: range, allow: allow.optional() }))
    .optional()
    .meta({ description: "Ranges that an allocator hands out by itself; allow names its own claims." }),
  severities: z
    .record(ruleId, z.enum(["critical", "warning", "info", "off"]))
    .optional()
    .meta({ description: "Severities in place of the rules' own; off: the rule is silent." }),
  systemPorts: z
    .strictObject({ controlPlane: z.array(range).optional(), node: z.array(range).optional() })
    .optional()
    .meta({ description: "Ports that the machines need themselves, in place of the usual ones." }),
});

/** One mistake; `path` leads to the field, or to the key that is unknown. */
export type PolicyMistake = { readonly path: readonly PropertyKey[]; readonly says: Mistake };

/** Returns: the policy as it is written, or every mistake: also what clashes while something else is broken. */
export function parsePolicy(value: unknown): Result<WirePolicy, readonly PolicyMistake[]> {
  const parsed = policySchema.safeParse(value, { error: inSchemaWithoutWords });
  const mistakes = [...(parsed.error?.issues ?? []).flatMap(toMistakes), ...findClashes(value)];
  return parsed.success && mistakes.length === 0 ? ok(parsed.data) : fail(mistakes);
}

function toMistakes(issue: z.core.$ZodIssue): readonly PolicyMistake[] {
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({ path: [...issue.path, key], says: mistake("no-such-key") }))
    : [{ path: issue.path, says: fromSchema(issue.message) }];
}

const severitiesOf = z.object({ severities: z.record(z.string(), z.unknown()) });
const acknowledged = z.object({ rule: z.string() });
const banded = z.object({ name: z.string(), kind: bandKind, ports: range });

/** Bands of one kind that share a name or numbers, and rules that there are not. Whatever is broken in another way is passed over here. */
function findClashes(value: unknown): readonly PolicyMistake[] {
  const mistakes: PolicyMistake[] = [];
  const file = listsOf(value);
  const severities = severitiesOf.safeParse(value).data?.severities ?? {};
  const named = [
    ...file("acknowledgements", acknowledged).map(({ item: { rule }, place }) => ({ rule, path: ["acknowledgements", place, "rule"] })),
    ...Object.keys(severities).map((rule) => ({ rule, path: ["severities", rule] })),
  ];
  for (const { rule, path } of named) {
    if (knownRules().includes(rule)) continue;
    const near = nearestWord(rule, knownRules());
    const shown = JSON.stringify(rule);
    mistakes.push({ path, says: near === null ? mistake("no-rule", { rule: shown }) : mistake("no-rule-near", { rule: shown, near }) });
  }
  const bands = file("bands", banded);
  for (const [at, { item: band, place }] of bands.entries()) {
    const above = bands.slice(0, at).filter(({ item }) => item.kind === band.kind);
    if (above.some(({ item }) => item.name === band.name))
      mistakes.push({ path: ["bands", place, "name"], says: mistake("band-twice", { kind: band.kind }) });
    const other = above.find(({ item }) => item.ports.first <= band.ports.last && band.ports.first <= item.ports.last)?.item;
    if (other !== undefined)
      mistakes.push({ path: ["bands", place, "ports"], says: mistake("band-overlaps", { band: JSON.stringify(other.name) }) });
  }
  return mistakes;
}

/** The items of a list in the file that are whole, with their places. */
function listsOf(value: unknown) {
  return <T>(key: string, schema: z.ZodType<T>): readonly { readonly item: T; readonly place: number }[] => {
    const list = z.looseObject({ [key]: z.array(z.unknown()) }).safeParse(value).data?.[key];
    return (Array.isArray(list) ? list : []).flatMap((each, place) => {
      const { data } = schema.safeParse(each);
      return data === undefined ? [] : [{ item: data, place }];
    });
  };
}

function knownRules(): readonly string[] {
  return listRules().map(({ id }) => id);
}

/** The policy file for editors (JSON Schema 2020-12), with the rules that there are. That bands do not overlap is beyond it. */
export function buildPolicyJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(policySchema, {
    target: "draft-2020-12",
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === ruleId) jsonSchema.enum = [...knownRules()];
    },
  });
  return {
    $schema,
    title: "Portolan policy file",
    description: "portolan.yaml: bands, reservations, acknowledgements, blocks, severities",
    ...rest,
  };
}

export type WirePolicy = z.infer<typeof policySchema>;
