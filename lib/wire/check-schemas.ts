// The shape of contract.md about a manifest against a cluster. Core's value becomes it in encode-check.ts.

import { z } from "zod";
import { evaluationSchema, findingSchema, mistakeSchema, routeQuerySchema, routeSchema, warningSchema } from "./schemas";

const objectRef = z.object({ kind: z.string(), namespace: z.string(), name: z.string() });
const port = z.object({ port: z.number().int(), protocol: z.enum(["TCP", "UDP", "SCTP"]) });
const position = { file: z.string(), line: z.number().int(), column: z.number().int() };

export const checkSchema = z
  .object({
    verdict: z.enum(["ok", "problems", "unreadable"]).meta({
      description:
        "unreadable: some document could not be read (the others are checked all the same); problems: something at or above failOn is introduced",
    }),
    errors: z.array(mistakeSchema),
    before: evaluationSchema,
    after: evaluationSchema,
    introduced: z.array(findingSchema).meta({ description: "findings that are new, or more severe than before" }),
    resolved: z.array(findingSchema),
    unchanged: z.number().int().meta({ description: "how many findings of `after` were there before" }),
    routes: z
      .array(z.object({ query: routeQuerySchema, before: routeSchema, after: routeSchema }))
      .meta({ description: "each touched port before and after; an address that is not given out yet is called not-yet-assigned" }),
    positions: z
      .record(z.string(), z.array(z.object({ ...position, path: z.string() })))
      .meta({ description: "by fingerprint of an introduced finding: the fields of the manifest that cause it" }),
    objects: z.array(
      objectRef.extend({
        effect: z.enum(["create", "update", "delete"]),
        chosen: z.number().int().meta({ description: "numbers on nodes that the API server will choose" }),
      }),
    ),
    ignored: z
      .array(z.object({ kind: z.string(), count: z.number().int() }))
      .meta({ description: "kinds that take no port and select no pod" }),
    placements: z
      .array(
        z.object({
          object: objectRef,
          ports: z.array(port),
          daemonSet: z.boolean(),
          wanted: z.number().int(),
          staying: z.array(z.string()),
          free: z.array(z.string()),
          taken: z.array(port.extend({ node: z.string(), holder: objectRef })),
          excluded: z.number().int(),
          known: z.boolean(),
        }),
      )
      .meta({ description: "on which nodes pods that ask for host ports could land" }),
    warnings: z.array(warningSchema).meta({ description: "surprising things in the manifest" }),
  })
  .meta({ id: "Check" });

export type WireCheck = z.infer<typeof checkSchema>;
