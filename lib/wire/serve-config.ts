// What the built server is told by `portolan serve`, in one environment variable (PORTOLAN_SERVE, JSON). The command line writes it, the server parses it.

import { z } from "zod";

/** Where a cluster's data comes from; several snapshot paths are merged into one cluster. */
export const sourceSpecSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("kubeconfig"), context: z.string().nullable(), kubeconfig: z.string().nullable() }),
  z.object({ kind: z.literal("inCluster") }),
  z.object({ kind: z.literal("snapshot"), paths: z.array(z.string()).min(1) }),
  z.object({ kind: z.literal("demo") }),
]);

export const serveConfigSchema = z.object({
  sources: z.array(sourceSpecSchema).min(1),
  /** Path of the policy file; null = none was found. The demo brings its own unless one is named. */
  policy: z.string().nullable().default(null),
  /** Namespaces to try one by one where a cluster-wide list is forbidden. */
  namespaces: z.array(z.string()).default([]),
  host: z.string().default("127.0.0.1"),
  allowHosts: z.array(z.string()).default([]),
  version: z.string().default("development"),
});

export type SourceSpec = z.infer<typeof sourceSpecSchema>;
export type ServeConfig = z.infer<typeof serveConfigSchema>;
