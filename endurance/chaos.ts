// npm run chaos [-- --seed N --faults 1000 --short --product]: the live source against a simulated API server that misbehaves, over real connections.
// Faults come in overlapping bursts while the cluster changes; after each burst all is healed, and what is held must come to equal a fresh list with every
// kind live. Time is compressed: delays and deadlines are a fraction of the real ones. The seed fixes the schedule: which faults, how long, which changes.
// The subject is the source in this process, record by record; with --product the built dashboard as one process, by what it answers over HTTP.

import "./bent-process.mjs";
import { parseArgs } from "node:util";
import { createApiServer } from "@/lib/sources/demo/api-server";
import { startHttp2Proxy } from "@/lib/sources/demo/http2-proxy";
import { buildScale } from "@/lib/sources/demo/scale";
import { changeSomething } from "./churn";
import { freePort, pause } from "./dashboard";
import { addresses, faults, heal, type World } from "./faults";
import { createIdentity } from "./identity";
import { pick, seededRandom } from "./random";
import { startProduct } from "./subject-product";
import { startSource } from "./subject-source";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    faults: { type: "string" },
    short: { type: "boolean", default: false },
    product: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const wanted = Number(values.faults ?? (values.short ? (values.product ? 40 : 120) : 1000));
const bookmarkIntervalMs = 40;
const quietMaxMs = 180_000;

// At once: a run that is cut off can be played again too.
console.error(`seed ${String(seed)}`);
const problems: string[] = [];
const random = seededRandom(seed);
const port = await freePort();
const identity = await createIdentity("chaos", "api.chaos.test", port);
const server = createApiServer({
  objects: buildScale({ nodes: 6, pods: 1200, services: 12 }),
  bookmarkIntervalMs,
  token: identity.token,
  tls: identity.pair,
});
await server.start(port);
const target = `https://${addresses.usual}:${String(port)}`;
const proxy = await startHttp2Proxy({ target, host: addresses.proxy, port, tls: { ...identity.pair(), allowHTTP1: true } });
const subject = await (values.product ? startProduct(server, identity.kubeconfig) : startSource(server, identity.kubeconfig, seed));
const world: World = { server, proxy, subject, identity, random, clock: { aheadMs: 0 } };

const began = performance.now();
const injected = new Map<string, number>();
const quiets: number[] = [];
let rounds = 0;
for (let done = 0; done < wanted && problems.length === 0; rounds += 1) {
  for (let burst = 1 + Math.floor(random() * 4); burst > 0 && done < wanted; burst -= 1, done += 1) {
    const fault = pick(random, faults);
    injected.set(fault.name, (injected.get(fault.name) ?? 0) + 1);
    for (let changes = Math.floor(random() * 8); changes > 0; changes -= 1) changeSomething(server, random);
    await fault.inject(world);
    for (let changes = Math.floor(random() * 8); changes > 0; changes -= 1) changeSomething(server, random);
    await pause(random() * 150);
  }
  await heal(world);
  const healed = performance.now();
  const difference = await settle();
  if (difference !== null) problems.push(`round ${String(rounds)} (after ${String(done)} faults): ${difference}`);
  quiets.push(performance.now() - healed);
  if (rounds % 50 === 49) console.error(`${String(done)} faults, ${((performance.now() - began) / 1000).toFixed(0)} s`);
}
const open = server.openWatches();
const ended = await subject.stop();
problems.push(...ended.problems);
const left = await untilNone(() => server.openWatches());
if (left > 0) problems.push(`${String(left)} watches are open after the stop`);
await proxy.stop();
await server.stop();
identity.remove();
const timers = process.getActiveResourcesInfo().filter((each) => each === "Timeout").length;
if (timers > 0) problems.push(`${String(timers)} timers are left after the stop`);

const total = [...injected.values()].reduce((sum, each) => sum + each, 0);
quiets.sort((a, b) => a - b);
console.log(
  `seed ${String(seed)}: ${String(total)} faults of ${String(injected.size)} kinds (of ${String(faults.length)}) in ${String(rounds)} rounds, ` +
    `${((performance.now() - began) / 1000).toFixed(0)} s; ${String(open)} watches at the end`,
);
console.log(ended.told);
console.log(
  `after each of ${String(rounds)} quiet points it ${problems.length === 0 ? "equalled a fresh list with every kind live" : "DID NOT always equal a fresh list"} ` +
    `(median ${(quiets[Math.floor(quiets.length / 2)] ?? 0).toFixed(0)} ms after healing, at most ${(quiets.at(-1) ?? 0).toFixed(0)} ms)`,
);
for (const [name, times] of [...injected].sort()) console.log(`  ${String(times).padStart(4)}  ${name}`);
for (const problem of problems) console.log(`FAILED ${problem}`);
if (problems.length > 0)
  console.log(`replay: npm run chaos -- --seed ${String(seed)} --faults ${String(wanted)}${values.product ? " --product" : ""}`);
console.log(`${String(rounds - Math.min(rounds, problems.length))} passed, ${String(problems.length)} failed`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Waits until the subject says what the server holds. Returns: null, or what still differs when patience ended. */
async function settle(): Promise<string | null> {
  const end = performance.now() + quietMaxMs;
  for (;;) {
    const difference = await subject.difference();
    if (difference === null || performance.now() > end) return difference;
    await pause(values.product ? 50 : 10);
  }
}

async function untilNone(number: () => number): Promise<number> {
  for (let tries = 0; tries < 200 && number() > 0; tries += 1) await pause(10);
  return number();
}
