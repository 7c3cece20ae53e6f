import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";
import { expect, spawnScript, startCluster, stopProcess, test } from "./fixtures";

// Secrets are planted wherever one may lie: in pods (env, arguments, annotations), nodes and events of the cluster (the demo's objects hold one each), in the
// kubeconfig, in what an exec plugin is given and gives, in this process' environment. Whatever Portolan says is then searched for them.

const root = join(import.meta.dirname, "..");
const mark = "s3cr3t";
const port = 4394;

/** TLS before the simulated API server, since credentials are only sent over it; streams are passed on as they come. */
async function startTls(target: string): Promise<{ readonly url: string; readonly ca: string; stop(): void }> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "api" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  const server = createServer({ key, cert }, (request, response) => {
    const forward = httpRequest(`${target}${request.url ?? ""}`, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      response.on("close", () => answer.destroy());
    });
    forward.on("error", () => response.destroy());
    request.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    ca: Buffer.from(cert).toString("base64"),
    stop: () => server.close().closeAllConnections(),
  };
}

/** A kubeconfig full of secrets; the user in force gets the token from a plugin, the other one has a token that the server refuses. */
function writeKubeconfig(folder: string, server: string, ca: string, token: string): string {
  const plugin = join(folder, "plugin.mjs");
  const credential = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { token } };
  writeFileSync(plugin, `if (process.env.PLUGIN_KEY) process.stdout.write(${JSON.stringify(JSON.stringify(credential))});\n`);
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: process.execPath,
    args: [plugin, `--password=${mark}-exec-argument`],
    env: [{ name: "PLUGIN_KEY", value: `${mark}-exec-env` }],
    interactiveMode: "Never",
  };
  const file = join(folder, "secret.kubeconfig");
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "plugin",
      clusters: [{ name: "c", cluster: { server, "certificate-authority-data": ca } }],
      users: [
        { name: "p", user: { exec } },
        { name: "t", user: { token: `${mark}-refused-token` } },
        { name: "b", user: { username: "u", password: `${mark}-password` } },
      ],
      contexts: [
        { name: "plugin", context: { cluster: "c", user: "p" } },
        { name: "refused", context: { cluster: "c", user: "t" } },
      ],
    }),
  );
  return file;
}

/** The address of every page and route that there is: none can be forgotten. */
function listAddresses(): readonly string[] {
  return readdirSync(join(root, "app"), { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|[/\\])(page\.tsx|route\.ts)$/.test(file))
    .map((file) => `/${file.replaceAll("\\", "/").replace(/\/?(page\.tsx|route\.ts)$/, "")}`)
    .sort();
}

const queries = [
  "",
  "?address=10.190.1.2&port=30001&whyNot=clearml/clearml-id-c&q=clearml&to=10.190.1.2:30001",
  "?format=csv&cluster=*",
  "?cluster=refused",
  "?cluster=none",
  "?filter=prt:1&port=x&limit=x",
];

test("no answer, page, log line, metric, command or snapshot file holds a secret", async ({ page, folder }) => {
  test.setTimeout(240_000);
  const secrets = join(folder, "secrets");
  mkdirSync(secrets);
  const token = `${mark}-exec-token`;
  const cluster = await startCluster(secrets, ["--token", token]);
  const tls = await startTls(cluster.url);
  const kubeconfig = writeKubeconfig(secrets, tls.url, tls.ca, token);
  const env = { PORTOLAN_LOG_LEVEL: "trace", SOME_TOKEN: `${mark}-environment` };
  const texts = new Map<string, string>();

  const url = `http://127.0.0.1:${String(port)}`;
  const source = ["--kubeconfig", kubeconfig, "--context", "plugin"];
  const { child: server, said } = spawnScript(["bin/portolan", "serve", "--port", String(port), ...source, "--context", "refused"], env);
  await expect.poll(() => said.includes(url), { timeout: 60_000 }).toBe(true);
  await expect
    .poll(
      async () =>
        ((await (await fetch(`${url}/api/v1/clusters`)).json()) as { clusters: { state: string }[] }).clusters.map(({ state }) => state),
      { timeout: 60_000 },
    )
    .toEqual(["ready", "unreachable"]);

  for (const path of listAddresses())
    for (const query of queries) {
      const leave = new AbortController();
      const response = await fetch(`${url}${path}${query}`, { signal: leave.signal });
      const type = response.headers.get("content-type") ?? "";
      if (type.includes("event-stream")) {
        const first = await response.body?.getReader().read();
        texts.set(path + query, new TextDecoder().decode(first?.value));
        leave.abort();
      } else texts.set(path + query, `${JSON.stringify(Object.fromEntries(response.headers))}\n${await response.text()}`);
    }
  // A dump that is brought: what is whole, what is broken next to a secret, and what was never read.
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { namespace: "a", name: "p", annotations: { a: `${mark}-dumped` } } };
  const dumped = JSON.stringify({ ...pod, spec: { containers: [{ name: "c", env: [{ name: "A", value: `${mark}-dumped` }] }] } });
  const dumps = {
    "whole.json": dumped,
    "broken.json": dumped.replace(`"${mark}-dumped"`, `${mark}-dumped`),
    "broken.yaml": `apiVersion: v1\nkind: Pod\nmetadata: *${mark}\n`,
  };
  for (const [name, body] of Object.entries(dumps)) {
    writeFileSync(join(secrets, name), body);
    const headers = { "content-type": "application/octet-stream" };
    texts.set(`upload ${name}`, await (await fetch(`${url}/api/v1/snapshots?name=${name}`, { method: "POST", headers, body })).text());
  }
  for (const path of ["/api/v1/clusters", "/api/v1/allocations?cluster=whole", "/api/v1/findings?cluster=whole", "/metrics"])
    texts.set(`${path} beside dumps`, await (await fetch(url + path)).text());
  const manifest = `apiVersion: v1\nkind: Pod\nmetadata: { name: a, annotations: { a: ${mark}-annotation } }\nspec: { containers: [{ name: c, env: [{ name: A, value: ${mark}-env }], args: [${mark}-argument], ports: [{ hostPort: 30001, containerPort: 1 }] }] }\n---\nkind: [${mark}\n---\na: *${mark}-alias\n`;
  writeFileSync(join(secrets, "manifest.yaml"), manifest);
  texts.set("check", await (await fetch(`${url}/api/v1/check`, { method: "POST", body: manifest })).text());
  for (const path of ["/", "/allocations", "/conflicts", "/trace?to=10.190.1.2:30001", "/ranges"]) {
    await page.goto(url + path);
    await expect(page.getByRole("main")).toBeVisible();
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
    texts.set(`page ${path}`, await page.content());
  }
  expect(await stopProcess(server)).toBe(0);
  texts.set("the server's log", said.join("\n"));
  // Constant messages, facts as fields.
  const entries = said.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as { readonly msg: string });
  const messages = new Set(entries.map(({ msg }) => msg));
  for (const message of ["request refused", "source recovered"]) messages.delete(message);
  expect([...messages].sort()).toEqual(["first sync ended", "source in trouble"]);

  const file = join(secrets, "snapshot.json");
  for (const args of [
    ["snapshot", "-o", file],
    ["list", "-o", "json"],
    ["list", "-o", "csv"],
    ["map", "-o", "json"],
    ["findings", "-o", "json"],
    ["findings", "-o", "sarif"],
    ["findings", "-o", "junit"],
    ["findings", "-o", "markdown"],
    ["trace", "10.190.1.2:30001", "-o", "json"],
    ...["table", "json", "sarif", "junit", "markdown"].map((format) => ["check", "-f", join(secrets, "manifest.yaml"), "-o", format]),
    ...Object.keys(dumps).map((name) => ["list", "-o", "json", "--snapshot", join(secrets, name)]),
    ["free"],
    ["init-policy"],
    ["doctor", "-o", "json"],
    ["doctor"],
    ["list", "--context", "refused"],
    ["doctor", "--context", "refused"],
  ]) {
    const given = args.includes("refused") ? ["--kubeconfig", kubeconfig] : args.includes("--snapshot") ? [] : source;
    const { child, said: lines } = spawnScript(["bin/portolan", ...args, ...given], env);
    await new Promise((resolve) => child.once("close", resolve));
    texts.set(args.join(" "), lines.join("\n"));
    expect(lines.join("\n"), args.join(" ")).not.toBe("");
  }
  texts.set("the snapshot file", readFileSync(file, "utf8"));
  tls.stop();
  await cluster.stop();

  // The search itself finds what is there: the cluster was read, and the refusal was told.
  expect(texts.get("/api/v1/allocations")).toContain("clearml-session-1");
  expect(texts.get("the snapshot file")).toContain("clearml-session-1");
  expect(texts.get("upload whole.json")).toContain('"recognised"');
  expect(texts.get("upload broken.json")).toContain("Unexpected token");
  expect(texts.get("upload broken.yaml")).toContain("Unresolved alias");
  expect(texts.get("doctor --context refused")).toContain("the credentials are refused (401)");
  expect(
    [...texts]
      .filter(([, text]) => text.includes(mark))
      .map(([name, text]) => `${name}: ${text.slice(Math.max(0, text.indexOf(mark) - 200), text.indexOf(mark) + 60)}`),
  ).toEqual([]);
});
