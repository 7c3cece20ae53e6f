import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { emptyPolicy } from "@/lib/core";
import { openUpload } from "./open";

const folder = mkdtempSync(join(tmpdir(), "portolan-open-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("a snapshot that is sent while the policy file has a mistake is read under the policy in force, if there is one", async () => {
  const file = join(folder, "portolan.yaml");
  writeFileSync(file, "version: 1\nbnds: []\n");
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { namespace: "a", name: "b" } }));
    await Promise.resolve();
  };
  const opened = await openUpload(bytes(), "a.json", file, emptyPolicy);
  expect(opened.ok && opened.value.policy).toMatchObject({
    value: emptyPolicy,
    file,
    error: expect.stringContaining("bnds: there is no such key: the last good one stays in force") as string,
  });
  expect(await openUpload(bytes(), "a.json", file, null)).toMatchObject({ ok: false, error: { kind: "bad-policy" } });
});
