// Starts a program with its output in a file, and stops it for good.

import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export type Running = {
  readonly pid: number;
  /** SIGTERM, after five seconds SIGKILL; settles when the process is gone. */
  stop(): Promise<void>;
  /** The end of what it wrote. */
  tail(): string;
  isAlive(): boolean;
};

const running = new Set<Running>();

export function startProcess(
  program: string,
  args: readonly string[],
  logFile: string,
  { env = process.env, cwd }: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Running {
  const log = openSync(logFile, "a");
  const child = spawn(program, args, { stdio: ["ignore", log, log], env, cwd });
  closeSync(log);
  let failure = "";
  child.on("error", (error) => (failure = error.message));
  const each: Running = {
    pid: child.pid ?? 0,
    stop: async () => {
      running.delete(each);
      await end(child);
    },
    tail: () => `${failure}${readFileSync(logFile, "utf8").slice(-2000)}`,
    isAlive: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
  };
  running.add(each);
  return each;
}

/** Stops whatever is still running, the youngest first. */
export async function stopAll(): Promise<void> {
  for (const each of [...running].reverse()) await each.stop();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await gone;
  clearTimeout(timer);
}

/** Asks until the answer is no longer undefined. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000,
  everyMs = 50,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${String(timeoutMs / 1000)} s in vain: ${what}`);
    await pause(everyMs);
  }
}

/** A TCP port of the loopback address that nothing uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
      });
    });
  });
}
