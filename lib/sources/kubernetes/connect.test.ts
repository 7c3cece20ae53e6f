import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { connectContext, explainFailure } from "./connect";

const folder = mkdtempSync(join(tmpdir(), "portolan-connect-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const good = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "one",
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "u", user: { token: "t" } }],
  contexts: [
    { name: "one", context: { cluster: "c", user: "u", namespace: "team" } },
    { name: "two", context: { cluster: "gone", user: "u" } },
  ],
});

describe("a kubeconfig", () => {
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  test("gives the connection of its current context", () => {
    const connection = connectContext(write("good.json", good), null, {});
    expect(
      connection.ok && { name: connection.value.name, server: connection.value.server(), namespace: connection.value.namespace },
    ).toEqual({ name: "one", server: "https://127.0.0.1:1", namespace: "team" });
  });

  test.for([
    {
      name: "no kubeconfig at all",
      file: null,
      context: null,
      env: { KUBECONFIG: "/nonexistent/config" },
      kind: "no-cluster",
      says: "no kubeconfig",
    },
    { name: "a file that is no kubeconfig", file: "\u0000png", context: null, env: {}, kind: "bad-kubeconfig", says: "cannot be read" },
    {
      name: "an empty entry",
      file: good.replace('"clusters":[', '"clusters":[null,'),
      context: null,
      env: {},
      kind: "bad-kubeconfig",
      says: "an entry of its clusters, users or contexts is empty",
    },
    { name: "an unknown context", file: good, context: "three", env: {}, kind: "bad-kubeconfig", says: "three" },
    { name: "a context without its cluster", file: good, context: "two", env: {}, kind: "bad-kubeconfig", says: "no known cluster" },
    {
      name: "a server without its scheme",
      file: good.replace("https://127.0.0.1:1", "127.0.0.1:6443"),
      context: null,
      env: {},
      kind: "bad-kubeconfig",
      says: "no address",
    },
    {
      name: "a proxy without its scheme",
      file: good.replace('"server":', '"proxy-url":"localhost:3128","server":'),
      context: null,
      env: {},
      kind: "bad-kubeconfig",
      says: 'the proxy-url of the cluster "c" is no address',
    },
    {
      name: "a server of another scheme",
      file: good.replace("https://127.0.0.1:1", "localhost:6443"),
      context: null,
      env: {},
      kind: "bad-kubeconfig",
      says: "no address",
    },
    {
      name: "a kubeconfig without a current context",
      file: good.replace('"current-context":"one",', ""),
      context: null,
      env: {},
      kind: "no-cluster",
      says: "no current context",
    },
  ])("$name: one clear error", ({ file, context, env, kind, says }) => {
    const result = connectContext(file === null ? null : write("case.json", file), context, env);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.error.kind).toBe(kind);
    expect(`${result.error.what}: ${result.error.todo}`).toContain(says);
    expect(result.error.todo).not.toBe("");
  });
});

describe("a failed connection", () => {
  test.for([
    { code: "ECONNREFUSED", kind: "unreachable", says: "refused" },
    { code: "ENOTFOUND", kind: "unreachable", says: "resolved" },
    { code: "DEPTH_ZERO_SELF_SIGNED_CERT", kind: "untrusted-certificate", says: "not trusted" },
    { code: "CERT_HAS_EXPIRED", kind: "untrusted-certificate", says: "not trusted" },
  ])("$code is explained", ({ code, kind, says }) => {
    const error = explainFailure(Object.assign(new Error("x"), { code }), new URL("https://10.0.0.1:6443/api"));
    expect(error.kind).toBe(kind);
    expect(error.what).toContain(says);
    expect(error.where).toBe("https://10.0.0.1:6443");
  });
});
