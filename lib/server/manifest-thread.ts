// The thread in which a large manifest is read: see read-manifest-apart.ts.

import { parentPort } from "node:worker_threads";
import { readManifest } from "@/lib/sources/manifest/read-manifest";

parentPort?.once("message", (given: Parameters<typeof readManifest>) => parentPort?.postMessage(readManifest(...given)));
