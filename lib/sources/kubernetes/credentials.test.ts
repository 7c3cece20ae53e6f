import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { KubeConfig } from "@kubernetes/client-node";
import { afterEach, describe, expect, test } from "vitest";
import { createApiServer, type ApiServer, type ApiServerOptions } from "../demo/api-server";
import { connectContext, type Connection } from "./connect";
import { readText } from "./lines";
import { preparePlugins } from "./plugin";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Pair = { readonly cert: string; readonly key: string };

async function makePair(name: string): Promise<Pair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  return { cert, key };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "portolan-credentials-"));
  closing.push(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

async function serve(options: Partial<ApiServerOptions>): Promise<{ readonly server: ApiServer; readonly url: string }> {
  const server = createApiServer({ objects: [], ...options });
  const url = (await server.start()).replace("http:", options.tls === undefined ? "http:" : "https:");
  closing.push(() => server.stop());
  return { server, url };
}

function write(file: string, server: string, cluster: object, user: object): void {
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      clusters: [{ name: "c", cluster: { server, ...cluster } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    }),
  );
}

function connect(file: string): Connection {
  const result = connectContext(file, null, {});
  if (!result.ok) throw new Error(result.error.what);
  return result.value;
}

async function ask(connection: Connection, answerMaxMs?: number): Promise<number | string> {
  const response = await connection.get("/version", new AbortController().signal, answerMaxMs);
  if (!response.ok) return `${response.error.what} | ${response.error.todo}`;
  await readText(response.value.body);
  return response.value.status;
}

/** A plugin that prints this and adds a dot to a file each time. */
function plugin(path: string, output: string): { readonly exec: object; readonly runs: () => number } {
  const file = join(path, "plugin.mjs");
  const runs = join(path, "runs");
  writeFileSync(runs, "");
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from "node:fs";\nappendFileSync(${JSON.stringify(runs)}, ".");\n${output}\n`,
  );
  chmodSync(file, 0o755);
  return {
    exec: { apiVersion: "client.authentication.k8s.io/v1", command: process.execPath, args: [file], interactiveMode: "Never" },
    runs: () => readFileSync(runs, "utf8").length,
  };
}

const credential = (status: string): string =>
  `process.stdout.write(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: ${status} }));`;

describe("credentials that change while it runs", () => {
  test("a certificate authority that is replaced on disk is believed, and the old one no more", async () => {
    const path = folder();
    const held = { pair: await makePair("one") };
    const { server, url } = await serve({ tls: () => held.pair });
    write(join(path, "config"), url, { "certificate-authority": join(path, "ca.crt") }, {});
    writeFileSync(join(path, "ca.crt"), held.pair.cert);
    const connection = connect(join(path, "config"));
    expect(await ask(connection)).toBe(200);
    held.pair = await makePair("two");
    await server.stop();
    await server.start();
    expect(await ask(connection)).toMatch(/is not trusted/);
    writeFileSync(join(path, "ca.crt"), held.pair.cert);
    expect(await ask(connection)).toBe(200);
  });

  test("a client certificate that is renewed on disk is the one that is shown", async () => {
    const path = folder();
    const [own, first, second] = [await makePair("server"), await makePair("first"), await makePair("second")];
    const { url } = await serve({ tls: () => ({ ...own, ca: [second.cert], requestCert: true, rejectUnauthorized: true }) });
    writeFileSync(join(path, "ca.crt"), own.cert);
    const put = (pair: Pair): void => {
      writeFileSync(join(path, "client.crt"), pair.cert);
      writeFileSync(join(path, "client.key"), pair.key);
    };
    put(first);
    const user = { "client-certificate": join(path, "client.crt"), "client-key": join(path, "client.key") };
    write(join(path, "config"), url, { "certificate-authority": join(path, "ca.crt") }, user);
    const connection = connect(join(path, "config"));
    expect(await ask(connection)).toMatch(/does not answer/);
    put(second);
    expect(await ask(connection)).toBe(200);
  });

  test("a client certificate that a plugin renews is the one that is shown", async () => {
    const path = folder();
    const [own, first, second] = [await makePair("server"), await makePair("first"), await makePair("second")];
    const { url } = await serve({ tls: () => ({ ...own, ca: [second.cert], requestCert: true, rejectUnauthorized: true }) });
    writeFileSync(join(path, "credential.json"), "");
    const put = (pair: Pair): void => {
      writeFileSync(
        join(path, "credential.json"),
        // Expired at once: asked for again each time.
        JSON.stringify({ clientCertificateData: pair.cert, clientKeyData: pair.key, expirationTimestamp: "2020-01-01T00:00:00Z" }),
      );
    };
    const { exec } = plugin(path, credential(`JSON.parse(readFileSync(${JSON.stringify(join(path, "credential.json"))}, "utf8"))`));
    write(join(path, "config"), url, { "certificate-authority-data": Buffer.from(own.cert).toString("base64") }, { exec });
    put(first);
    const connection = connect(join(path, "config"));
    expect(await ask(connection)).toMatch(/does not answer/);
    put(second);
    expect(await ask(connection)).toBe(200);
  });

  test("a token that is refused makes the plugin run again, once for all that were refused with it", async () => {
    const path = folder();
    const own = await makePair("server");
    const held = { token: "first" };
    const { url } = await serve({ tls: () => own, token: () => held.token });
    writeFileSync(join(path, "token"), "first");
    const { exec, runs } = plugin(path, credential(`{ token: readFileSync(${JSON.stringify(join(path, "token"))}, "utf8") }`));
    write(join(path, "config"), url, { "insecure-skip-tls-verify": true }, { exec });
    const connection = connect(join(path, "config"));
    expect(await Promise.all([ask(connection), ask(connection), ask(connection)])).toEqual([200, 200, 200]);
    expect(runs()).toBe(1);
    held.token = "second";
    writeFileSync(join(path, "token"), "second");
    expect(await Promise.all([ask(connection), ask(connection)])).toEqual([401, 401]);
    expect(await Promise.all([ask(connection), ask(connection)])).toEqual([200, 200]);
    expect(runs()).toBe(2);
  });

  test("a plugin that never ends is started once, and holds nobody up for longer than an answer may take", async () => {
    const path = folder();
    const { exec, runs } = plugin(path, "setTimeout(() => {}, 60_000);");
    write(join(path, "config"), "https://127.0.0.1:1", {}, { exec });
    const connection = connect(join(path, "config"));
    const answers = [await ask(connection, 200), await ask(connection, 200)];
    expect(answers).toEqual(Array(2).fill("the credentials cannot be had | the credential plugin has not answered within 1 s"));
    await expect.poll(runs).toBe(1);
  });

  test.for([
    {
      name: "prints no JSON",
      output: 'process.stdout.write("secret-of-a-plugin");',
      says: "the output of the credential plugin is no JSON",
    },
    { name: "says why it fails", output: 'console.error("secret-of-a-plugin"); process.exit(1);', says: "run it by hand" },
    { name: "fails without a word", output: "process.exit(1);", says: "run it by hand" },
    { name: "prints JSON that is no credential", output: 'console.log(\'{"token":"secret-of-a-plugin"}\');', says: "run it by hand" },
    { name: "prints a token that cannot be sent", output: credential('{ token: "secret\\nof-a-plugin" }'), says: "a line break" },
    {
      name: "prints a certificate that is none",
      output: credential('{ clientCertificateData: "secret-of-a-plugin", clientKeyData: "secret-of-a-plugin" }'),
      says: "PEM",
    },
  ])("a plugin that $name: told in one line, and nothing of what it prints is quoted", async ({ output, says }) => {
    const path = folder();
    const { exec } = plugin(path, output);
    write(join(path, "config"), "https://127.0.0.1:1", {}, { exec });
    const answer = await ask(connect(join(path, "config")));
    expect(answer).toContain("the credentials cannot be had | ");
    expect(answer).toContain(says);
    expect(answer).not.toMatch(/secret|undefined/);
  });

  test("a plugin that once prints something else than a credential is run again", async () => {
    const path = folder();
    const own = await makePair("server");
    const { url } = await serve({ tls: () => own, token: "good" });
    const { exec, runs } = plugin(path, 'console.log(readFileSync("OUTPUT", "utf8"));'.replace("OUTPUT", join(path, "output")));
    write(join(path, "config"), url, { "insecure-skip-tls-verify": true }, { exec });
    const connection = connect(join(path, "config"));
    writeFileSync(join(path, "output"), "{}");
    expect(await ask(connection)).toContain("printed no credential");
    writeFileSync(join(path, "output"), '{"status":{"token":"good"}}');
    expect(await ask(connection)).toBe(200);
    expect(runs()).toBe(2);
  });

  test("a plugin is told what is wanted, and given nothing to read", async () => {
    const path = folder();
    const own = await makePair("server");
    const wanted = { token: "" };
    const { url } = await serve({ tls: () => own, token: () => wanted.token });
    const { exec } = plugin(
      path,
      `process.stdin.resume().on("end", () => {
        const { apiVersion, spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
        ${credential("{ token: `${apiVersion} ${spec.interactive} ${spec.cluster.server}` }")}
      });`,
    );
    write(join(path, "config"), url, { "insecure-skip-tls-verify": true }, { exec: { ...exec, provideClusterInfo: true } });
    wanted.token = `client.authentication.k8s.io/v1 false ${url}`;
    expect(await ask(connect(join(path, "config")))).toBe(200);
  });

  test("a plugin that is named by a relative path lies beside the kubeconfig", async () => {
    const path = folder();
    const own = await makePair("server");
    const { url } = await serve({ tls: () => own, token: "good" });
    writeFileSync(join(path, "plugin.sh"), `#!/bin/sh\necho '{"status":{"token":"good"}}'\n`);
    chmodSync(join(path, "plugin.sh"), 0o755);
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./plugin.sh" };
    write(join(path, "config"), url, { "insecure-skip-tls-verify": true }, { exec });
    expect(await ask(connect(join(path, "config")))).toBe(200);
  });

  test("a plugin that hangs is stopped in the end, and what it started holds up nobody", async () => {
    const path = folder();
    const { exec } = plugin(
      path,
      `import { spawn } from "node:child_process";
      spawn(process.execPath, ["-e", "setTimeout(Object, 20_000)"], { stdio: "inherit" });`,
    );
    write(join(path, "config"), "https://127.0.0.1:1", {}, { exec });
    const config = new KubeConfig();
    config.loadFromFile(join(path, "config"));
    preparePlugins(config, path, 500);
    await expect(config.applyToHTTPSOptions({})).rejects.toThrow();
  });

  test("a token of the kubeconfig that cannot be sent is told, not thrown", async () => {
    const path = folder();
    write(join(path, "config"), "https://127.0.0.1:1", {}, { token: "secret\n" });
    expect(await ask(connect(join(path, "config")))).toBe(
      "the credentials cannot be had | the token holds a line break, or something else that no header takes",
    );
  });

  test("a password in the server's address is for the server alone", async () => {
    const path = folder();
    const { url } = await serve({});
    write(join(path, "config"), url.replace("//", "//somebody:secret@"), {}, {});
    const connection = connect(join(path, "config"));
    expect([await ask(connection), connection.server()]).toEqual([200, url]);
  });

  test.for([{ tls: false }, { tls: true }])("a kubeconfig that comes to name another server is followed (TLS: $tls)", async ({ tls }) => {
    const path = folder();
    const own = await makePair("server");
    const options = tls ? { tls: () => own } : {};
    const [one, two] = [await serve(options), await serve(options)];
    const cluster = { "insecure-skip-tls-verify": true };
    write(join(path, "config"), one.url, cluster, {});
    const connection = connect(join(path, "config"));
    expect(await ask(connection)).toBe(200);
    await one.server.stop();
    write(join(path, "config"), `${two.url}/`, cluster, {});
    expect(await ask(connection)).toBe(200);
    expect(connection.server()).toBe(two.url);
  });
});

test.for([
  { value: "3", ms: 3000 },
  { value: "soon", ms: null },
  { value: "Wed, 21 Oct 2015 07:28:00 GMT", ms: 0 },
])("Retry-After: $value", async ({ value, ms }) => {
  const { url } = await serve({
    intercept: (_request, response) => {
      response.writeHead(503, { "retry-after": value }).end();
      return true;
    },
  });
  const path = folder();
  write(join(path, "config"), url, {}, {});
  const response = await connect(join(path, "config")).get("/version", new AbortController().signal);
  expect(response.ok && response.value.retryAfterMs).toBe(ms);
});
