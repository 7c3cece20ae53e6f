import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadPolicyFile, watchPolicyFile, type PolicyState } from "./policy-file";

const good = "version: 1\nbands:\n  - { name: a, kind: nodePort, ports: 30001-30020 }\n";
let folder = "";
let file = "";

beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), "portolan-policy-"));
  file = join(folder, "portolan.yaml");
  writeFileSync(file, good);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function follow(): { readonly states: PolicyState[]; readonly stop: () => void } {
  const first = loadPolicyFile(file);
  if ("kind" in first) throw new Error(first.what);
  const states: PolicyState[] = [first];
  return { states, stop: watchPolicyFile(file, first, (state) => states.push(state)) };
}

test.for([
  ["UTF-16", Buffer.from("\ufeffversion: 1\n", "utf16le"), "1:1: is not a text in UTF-8: it holds zero bytes"],
  ["another encoding", Buffer.from('version: 1\nbands: [{ name: "caf\u00e9" }]\n', "latin1"), "2:21: is not a text in UTF-8 here"],
  ["a long text", Buffer.from(`${"x".repeat(100_000)}\n`), `1:1: wants keys with values, not "${"x".repeat(56)}...`],
] as const)("a policy file of %s is refused in few words", ([, bytes, says]) => {
  writeFileSync(file, bytes);
  expect(loadPolicyFile(file)).toMatchObject({ kind: "bad-policy", where: `${file}:${says}` });
});

describe("a policy file that changes", () => {
  test("is in force without a restart, also when it is replaced as a mounted ConfigMap is", () => {
    const { states, stop } = follow();
    writeFileSync(join(folder, "next"), good.replace("name: a", "name: other"));
    renameSync(join(folder, "next"), file);
    vi.advanceTimersByTime(2000);
    stop();
    expect(states.map(({ value }) => value.bands[0]?.name)).toEqual(["a", "other"]);
    expect(states.at(-1)?.error).toBeNull();
  });

  test("keeps the last good text in force while it is broken, and says where", () => {
    const { states, stop } = follow();
    writeFileSync(file, `${good}bnds: []\n`);
    vi.advanceTimersByTime(2000);
    expect(states.at(-1)?.value).toBe(states[0]?.value);
    expect(states.at(-1)?.error).toMatch(/portolan\.yaml:4:1: .*bnds/);
    writeFileSync(file, good.replace("30020", "30040"));
    vi.advanceTimersByTime(2000);
    stop();
    expect(states.at(-1)).toMatchObject({ error: null, value: { bands: [{ ports: { last: 30_040 } }] } });
  });

  test("that goes away is an error, and its last text stays in force", () => {
    const { states, stop } = follow();
    rmSync(file);
    vi.advanceTimersByTime(2000);
    stop();
    expect(states.at(-1)?.error).toContain("cannot be read");
    expect(states.at(-1)?.value).toBe(states[0]?.value);
  });

  test("tells nothing while it stays the same, or after the end", () => {
    const { states, stop } = follow();
    vi.advanceTimersByTime(60_000);
    stop();
    writeFileSync(file, "version: 2\n");
    vi.advanceTimersByTime(60_000);
    expect(states).toHaveLength(1);
  });
});
