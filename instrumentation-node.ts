import { startServer } from "@/lib/server/start";

/** Starts the runtime and returns at once: a cluster that does not answer must not hold up the first page. */
export function start(): void {
  startServer();
}
