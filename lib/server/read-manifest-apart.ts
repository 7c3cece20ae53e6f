// Reading a manifest of megabytes takes seconds, and a hostile one gigabytes: neither may hold up those who look at the dashboard.

import "server-only";

import { Worker } from "node:worker_threads";
import { readManifest, type ManifestText, type ReadManifest } from "@/lib/sources/manifest/read-manifest";

/** Units: characters. Less than that is read within a moment, whatever it is. */
const smallMax = 64 << 10;
const heapMaxMb = 512;
const timeMaxMs = 20_000;

/** One at a time: their memory would add up. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * readManifest, in a thread of its own where the text is large.
 *
 * Returns: null where it takes more memory or time than is allowed.
 */
export async function readManifestApart(text: ManifestText, namespace: string): Promise<ReadManifest | null> {
  if (text.text.length <= smallMax) return readManifest([text], namespace);
  const read = turn.then(() => readInThread([[text], namespace]));
  turn = read.catch(() => undefined);
  return await read;
}

function readInThread(given: Parameters<typeof readManifest>): Promise<ReadManifest | null> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./manifest-thread.ts", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: heapMaxMb } });
    const timer = setTimeout(() => void thread.terminate(), timeMaxMs);
    thread.once("message", resolve);
    thread.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") resolve(null);
      else reject(error);
    });
    thread.once("exit", () => {
      clearTimeout(timer);
      resolve(null);
    });
    thread.postMessage(given);
  });
}
