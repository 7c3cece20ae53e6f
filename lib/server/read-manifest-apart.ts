// Reading a manifest of megabytes takes seconds, and a hostile one gigabytes: neither may hold up those who look at the dashboard.

import "server-only";

import { Worker } from "node:worker_threads";
import type { ManifestText, readManifest, ReadManifest } from "@/lib/sources/manifest/read-manifest";

const heapMaxMb = 512;
const timeMaxMs = 20_000;

/**
 * readManifest, in a thread of its own.
 *
 * Returns: null where it takes more memory or time than is allowed, or once `signal` is aborted.
 */
export function readManifestApart(text: ManifestText, namespace: string, signal: AbortSignal): Promise<ReadManifest | null> {
  const given: Parameters<typeof readManifest> = [[text], namespace];
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./manifest-thread.ts", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: heapMaxMb } });
    const stop = (): void => void thread.terminate();
    const timer = setTimeout(stop, timeMaxMs);
    signal.addEventListener("abort", stop);
    thread.once("message", resolve);
    thread.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") resolve(null);
      else reject(error);
    });
    thread.once("exit", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve(null);
    });
    thread.postMessage(given);
  });
}
