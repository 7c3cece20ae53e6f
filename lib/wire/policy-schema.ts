// The policy file's shape (contract.md "Policy file"). Unknown keys are errors: a mistyped key must not be a silent one.

import { z } from "zod";
import { listRules, nearestWord, parseAddress, parseCidr } from "@/lib/core";

const range = z
  .union([z.string().regex(/^\d{1,5}(-\d{1,5})?$/, "a port range such as 30000-30100"), z.number().int()])
  .transform((value, context) => {
    const [first = Number.NaN, last = first] = String(value).split("-").map(Number);
    if (!(first >= 1 && last <= 65_535 && first <= last)) {
      context.addIssue({ code: "custom", message: "a port range such as 30000-30100, within 1-65535" });
      return z.NEVER;
    }
    return { first, last };
  });

const day = z.iso.date("a day such as 2027-01-31");

const allow = z.strictObject({ namespaces: z.array(z.string()).optional(), labels: z.record(z.string(), z.string()).optional() });
const cidr = z.string().refine((text) => parseCidr(text) !== undefined, "a network such as 10.190.0.0/16");
const address = z.string().refine((text) => parseAddress(text) !== undefined, "an IP address");
const bandKind = z.enum(["nodePort", "hostPort"]);
const port = z.number().int().min(1).max(65_535);

const assumptions = z.strictObject({
  nodePortRange: range.optional(),
  proxyMode: z.enum(["auto", "iptables", "nftables", "ipvs", "none"]).optional(),
  nodePortAddresses: z.array(z.union([z.literal("primary"), cidr])).optional(),
  clusterCIDR: z
    .union([z.string().transform((text) => text.split(",").map((each) => each.trim())), z.array(z.string())])
    .pipe(z.array(cidr))
    .optional(),
  podToNodeMasquerade: z.boolean().optional(),
  hostPortImplementation: z.enum(["portmap-iptables", "portmap-nftables", "crio", "cilium", "none"]).optional(),
  unlistedNodeAddresses: z.record(z.string(), z.array(address)).optional(),
  ephemeralPortRange: range.optional(),
  namespaces: z.array(z.string()).optional(),
  poolLabel: z.string().optional(),
});

export const policySchema = z
  .strictObject({
    version: z.literal(1, {
      error: ({ input }) => (input === undefined ? "missing: write version: 1" : "this Portolan reads version 1"),
    }),
    clusters: z.record(z.string(), assumptions).optional(),
    bands: z
      .array(
        z.strictObject({ name: z.string().min(1), kind: bandKind, ports: range, owner: z.string().optional(), allow: allow.optional() }),
      )
      .optional(),
    reservations: z
      .array(
        z.strictObject({
          port,
          for: z.string(),
          kind: bandKind.optional(),
          node: z.string().optional(),
          protocol: z.enum(["TCP", "UDP", "SCTP"]).optional(),
          until: day.optional(),
          ticket: z.string().optional(),
          allow: allow.optional(),
        }),
      )
      .optional(),
    acknowledgements: z
      .array(
        z.strictObject({
          rule: z.string(),
          subject: z.string().regex(/^[A-Za-z]+(\/[^/]+){1,2}$/, "an object such as Service/clearml/web"),
          owners: z.array(z.string()).optional(),
          reason: z.string(),
          by: z.string(),
          until: day,
        }),
      )
      .optional(),
    blocks: z.array(z.strictObject({ name: z.string().min(1), kind: bandKind, ports: range, allow: allow.optional() })).optional(),
    severities: z.record(z.string(), z.enum(["critical", "warning", "info", "off"])).optional(),
    systemPorts: z.strictObject({ controlPlane: z.array(range).optional(), node: z.array(range).optional() }).optional(),
  })
  .superRefine((policy, context) => {
    const named = [
      ...(policy.acknowledgements ?? []).map(({ rule }, place) => ({ rule, path: ["acknowledgements", place, "rule"] })),
      ...Object.keys(policy.severities ?? {}).map((rule) => ({ rule, path: ["severities", rule] })),
    ];
    for (const { rule, path } of named) {
      if (knownRules().includes(rule)) continue;
      const near = nearestWord(rule, knownRules());
      context.addIssue({
        code: "custom",
        path,
        message: `there is no rule ${JSON.stringify(rule)}${near === null ? "" : `: did you mean ${near}`}`,
      });
    }
    const bands = policy.bands ?? [];
    bands.forEach((band, place) => {
      if (bands.slice(0, place).some((each) => each.kind === band.kind && each.name === band.name))
        context.addIssue({ code: "custom", path: ["bands", place, "name"], message: `a ${band.kind} band of this name stands above` });
      const other = bands
        .slice(0, place)
        .find((each) => each.kind === band.kind && each.ports.first <= band.ports.last && band.ports.first <= each.ports.last);
      if (other !== undefined)
        context.addIssue({
          code: "custom",
          path: ["bands", place, "ports"],
          message: `overlaps the band ${JSON.stringify(other.name)} of the same kind`,
        });
    });
  });

// Rules that speak in a check of a manifest alone.
const checkRules = ["node-port-taken", "node-port-duplicate-in-service", "captures-pods", "captured-by-service", "host-port-unplaceable"];

function knownRules(): readonly string[] {
  return [...listRules().map(({ id }) => id), ...checkRules];
}

/** The policy file for editors (JSON Schema 2020-12). That bands do not overlap is beyond it. */
export function buildPolicyJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(policySchema, { target: "draft-2020-12", io: "input" });
  return {
    $schema,
    title: "Portolan policy file",
    description: "portolan.yaml: bands, reservations, acknowledgements, blocks, severities",
    ...rest,
  };
}

export type WirePolicy = z.infer<typeof policySchema>;
