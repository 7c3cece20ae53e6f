// Loaded before a program (node --import): its clock, its resolver and its delays can be bent, as a test cannot from outside. What may be set at any time,
// here or by an inspector, is `globalThis.bent`.

import dns from "node:dns";

/** The one name that is resolved here, to `bent.address`: an IPv4 address, or the code of an error. */
const name = "api.chaos.test";
const bent = { aheadMs: 0, address: "127.0.0.1", unhandled: 0 };
globalThis.bent = bent;

const { now } = Date;
Date.now = () => now() + bent.aheadMs;

const { lookup } = dns;
dns.lookup = (host, options, done) => {
  if (host !== name) return lookup(host, options, done);
  const { address } = bent;
  if (/^[A-Z]/.test(address)) return done(Object.assign(new Error(`getaddrinfo ${address} ${host}`), { code: address }));
  return options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4);
};

// Every delay and deadline of the program is that much shorter.
const compression = Number(process.env.BENT_COMPRESSION ?? 1);
for (const timer of ["setTimeout", "setInterval"]) {
  const original = globalThis[timer];
  const compressed = (run, ms, ...args) => original(run, ms / compression, ...args);
  globalThis[timer] = Object.defineProperties(compressed, Object.getOwnPropertyDescriptors(original));
}

for (const event of ["unhandledRejection", "uncaughtException"])
  process.on(event, (cause) => {
    bent.unhandled += 1;
    process.stderr.write(`${event}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`);
  });
