// npm start: installs, builds and serves; the first two only when something changed. Arguments go to `portolan serve`.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, install, root } from "./bootstrap.mjs";

const parent = process.ppid;

install();
build();

// npm runs this in a shell that does not hand signals on: when npm is ended, the shell goes and would leave a server behind.
if (process.env.npm_lifecycle_event === "start") {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
  }, 500).unref();
}

const program = join(root, "bin", "portolan");
process.argv.splice(1, 1, program, "serve");
await import(pathToFileURL(program).href);
