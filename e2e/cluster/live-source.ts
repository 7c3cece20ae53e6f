// Proves the live source on a real etcd and API server, through the running product: what it shows is compared with a process that has just listed everything,
// and what it asked for is read off a gateway in front of the API server.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { startApiServer, startEtcd, type ApiServer, type Etcd, type Token } from "./control-plane";
import { credentialsLastMs, writeExecPlugin } from "./exec-plugin";
import { startGateway, type Gateway, type Seen } from "./gateway";
import { createObjects, createService, grant, namespaces, order } from "./live-objects";
import { runDoctor, startProduct, writeKubeconfig, type Examined, type KindState, type Product, type Reader } from "./live-lab";
import { tryEveryRight } from "./rights";
import { stopAll, until } from "./process";
import { runProofs, type Proof } from "./proof";

type States = Readonly<Record<string, KindState>>;
const required = ["nodes", "pods", "services", "endpointslices"] as const;
const account = "system:serviceaccount:kube-system:portolan";
const manifest = join(import.meta.dirname, "..", "..", "deploy", "rbac.yaml");

/** A refused kind is tried again within 45 s; the rest is for slow machines. */
const noticedMs = 90_000;
/** The API server sends one about every minute. */
const bookmarkMs = 150_000;

const areAll = (state: string) => (states: States) => required.every((kind) => states[kind]?.state === state);

/** Runs every proof in turn on servers of its own; stops all it started, whatever happens. */
export async function proveLiveSource(say: (line: string) => void = console.error): Promise<readonly Proof[]> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-live-"));
  const gateways: Gateway[] = [];
  try {
    const lab = await startLab(folder, gateways);
    return await runProofs(provers, lab, say);
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Lab = {
  readonly etcd: Etcd;
  api: ApiServer;
  /** Ends the API server, does `meanwhile`, and starts it at its old place with these static tokens. */
  restart(tokens: readonly Token[], meanwhile?: () => Promise<void>): Promise<void>;
  readonly paged: ApiServer;
  readonly wide: Gateway;
  readonly pagedGate: Gateway;
  readonly filed: Gateway;
  readonly plugin: Gateway;
  readonly narrow: Gateway;
  readonly partial: Gateway;
  readonly product: Product;
  readonly tokens: readonly Token[];
  readonly tokenFile: string;
  readonly pluginRuns: () => readonly number[];
  /** What `portolan doctor` says to an account that has no rights. */
  readonly doctor: (format: "json" | "yaml") => Promise<Examined>;
  setDirectToken(token: string): void;
};

async function startLab(folder: string, gateways: Gateway[]): Promise<Lab> {
  const etcd = await startEtcd(folder);
  const user = (name: string): Token => ({ token: `token-${name}`, user: name, groups: [] });
  const tokens = [
    user("nobody"),
    user("narrow"),
    user("partial"),
    { ...user("direct"), user: account },
    { ...user("paged"), user: account },
  ];
  const start = (name: string, given: readonly Token[], flags: readonly string[], port?: number): Promise<ApiServer> =>
    startApiServer({
      folder: join(folder, name),
      etcd,
      tokens: given,
      // Without a default route it would find no address of its own.
      flags: ["--authorization-mode=RBAC", "--advertise-address=10.190.1.250", ...flags],
      ...(port === undefined ? {} : { port }),
    });
  const api = await start("streaming", tokens, []);
  const paged = await start("paged", tokens, ["--feature-gates=WatchList=false"]);
  await applyManifests(api, readFileSync(manifest, "utf8"));
  await createObjects(api);
  await grant(api, "narrow", null, "narrow-nodes", ["nodes"]);
  await grant(api, "narrow", "team-a", "narrow", ["pods", "services", "endpointslices"]);
  await grant(api, "partial", null, "partial", ["nodes", "pods", "services"]);

  const gate = async (server: ApiServer, name: string): Promise<Gateway> => {
    const gateway = await startGateway(server.port, join(folder, name));
    gateways.push(gateway);
    return gateway;
  };
  const wide = await gate(api, "streaming");
  const [filed, plugin, narrow, partial] = [
    await gate(api, "streaming"),
    await gate(api, "streaming"),
    await gate(api, "streaming"),
    await gate(api, "streaming"),
  ];
  const pagedGate = await gate(paged, "paged");

  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, `${await requestToken(api, "first")}\n`);
  const execPlugin = writeExecPlugin(folder, await requestToken(api, "plugin"));

  const kubeconfig = join(folder, "kubeconfig");
  const readers = (direct: string): readonly Reader[] => [
    { name: "wide", server: wide.url, user: { token: "token-direct" } },
    { name: "paged", server: pagedGate.url, user: { token: "token-paged" } },
    { name: "direct", server: api.url, user: { token: direct } },
    { name: "filed", server: filed.url, user: { tokenFile: "token" } },
    { name: "plugin", server: plugin.url, user: { exec: execPlugin.exec } },
    { name: "narrow", server: narrow.url, user: { token: "token-narrow" } },
    { name: "partial", server: partial.url, user: { token: "token-partial" } },
  ];
  writeKubeconfig(kubeconfig, readers("token-direct"));
  const bare = join(folder, "kubeconfig-nobody");
  writeKubeconfig(bare, [{ name: "nobody", server: api.url, user: { token: "token-nobody" } }]);
  const policy = join(folder, "portolan.yaml");
  writeFileSync(policy, JSON.stringify({ version: 1, clusters: { narrow: { namespaces: ["team-a", "team-b"] } } }));
  const names = readers("").map(({ name }) => name);
  const product = await startProduct(folder, kubeconfig, names, policy);
  const lab: Lab = {
    etcd,
    api,
    paged,
    wide,
    pagedGate,
    filed,
    plugin,
    narrow,
    partial,
    product,
    tokens,
    tokenFile,
    pluginRuns: execPlugin.runs,
    doctor: (format) => runDoctor(folder, bare, format),
    setDirectToken: (token) => {
      writeKubeconfig(kubeconfig, readers(token));
    },
    restart: async (given, meanwhile = () => Promise.resolve()) => {
      await lab.api.stop();
      await meanwhile();
      lab.api = await start("streaming", given, [], api.port);
    },
  };
  return lab;
}

/** As they are, document by document. */
async function applyManifests(api: ApiServer, documents: string): Promise<void> {
  for (const text of documents.split(/^---$/m)) {
    const [, group, kind = ""] = /^apiVersion: (?:(\S+)\/)?v1\nkind: (\w+)$/m.exec(text) ?? [];
    const namespace = /^metadata:\n(?: .*\n)*? {2}namespace: (\S+)$/m.exec(text)?.[1];
    const root = group === undefined ? "/api/v1" : `/apis/${group}/v1`;
    const place = namespace === undefined ? "" : `/namespaces/${namespace}`;
    await order(api, "POST", `${root}${place}/${kind.toLowerCase()}s`, text, "application/yaml");
  }
}

/** A token of the product's service account that is valid as long as the Secret `name` exists. */
async function requestToken(api: ApiServer, name: string): Promise<string> {
  const secret = (await order(api, "POST", "/api/v1/namespaces/kube-system/secrets", { metadata: { name } })) as {
    readonly metadata: { readonly uid: string };
  };
  const boundObjectRef = { kind: "Secret", apiVersion: "v1", name, uid: secret.metadata.uid };
  const answer = await order(api, "POST", "/api/v1/namespaces/kube-system/serviceaccounts/portolan/token", { spec: { boundObjectRef } });
  return (answer as { readonly status: { readonly token: string } }).status.token;
}

const isListing = ({ query }: Seen): boolean => !query.has("watch") || query.has("sendInitialEvents");
const of = (kind: string) => (each: Seen) => each.path.endsWith(`/${kind}`);

/** Once all that was told before has arrived. */
async function equalsFresh(lab: Lab, cluster: string): Promise<void> {
  const fresh = await lab.product.fresh(cluster);
  const isSame = async (): Promise<true | undefined> => (isDeepStrictEqual(await lab.product.rows(cluster), fresh) ? true : undefined);
  await until(`${cluster} equals a fresh list`, isSame, 20_000).catch(async () => {
    assert.deepEqual(await lab.product.rows(cluster), fresh);
  });
}

async function waitForRow(lab: Lab, cluster: string, name: string, isThere = true): Promise<void> {
  await until(
    `${cluster} ${isThere ? "shows" : "no longer shows"} ${name}`,
    async () => ((await lab.product.rows(cluster)).some(({ holder }) => holder.name === name) === isThere ? true : undefined),
    20_000,
  );
}

const servicePath = (name: string): string => `/api/v1/namespaces/team-a/services/${name}`;

const provers: Readonly<Record<string, (lab: Lab) => Promise<void>>> = {
  "a streaming list and a paged one give the same": async (lab) => {
    for (const cluster of ["wide", "paged"]) await lab.product.waitFor(cluster, "live", areAll("live"), 60_000);
    const [streamed, paged] = [await lab.product.rows("wide"), await lab.product.rows("paged")];
    assert.equal(streamed.length, namespaces.length);
    assert.deepEqual(
      streamed.map((row) => ({ ...row, cluster: "" })),
      paged.map((row) => ({ ...row, cluster: "" })),
    );
    const [slices, pages] = [lab.wide.seen.filter(of("endpointslices")), lab.pagedGate.seen.filter(of("endpointslices"))];
    assert.ok(slices.length > 0 && slices.every(({ query }) => query.has("watch")), "the streaming reader never lists");
    assert.ok(
      pages.some(({ status, query }) => status === 422 && query.has("sendInitialEvents")),
      "the feature is off",
    );
    assert.ok(
      pages.some(({ query }) => query.has("continue")),
      "there is a second page",
    );
    const counts = [await lab.product.states("wide"), await lab.product.states("paged")].map((each) => each["endpointslices"]?.count);
    // Two for each Service, 520 besides and the API server's own.
    assert.ok((counts[0] ?? 0) >= 526);
    assert.equal(counts[0], counts[1]);
  },

  "both address families are read and answered": async ({ product }) => {
    for (const address of ["10.190.1.2", "fd00:190::2"]) assert.equal(await product.outcome("wide", address, 30_001), "delivered", address);
    assert.notEqual(await product.outcome("wide", "fd00:190::2", 30_999), "delivered");
  },

  "a watch that was cut goes on where it was": async (lab) => {
    const before = lab.wide.seen.length;
    lab.wide.cut();
    await lab.product.waitFor("wide", "stale while cut off", areAll("stale"));
    assert.equal((await lab.product.rows("wide")).length, namespaces.length);
    await createService(lab.api, "team-a", "while-cut", 30_011, 1);
    await order(lab.api, "DELETE", "/api/v1/namespaces/team-b/services/web");
    lab.wide.open();
    await lab.product.waitFor("wide", "live again", areAll("live"), 60_000);
    await waitForRow(lab, "wide", "while-cut");
    const asked = lab.wide.seen.slice(before).filter((each) => of("services")(each) || of("endpointslices")(each));
    const resumed = asked.filter(({ query }) => query.has("watch") && query.has("resourceVersion"));
    assert.ok(resumed.length >= 2, "both kinds resume from a version");
    assert.ok(!asked.some(isListing), "nothing is listed anew");
    await equalsFresh(lab, "wide");
  },

  "versions that etcd compacted are listed anew, without loss or leftovers": async (lab) => {
    lab.wide.cut();
    await lab.product.waitFor("wide", "stale while cut off", areAll("stale"));
    const before = lab.wide.seen.length;
    await createService(lab.api, "team-a", "new", 30_012, 1);
    await order(lab.api, "DELETE", servicePath("while-cut"));
    await compact(lab.etcd);
    // Its watch cache would still know.
    await lab.restart(lab.tokens);
    lab.wide.open();
    await lab.product.waitFor("wide", "live again", areAll("live"), 60_000);
    await waitForRow(lab, "wide", "new");
    await waitForRow(lab, "wide", "while-cut", false);
    const asked = lab.wide.seen.slice(before).filter(of("services"));
    assert.ok(
      asked.some(({ expired }) => expired),
      "the API server answered 410",
    );
    assert.ok(asked.some(isListing), "and was listed anew");
    await equalsFresh(lab, "wide");
  },

  "an API server that restarts with other tokens: stale, then live by itself": async (lab) => {
    await lab.product.waitFor("direct", "live", areAll("live"), 60_000);
    const rows = await lab.product.rows("direct");
    const others = lab.tokens.map((each) => (each.token === "token-direct" ? { ...each, token: "token-other" } : each));
    await lab.restart(others, async () => {
      await lab.product.waitFor("direct", "stale while the server is away", areAll("stale"));
      assert.deepEqual(await lab.product.rows("direct"), rows);
    });
    await order(lab.api, "DELETE", servicePath("new"));
    await until(
      "the old token is refused",
      async () => {
        const { body } = await lab.product.get("/api/v1/clusters");
        return JSON.stringify(body).includes("401") ? true : undefined;
      },
      noticedMs,
    );
    assert.ok(areAll("stale")(await lab.product.states("direct")));
    assert.deepEqual(await lab.product.rows("direct"), rows);
    lab.setDirectToken("token-other");
    await lab.product.waitFor("direct", "live with the new token", areAll("live"), noticedMs);
    await waitForRow(lab, "direct", "new", false);
    await equalsFresh(lab, "direct");
    await lab.restart(lab.tokens);
    lab.setDirectToken("token-direct");
    for (const cluster of ["wide", "direct"]) await lab.product.waitFor(cluster, "live", areAll("live"), noticedMs);
  },

  "a token file that is replaced is read": async (lab) => {
    await lab.product.waitFor("filed", "live", areAll("live"), noticedMs);
    const first = readFileSync(lab.tokenFile, "utf8").trim();
    const second = await requestToken(lab.api, "second");
    writeFileSync(lab.tokenFile, second);
    await reconnect(lab, "filed", lab.filed);
    assert.equal(lab.filed.seen.at(-1)?.token, second);
    await order(lab.api, "DELETE", "/api/v1/namespaces/kube-system/secrets/first");
    await untilRefused(lab.api, first);
    await reconnect(lab, "filed", lab.filed);
    // The other order: the token is refused before its successor is there.
    await order(lab.api, "DELETE", "/api/v1/namespaces/kube-system/secrets/second");
    await untilRefused(lab.api, second);
    lab.filed.cut();
    await lab.product.waitFor("filed", "stale", areAll("stale"));
    const before = lab.filed.seen.length;
    lab.filed.open();
    await until("it is refused", () => (lab.filed.seen.slice(before).some(({ status }) => status === 401) ? true : undefined), noticedMs);
    assert.ok(areAll("stale")(await lab.product.states("filed")));
    writeFileSync(lab.tokenFile, await requestToken(lab.api, "third"));
    await lab.product.waitFor("filed", "live with the third token", areAll("live"), noticedMs);
  },

  "an exec plugin runs once for all, and again when its credentials expire": async (lab) => {
    await lab.product.waitFor("plugin", "live", areAll("live"), noticedMs);
    const [ranBefore, seenBefore] = [lab.pluginRuns().length, lab.plugin.seen.length];
    await reconnect(lab, "plugin", lab.plugin);
    const [runs, seen] = [lab.pluginRuns().slice(ranBefore), lab.plugin.seen.slice(seenBefore)];
    for (const kind of required) assert.ok(seen.some(of(kind)), `${kind} asks again`);
    assert.ok(!seen.some(({ status }) => status === 401), "its credentials are accepted");
    assert.ok(runs.length > 0, "it ran again");
    for (const [index, ranAt] of runs.slice(1).entries()) {
      const passedMs = ranAt - (runs[index] ?? 0);
      assert.ok(passedMs >= credentialsLastMs, `it ran again ${String(passedMs)} ms later, while its credentials were good`);
    }
  },

  "one namespace only; another one and then all are allowed later, and taken away": async (lab) => {
    const { product, api, narrow } = lab;
    const spaces = async (): Promise<readonly string[]> => [...new Set((await product.rows("narrow")).map(({ namespace }) => namespace))];
    const isRefusedIn = (names: readonly string[]) => (states: States) =>
      areAll("live")(states) && JSON.stringify(states["services"]?.forbiddenNamespaces) === JSON.stringify(names);
    await createService(api, "team-b", "later", 30_021, 2);
    await product.waitFor("narrow", "one namespace", isRefusedIn(["team-b"]), noticedMs);
    assert.deepEqual(await spaces(), ["team-a"]);
    await grant(api, "narrow", "team-b", "narrow", ["pods", "services", "endpointslices"]);
    await product.waitFor("narrow", "the second namespace", isRefusedIn([]), noticedMs);
    assert.deepEqual([...(await spaces())].sort(), ["team-a", "team-b"]);
    const binding = await grant(api, "narrow", null, "narrow-all", ["pods", "services", "endpointslices"]);
    await until("all namespaces", async () => ((await spaces()).length === 3 ? true : undefined), noticedMs);
    await order(api, "DELETE", binding);
    await untilForbidden(api, "token-narrow", ["pods", "services", "endpointslices"]);
    narrow.cut();
    narrow.open();
    await until("two namespaces again", async () => ((await spaces()).length === 2 ? true : undefined), noticedMs, 200);
    await product.waitFor("narrow", "the third is refused", isRefusedIn(["default", "team-c"]), noticedMs);
  },

  "a kind that is forbidden makes its answers unknown, until it is allowed, and again when it is not": async (lab) => {
    const { product, api, partial } = lab;
    // Namespaces are tried again one by one, so some may be allowed before all are.
    const isSlices = (state: string) => (states: States) =>
      states["endpointslices"]?.state === state &&
      states["endpointslices"].forbiddenNamespaces.length === 0 &&
      states["services"]?.state === "live";
    await product.waitFor("partial", "forbidden", isSlices("forbidden"), noticedMs);
    assert.equal(await product.outcome("partial", "10.190.1.2", 30_001), "unknown");
    const binding = await grant(api, "partial", null, "partial-slices", ["endpointslices"]);
    await product.waitFor("partial", "allowed", isSlices("live"), noticedMs);
    assert.equal(await product.outcome("partial", "10.190.1.2", 30_001), "delivered");
    await order(api, "DELETE", binding);
    await untilForbidden(api, "token-partial", ["endpointslices"]);
    partial.cut();
    partial.open();
    await product.waitFor("partial", "forbidden again", isSlices("forbidden"), noticedMs);
    assert.equal(await product.outcome("partial", "10.190.1.2", 30_001), "unknown");
  },

  "the shipped RBAC manifest is enough, and nothing more": async ({ api, product }) => {
    const states = await product.states("direct");
    for (const [kind, { state }] of Object.entries(states)) assert.equal(state, "live", kind);
    assert.deepEqual(await tryEveryRight(api, "token-direct"), []);
  },

  "what doctor prints for an account without rights is enough, and then it prints nothing": async ({ api, doctor }) => {
    const before = await doctor("yaml");
    assert.equal(before.code, 2);
    assert.match(before.stdout, /kind: ClusterRole\n/);
    await applyManifests(api, before.stdout);
    const kinds = await until("everything may be read", async () => {
      const { code, stdout } = await doctor("json");
      const { clusters } = JSON.parse(stdout) as {
        readonly clusters: readonly { readonly rbac: string | null; readonly kinds: readonly KindState[] }[];
      };
      return code === 0 && clusters[0]?.rbac === null ? clusters[0].kinds : undefined;
    });
    for (const kind of kinds) assert.equal(kind.state, "live", JSON.stringify(kind));
    assert.deepEqual(await doctor("yaml"), { code: 0, stdout: "" });
  },

  "bookmarks arrive and move the point to resume from": async (lab) => {
    // Nothing in the lab writes DaemonSets, so that only bookmarks can move their version: on from where the watch resumed, or its first list ended.
    const reached = await until(
      "a bookmark that moves on",
      () => {
        const watch = lab.wide.seen.findLast((each) => of("daemonsets")(each) && each.status === 200);
        const begun = watch?.query.get("resourceVersion") ?? null;
        const versions = [...(begun === null ? [] : [Number(begun)]), ...(watch?.bookmarks ?? [])];
        const [first = 0, last = 0] = [versions[0], versions.at(-1)];
        return last > first ? last : undefined;
      },
      bookmarkMs,
      500,
    );
    const before = lab.wide.seen.length;
    lab.wide.cut();
    lab.wide.open();
    const next = await until("it resumes", () => lab.wide.seen.slice(before).find(of("daemonsets")), 60_000);
    assert.ok(Number(next.query.get("resourceVersion")) >= reached);
    assert.ok(!isListing(next));
  },
};

async function compact(etcd: Etcd): Promise<void> {
  const ask = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${etcd.url}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) });
    assert.equal(response.status, 200);
    return (await response.json()) as Record<string, unknown>;
  };
  const { header } = await ask("range", { key: "AA==" });
  await ask("compaction", { revision: (header as { readonly revision: string }).revision, physical: true });
}

/** A token is believed for ten seconds after it was last looked up. */
async function untilRefused(api: ApiServer, token: string): Promise<void> {
  await until("the API server refuses the token", async () =>
    (await api.ask("GET", "/api/v1/nodes", undefined, { token })).status === 401 ? true : undefined,
  );
}

/** What was taken away is still allowed until the API server's authorizer has seen it; a watch that begins before then goes on for minutes. */
async function untilForbidden(api: ApiServer, token: string, kinds: readonly string[]): Promise<void> {
  for (const kind of kinds) {
    const root = kind === "endpointslices" ? "/apis/discovery.k8s.io/v1" : "/api/v1";
    await until(`the API server refuses ${kind}`, async () =>
      (await api.ask("GET", `${root}/${kind}?limit=1`, undefined, { token })).status === 403 ? true : undefined,
    );
  }
}

async function reconnect(lab: Lab, cluster: string, gateway: Gateway): Promise<void> {
  gateway.cut();
  await lab.product.waitFor(cluster, "stale while cut off", areAll("stale"));
  gateway.open();
  await lab.product.waitFor(cluster, "live again", areAll("live"), noticedMs);
}
