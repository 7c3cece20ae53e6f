import { writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterEach, describe, expect, test } from "vitest";
import { createApiServer } from "@/lib/sources/demo/api-server";
import { buildScale } from "@/lib/sources/demo/scale";
import { buildStory } from "@/lib/sources/demo/story/story";
import { prepareCommandLine, type Ended } from "./cli.testkit";
import type { ClusterReport } from "./examine-cluster";

const { folder, run, start } = prepareCommandLine();
const opened: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop();
});

function writeKubeconfig(
  server: string,
  { context = "test", user = {} }: { readonly context?: string; readonly user?: object } = {},
): string {
  const file = join(folder, "config.json");
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": context,
      clusters: [{ name: "c", cluster: { server } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "test", context: { cluster: "c", user: "u" } }],
    }),
  );
  return file;
}

/** An API server with the demo's objects; `forbid` as its switches take it. */
async function startApi(forbid: readonly string[] = []): Promise<string> {
  const api = createApiServer({ objects: buildStory() });
  for (const each of forbid) api.switches.forbidden.add(each);
  opened.push(api);
  return api.start();
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({ stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) });
  return (server.address() as AddressInfo).port;
}

async function examine(kubeconfig: string, ...args: readonly string[]): Promise<Ended & { readonly cluster: ClusterReport }> {
  const ended = await start(["doctor", "--kubeconfig", kubeconfig, "-o", "json", ...args]);
  const { clusters } = JSON.parse(ended.stdout) as { readonly clusters: readonly [ClusterReport] };
  return { ...ended, cluster: clusters[0] };
}

describe("doctor", { timeout: 60_000 }, () => {
  test("everything may be read: every verb of every kind, the proxies, and nothing to add", async () => {
    const { status, stderr, cluster } = await examine(writeKubeconfig(await startApi()));
    expect(status).toBe(0);
    expect(stderr).toBe("");
    expect(cluster).toMatchObject({
      name: "test",
      source: "kubeconfig",
      version: "v1.36.2",
      troubles: [],
      rbac: null,
      policy: { file: null, error: null },
    });
    expect(cluster.proxies).toEqual([{ proxy: "kube-proxy nftables 1.36", nodes: 12 }]);
    expect(cluster.latencyMs).toBeGreaterThan(0);
    for (const { kind, verbs, state, message } of cluster.kinds)
      expect({ kind, verbs, state, message }).toEqual({
        kind,
        verbs: kind === "configmaps" ? { get: "allowed", list: null, watch: null } : { get: "allowed", list: "allowed", watch: "allowed" },
        state: "live",
        message: null,
      });
  });

  test("what is forbidden is named kind by kind and namespace by namespace, with the RBAC that is missing and no other", async () => {
    const kubeconfig = writeKubeconfig(await startApi(["endpointslices/tenant-b", "deployments", "configmaps"]));
    const { status, cluster } = await examine(kubeconfig);
    expect(status).toBe(0);
    const of = (name: string): unknown => cluster.kinds.find(({ kind }) => kind === name);
    expect(of("endpointslices")).toMatchObject({
      verbs: { get: "allowed", list: "forbidden", watch: "forbidden" },
      state: "live",
      forbiddenNamespaces: ["tenant-b"],
    });
    expect(of("deployments")).toMatchObject({ verbs: { get: "forbidden", list: "forbidden", watch: "forbidden" }, state: "forbidden" });
    expect(of("configmaps")).toMatchObject({ verbs: { get: "forbidden", list: null, watch: null } });
    expect((cluster.rbac ?? "").split("\n").filter((line) => /^kind:|^ {2}- /.test(line))).toEqual([
      "kind: ClusterRole",
      '  - { apiGroups: ["discovery.k8s.io"], resources: [endpointslices], verbs: [list, watch] }',
      '  - { apiGroups: ["apps"], resources: [deployments], verbs: [get, list, watch] }',
      "kind: ClusterRoleBinding",
      '  - { kind: User, apiGroup: rbac.authorization.k8s.io, name: "demo" }',
      "kind: Role",
      '  - { apiGroups: [""], resources: [configmaps], resourceNames: [kube-proxy, kube-proxy-config, cilium-config, antrea-config], verbs: [get, list, watch] }',
      "kind: RoleBinding",
      '  - { kind: User, apiGroup: rbac.authorization.k8s.io, name: "demo" }',
    ]);
    const yaml = await start(["doctor", "--kubeconfig", kubeconfig, "-o", "yaml"]);
    expect(yaml.stdout).toBe(cluster.rbac);
    expect((await start(["doctor", "--kubeconfig", kubeconfig, "--strict"])).status).toBe(1);
  });

  test("a way that takes `continue` away: what the first page shows is enough", async () => {
    const api = createApiServer({ objects: buildScale({ nodes: 2, pods: 600, services: 600 }) });
    api.switches.strip.add("continue");
    api.switches.forbidden.add("pods");
    opened.push(api);
    const { cluster } = await examine(writeKubeconfig(await api.start()));
    expect(cluster.kinds.find(({ kind }) => kind === "pods")).toMatchObject({ verbs: { list: "forbidden" } });
  });

  test("nothing required may be read: exit code 2, and still the table and the RBAC", async () => {
    const { status, stderr, cluster } = await examine(
      writeKubeconfig(await startApi(["nodes", "pods", "services", "endpointslices"])),
      "-n",
      "web",
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/^portolan: no permission for any required kind: .*: grant what is listed below$/m);
    expect(cluster.kinds.filter(({ state }) => state === "forbidden").map(({ kind }) => kind)).toEqual([
      "nodes",
      "pods",
      "services",
      "endpointslices",
    ]);
    expect(cluster.rbac).toContain("resources: [nodes], verbs: [get, list, watch]");
  });

  test("a mistake in the policy file hides nothing else", async () => {
    const policy = join(folder, "policy.yaml");
    writeFileSync(policy, "version: 1\nbandz: []\n");
    const { status, stderr, cluster } = await examine(writeKubeconfig(await startApi()), "--policy", policy);
    expect(status).toBe(2);
    expect(stderr).toMatch(/policy file has a mistake: .*policy\.yaml:2:1: .*bandz/);
    expect(cluster.policy.error).toContain("bandz");
    expect(cluster.kinds).toHaveLength(8);
  });

  const trouble = async (kubeconfig: string, ...args: readonly string[]): Promise<string> => {
    const ended = await start(["doctor", "--kubeconfig", kubeconfig, ...args]);
    expect(ended.status).toBe(2);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
    return ended.stderr;
  };
  const answerAll =
    (status: number, message: string): RequestListener =>
    (_, response) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ kind: "Status", message }));

  test("a refused connection", async () => {
    const gone = createServer();
    const port = await listen(gone);
    gone.close();
    expect(await trouble(writeKubeconfig(`http://127.0.0.1:${String(port)}`))).toMatch(
      /does not answer: the connection is refused: http:\/\/127\.0\.0\.1:\d+: check/,
    );
  });

  test("credentials that are refused", async () => {
    const port = await listen(createServer(answerAll(401, "Unauthorized")));
    expect(await trouble(writeKubeconfig(`http://127.0.0.1:${String(port)}`))).toMatch(
      /the credentials are refused \(401\): .*: log in again, or renew the token/,
    );
  });

  test("a certificate that is not trusted; the token does not show", async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "nobody" }], { keyType: "ec" });
    const port = await listen(createTlsServer({ key, cert }, answerAll(200, "")));
    const said = await trouble(writeKubeconfig(`https://127.0.0.1:${String(port)}`, { user: { token: "s3cr3t-token" } }));
    expect(said).toMatch(
      /certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\): https:\/\/127\.0\.0\.1:\d+: check certificate-authority/,
    );
    expect(said).not.toContain("s3cr3t");
  });

  test("an exec plugin that is not there", async () => {
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-plugin", interactiveMode: "Never" };
    expect(await trouble(writeKubeconfig("https://127.0.0.1:1", { user: { exec } }))).toMatch(
      /the credentials cannot be had: https:\/\/127\.0\.0\.1:1: .*no-such-plugin/,
    );
  });

  test("a context that is not there", async () => {
    expect(await trouble(writeKubeconfig("http://127.0.0.1:1"), "--context", "other")).toMatch(
      /there is no context "other": .*: known contexts: test/,
    );
  });

  test("a kubeconfig that is none, and none at all", async () => {
    const file = join(folder, "broken");
    writeFileSync(file, "{");
    expect(await trouble(file)).toMatch(/kubeconfig cannot be read/);
    expect(run(["doctor"]).stderr).toMatch(/^portolan: no cluster: /);
  });

  test.for([
    { name: "a page", answer: answerAll(200, "hello"), says: /does not answer as an API server \(200\): .*: check the server's address/ },
    {
      name: "a redirect to a login",
      answer: answerAll(302, ""),
      says: /does not answer as an API server \(302\): .*: check the server's address/,
    },
    { name: "a proxy without a server", answer: answerAll(503, ""), says: /does not answer as an API server \(503\): .*: try again/ },
  ])("something that is no API server: $name", async ({ answer, says }) => {
    const port = await listen(createServer(answer));
    expect(await trouble(writeKubeconfig(`http://127.0.0.1:${String(port)}`))).toMatch(says);
  });

  test("a snapshot: what is in it, and nothing to grant", () => {
    const file = join(folder, "some.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: buildStory().filter(({ kind }) => kind !== "Pod") }));
    const { status, stdout } = run(["doctor", "--snapshot", file]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^pods +yes +- +- +- +notCollected +0/m);
    expect(stdout).not.toContain("ClusterRole");
    expect(run(["doctor", "--snapshot", file, "--strict"]).status).toBe(1);
  });

  test("the demo", () => {
    const { status, stdout } = run(["doctor", "--demo"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^endpointslices +yes +allowed +forbidden +forbidden +live +\d+ +readable in clearml, .*; forbidden in tenant-b; /m,
    );
  });
});
