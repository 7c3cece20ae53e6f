import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, expect, it } from "vitest";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

type Ready = { readonly url: string; readonly control?: string };

/** The process and its first line of output. */
async function start(...args: readonly string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "lib/sources/demo/main.ts", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, "line"), once(createInterface({ input: child.stderr }), "line")])) as [string];
  return { child, line };
}

it("says where it listens, obeys orders also while it is down, and ends on SIGTERM", async () => {
  const { child, line } = await start("--control", "--token", "right");
  const { url, control = "" } = JSON.parse(line) as Ready;
  const headers = { authorization: "Bearer right" };
  const status = (): Promise<number> =>
    fetch(`${url}/version`, { headers }).then(
      ({ status: code }) => code,
      () => 0,
    );
  const order = (op: string): Promise<Response> => fetch(control, { method: "POST", body: JSON.stringify({ op }) });
  expect((await fetch(`${url}/version`)).status).toBe(401);
  expect(await status()).toBe(200);
  await order("down");
  expect(await status()).toBe(0);
  await order("up");
  expect(await status()).toBe(200);
  expect((await fetch(`${url}/apis/discovery.k8s.io/v1/endpointslices`, { headers })).status).toBe(403);
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  expect(await exit).toEqual([0, null]);
});

it("holds nothing, or as much as is asked for", async () => {
  for (const [args, count] of [
    [["--empty"], 0],
    [["--scale", "3,7,2"], 7],
  ] as const) {
    const { line } = await start(...args);
    const { url } = JSON.parse(line) as Ready;
    const list = (await (await fetch(`${url}/api/v1/pods`)).json()) as { readonly items: readonly unknown[] };
    expect(list.items).toHaveLength(count);
  }
});

it("refuses a size that is none", async () => {
  const { child, line } = await start("--scale", "many");
  expect(line).toBe("--scale: many: give NODES,PODS,SERVICES as whole numbers");
  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(2);
});
