// The shapes of contract.md about numbers that are free or promised. Core's values become these in encode-ranges.ts.

import { z } from "zod";
import { resourceKindSchema } from "./schemas";

const range = z.object({ first: z.number().int(), last: z.number().int() });
const kind = z.enum(["nodePort", "hostPort"]);

const freeFact = z.discriminatedUnion("code", [
  z.object({ code: z.enum(["in-static-band", "in-dynamic-band"]), ports: range }),
  z.object({ code: z.literal("looked-at"), kind, node: z.string().nullable() }),
  z.object({
    code: z.literal("skipped"),
    why: z.enum(["claimed", "reserved", "announced", "family", "other-kind", "wanted", "block", "system", "ephemeral", "band"]),
    by: z.array(z.string()),
    ports: z.array(range),
  }),
  z.object({ code: z.literal("aligned"), align: z.number().int(), from: z.number().int() }),
  z.object({ code: z.literal("no-room"), count: z.number().int(), align: z.number().int(), longest: z.number().int() }),
  z.object({
    code: z.literal("unknown"),
    missing: z.array(resourceKindSchema),
    namespaces: z.union([z.literal("all"), z.array(z.string())]),
  }),
  z.object({ code: z.literal("range-unknown") }),
]);

export const freeSchema = z
  .object({
    kind,
    band: z.string().nullable(),
    count: z.number().int(),
    align: z.number().int(),
    node: z.string().nullable(),
    ports: z.array(z.number().int()).meta({ description: "numbers in a row; empty where none are free or that cannot be known" }),
    reasons: z.array(z.string()),
    facts: z.array(freeFact).meta({ description: "the reasons as data" }),
  })
  .meta({ id: "Free" });

const allow = z.object({ namespaces: z.array(z.string()).nullable(), labels: z.record(z.string(), z.string()).nullable() }).nullable();
const policyCounts = z.object({
  file: z.string().nullable(),
  bands: z.number().int(),
  reservations: z.number().int(),
  acknowledgements: z.number().int(),
  blocks: z.number().int(),
  severities: z.number().int(),
});

export const rangesSchema = z
  .object({
    nodePorts: z.object({ range, from: z.enum(["policy", "event", "default"]), static: range.nullable(), dynamic: range }).nullable(),
    block: z.number().int().meta({ description: "length of the blocks that nextBlock names" }),
    bands: z.array(
      z.object({
        name: z.string(),
        kind,
        ports: range,
        owner: z.string().nullable(),
        allow,
        used: z.number().int(),
        size: z.number().int(),
        nextFree: z.number().int().nullable(),
        nextBlock: range.nullable(),
      }),
    ),
    numbers: z.array(
      z.object({
        port: z.number().int(),
        state: z.enum(["taken", "healthCheck", "unknown"]),
        holders: z.array(z.string()),
        severity: z.enum(["critical", "warning", "info"]).nullable(),
      }),
    ),
    reservations: z.array(
      z.object({
        port: z.number().int(),
        kind,
        node: z.string().nullable(),
        protocol: z.string().nullable(),
        purpose: z.string(),
        until: z.string().nullable(),
        daysLeft: z.number().int().nullable(),
        ticket: z.string().nullable(),
        allow,
      }),
    ),
    pools: z.array(
      z.object({
        pool: z.string().nullable(),
        nodes: z.number().int(),
        ports: z.array(z.object({ port: z.number().int(), protocol: z.string(), holder: z.string(), nodes: z.number().int() })),
      }),
    ),
    unknown: z.array(resourceKindSchema),
    policy: policyCounts.meta({ description: "what the policy file in force says" }),
  })
  .meta({ id: "Ranges" });

export type WireRanges = z.infer<typeof rangesSchema>;
export type WireFree = z.infer<typeof freeSchema>;
