// Speaks with the probe program: servers and connections inside network namespaces.

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cacheFolder } from "./build.mjs";

/** What the probe program says of one probe; its `observation`. */
export type Observation = {
  readonly id: string;
  readonly error?: string;
  readonly attempts: number;
  readonly counts: { readonly delivered: number; readonly refused: number; readonly timeout: number };
  readonly backends: Readonly<Record<string, number>>;
  readonly names: Readonly<Record<string, string>>;
  readonly sourceOf: Readonly<Record<string, "preserved" | "masqueraded" | "both">>;
  readonly http?: string;
};

export type ProbeCommand = {
  readonly netns: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly mark?: number;
  readonly sources?: readonly string[];
  readonly timeoutMs: number;
  readonly quick?: boolean;
};

const source = join(import.meta.dirname, "probe");
const program = join(
  cacheFolder,
  "bin",
  `probe-${createHash("sha256")
    .update(readFileSync(join(source, "main.go")))
    .digest("hex")
    .slice(0, 12)}`,
);

export function isProbeBuilt(): boolean {
  return existsSync(program);
}

export function buildProbe(): void {
  if (isProbeBuilt()) return;
  execFileSync("go", ["build", "-o", `${program}.part`, "."], {
    cwd: source,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, CGO_ENABLED: "0" },
  });
  renameSync(`${program}.part`, program);
}

export class ProbeClient {
  private readonly child: ChildProcess = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  private readonly waiting = new Map<string, (answer: Observation) => void>();
  private next = 0;
  constructor() {
    const { stdout } = this.child;
    if (stdout === null) throw new Error("the probe program has no output");
    createInterface({ input: stdout }).on("line", (line) => {
      const answer = JSON.parse(line) as Observation;
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
  }

  /** Listens on TCP and UDP until stopped. Returns: how to stop. */
  async serve(netns: string, name: string, ports: readonly number[]): Promise<() => Promise<void>> {
    const id = `s${String(this.next++)}`;
    const answer = await this.send({ id, op: "serve", netns, name, ports });
    if (answer.error !== undefined) throw new Error(`serve ${name} in ${netns}: ${answer.error}`);
    return async () => {
      await this.send({ id, op: "stop" });
    };
  }

  async probe(command: ProbeCommand): Promise<Observation> {
    const answer = await this.send({ ...command, id: `p${String(this.next++)}`, op: "probe" });
    if (answer.error !== undefined)
      throw new Error(`probe ${command.address}:${String(command.port)} from ${command.netns}: ${answer.error}`);
    return answer;
  }

  private send(command: { readonly id: string; readonly [key: string]: unknown }): Promise<Observation> {
    return new Promise((resolve) => {
      this.waiting.set(command.id, resolve);
      this.child.stdin?.write(`${JSON.stringify(command)}\n`);
    });
  }
}
