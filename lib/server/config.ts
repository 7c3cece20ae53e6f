// What this process was told to serve: one variable, PORTOLAN_SERVE (JSON), written by `portolan serve`.

import "server-only";

import { serveConfigSchema, type ServeConfig } from "@/lib/wire/serve-config";

let known: ServeConfig | undefined;

/** The configuration of this process. Without the variable (a bare `next dev`): the demo cluster. Throws when the variable is no valid configuration: a bug of whoever wrote it. */
export function readServeConfig(): ServeConfig {
  const text = process.env["PORTOLAN_SERVE"];
  return (known ??= serveConfigSchema.parse(text === undefined ? { sources: [{ kind: "demo" }] } : JSON.parse(text)));
}
