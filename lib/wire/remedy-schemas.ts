// The shapes of contract.md about remedies. Core's values become these in encode-remedy.ts.

import { z } from "zod";

const kind = z.enum(["service", "hostPort", "daemonSet", "local", "layered", "policy"]);
const saying = z.object({ code: z.string(), values: z.record(z.string(), z.string()) });

export const remedySchema = z
  .object({
    kind,
    variant: z.string().nullable().meta({ description: "tells two remedies of one kind apart; null for the usual one" }),
    title: z.string(),
    lasting: z.boolean().meta({ description: "false: first aid" }),
    gains: z.array(z.string()),
    costs: z.array(z.string()),
    steps: z.array(z.string()).meta({ description: "in order" }),
    wayBack: z.string(),
    yaml: z.string(),
    changed: z.array(z.number().int()).meta({ description: "lines of yaml, from 1, that are not in the cluster now" }),
    endpoints: z
      .array(
        z.object({
          owner: z.string(),
          service: z.string().nullable(),
          protocol: z.enum(["TCP", "UDP", "SCTP"]),
          addresses: z.array(z.string()).meta({ description: "empty: every node's" }),
          before: z.number().int().nullable(),
          after: z.number().int(),
        }),
      )
      .meta({ description: "who connects where afterwards; empty where nobody moves" }),
    facts: z
      .object({ title: saying, gains: z.array(saying), costs: z.array(saying), steps: z.array(saying), wayBack: saying })
      .meta({ description: "the texts as data" }),
  })
  .meta({ id: "Remedy" });

export const remedyListSchema = z
  .object({
    remedies: z.array(remedySchema),
    unavailable: z
      .array(z.object({ kind, reason: z.string(), fact: saying }))
      .meta({ description: "kinds that belong to such a finding and cannot be written now" }),
  })
  .meta({ id: "RemedyList" });

export type WireRemedy = z.infer<typeof remedySchema>;
export type WireRemedyList = z.infer<typeof remedyListSchema>;
