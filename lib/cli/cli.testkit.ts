import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

const root = join(import.meta.dirname, "../..");

export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

type Options = { readonly input?: string; readonly env?: Readonly<Record<string, string>> };

export type Bench = {
  /** A folder for this test file; it is also the working directory and home of what runs. */
  readonly folder: string;
  readonly run: (args: readonly string[], options?: Options) => Ended;
  /** The same while this process goes on, for a command that talks to a server of the test. */
  readonly start: (args: readonly string[]) => Promise<Ended>;
};

/** The command line as a process: bundled once from the sources as they are, run as a user runs it, without a kubeconfig. */
export function prepareCommandLine(): Bench {
  const folder = mkdtempSync(join(tmpdir(), "portolan-cli-"));
  const program = join(folder, "dist", "cli.mjs");
  const surroundings = (env: Readonly<Record<string, string>> = {}) => ({
    encoding: "utf8" as const,
    cwd: folder,
    env: { NODE_ENV: "production" as const, PATH: process.env["PATH"] ?? "", HOME: folder, KUBECONFIG: join(folder, "none"), ...env },
    maxBuffer: 64 << 20,
  });
  beforeAll(() => {
    execFileSync(process.execPath, ["scripts/bundle-cli.mjs", join(folder, "dist")], { cwd: root });
  }, 60_000);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  return {
    folder,
    run: (args, { input = "", env } = {}) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { ...surroundings(env), input });
      return { status, stdout, stderr };
    },
    start: (args) =>
      new Promise((resolve) => {
        const child = execFile(process.execPath, [program, ...args], surroundings(), (_, stdout, stderr) => {
          resolve({ status: child.exitCode, stdout, stderr });
        });
      }),
  };
}
