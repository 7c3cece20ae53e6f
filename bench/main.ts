// npm run bench: every measurement, one after the other; with a name (trace, rules, check, dump) that one alone. Absolute times are the machine's; each measurement prints what it compares with.

import { cpus, totalmem } from "node:os";
import { benchCheck } from "./check";
import { benchDump } from "./dump";
import { benchRules } from "./rules";
import { benchTrace } from "./trace";

console.log(
  `Node ${process.version}, ${String(cpus().length)} × ${cpus()[0]?.model ?? "unknown CPU"}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
);
const [only, megabytes = "1024", form] = process.argv.slice(2);
if (only === undefined || only === "trace") benchTrace();
if (only === undefined || only === "rules") benchRules();
if (only === undefined || only === "check") benchCheck();
if (only === undefined || only === "dump") await benchDump(Number(megabytes), form);
