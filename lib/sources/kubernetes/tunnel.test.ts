import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect as connectTcp, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterEach, describe, expect, test } from "vitest";
import { createApiServer } from "../demo/api-server";
import { connectContext, type Connection } from "./connect";
import { readText } from "./lines";
import { openTunnel, proxyOf } from "./tunnel";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Listens, and cuts what is open at the end of the test. Returns: the port. */
async function listen(server: Server): Promise<{ readonly port: number; readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** A proxy that leads every name to this machine. `asked`: what for, and with which credentials. */
async function startProxy(): Promise<{ readonly url: string; readonly asked: (string | undefined)[]; readonly sockets: Set<Socket> }> {
  const asked: (string | undefined)[] = [];
  const proxy = createHttpServer();
  proxy.on("connect", ({ url = "", headers }, socket: Socket) => {
    asked.push(url, headers["proxy-authorization"]);
    const upstream = connectTcp(Number(url.split(":").at(-1)), "127.0.0.1", () =>
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n"),
    );
    upstream.on("error", () => socket.destroy()).on("close", () => socket.destroy());
    socket.on("error", () => undefined).on("close", () => upstream.destroy());
    upstream.pipe(socket).pipe(upstream);
  });
  const { port, sockets } = await listen(proxy);
  return { url: `http://127.0.0.1:${String(port)}`, asked, sockets };
}

/** An API server over TLS, under a name that only the proxy knows. */
async function startApi(): Promise<{ readonly server: string; readonly ca: string }> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "api.example" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "api.example" },
          { type: 7, ip: "192.0.2.7" },
        ],
      },
    ],
  });
  const api = createApiServer({ objects: [], tls: () => ({ cert, key }) });
  const { port } = new URL(await api.start());
  closing.push(() => api.stop());
  return { server: `https://api.example:${port}`, ca: Buffer.from(cert).toString("base64") };
}

function connect(cluster: object, env: Readonly<Record<string, string>> = {}, user: object = {}): Connection {
  const folder = mkdtempSync(join(tmpdir(), "portolan-tunnel-"));
  closing.push(() => {
    rmSync(folder, { recursive: true });
  });
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
  };
  writeFileSync(join(folder, "config"), JSON.stringify(config));
  const result = connectContext(join(folder, "config"), null, env);
  if (!result.ok) throw new Error(result.error.what);
  return result.value;
}

async function ask(connection: Connection, signal = new AbortController().signal, answerMaxMs?: number): Promise<number | string> {
  const response = await connection.get("/version", signal, answerMaxMs);
  if (!response.ok) return `${response.error.what} | ${response.error.where}`;
  expect(await readText(response.value.body)).toContain("gitVersion");
  return response.value.status;
}

describe("an API server behind a proxy", () => {
  test("of the kubeconfig: asked for by its name, with the proxy's own credentials, and believed only with its own certificate", async () => {
    const [{ server, ca }, { url, asked, sockets }] = [await startApi(), await startProxy()];
    const proxied = { server, "proxy-url": url.replace("//", "//me:p%40ss@") };
    expect(await ask(connect({ ...proxied, "certificate-authority-data": ca }))).toBe(200);
    expect(asked.slice(0, 2)).toEqual([new URL(server).host, `Basic ${Buffer.from("me:p@ss").toString("base64")}`]);
    const byAddress = server.replace("api.example", "192.0.2.7");
    expect(await ask(connect({ ...proxied, server: byAddress, "certificate-authority-data": ca }))).toBe(200);
    expect(await ask(connect(proxied))).toContain("not trusted");
    expect(await ask(connect({ ...proxied, "certificate-authority-data": ca, "tls-server-name": "other.example" }))).toContain(
      "not trusted",
    );
    await expect.poll(() => sockets.size).toBe(0);
  });

  test("of the environment, unless it excepts the host", async () => {
    const [{ server, ca }, { url, asked }] = [await startApi(), await startProxy()];
    const cluster = { server, "certificate-authority-data": ca };
    expect(await ask(connect(cluster, { HTTPS_PROXY: url }))).toBe(200);
    expect(asked).toHaveLength(2);
    expect(await ask(connect(cluster, { HTTPS_PROXY: url, NO_PROXY: ".example" }))).toContain("does not answer");
    expect(asked).toHaveLength(2);
  });

  test("a certificate that is none leaves no connection behind", async () => {
    const [{ server }, { url, sockets }] = [await startApi(), await startProxy()];
    const user = { "client-certificate-data": "bm9uZQ==", "client-key-data": "bm9uZQ==" };
    expect(await ask(connect({ server, "proxy-url": url }, {}, user))).toContain("the credentials cannot be had");
    await expect.poll(() => sockets.size).toBe(0);
  });

  test.for([
    {
      name: "says no",
      says: "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
      means: /it answers 407 \| http:\/\/127/,
    },
    { name: "is none", says: "SSH-2.0-OpenSSH_9.6\r\n", means: /does not let through/ },
    { name: "hangs up", says: null, means: /does not let through/ },
  ])("a proxy that $name is named", async ({ says, means }) => {
    const { port } = await listen(createServer((socket) => (says === null ? socket.destroy() : socket.write(says))));
    const proxy = `http://me:secret@127.0.0.1:${String(port)}`;
    const answer = await ask(connect({ server: "https://api.example", "proxy-url": proxy }));
    expect(answer).toMatch(means);
    expect(answer).not.toContain("secret");
  });

  test("a proxy that takes the connection and says nothing holds up nobody, and no connection to it stays", async () => {
    const { port, sockets } = await listen(createServer((socket) => socket.resume()));
    const connection = connect({ server: "https://api.example", "proxy-url": `http://127.0.0.1:${String(port)}` });
    expect(await ask(connection, undefined, 200)).toMatch(/has not answered within 1 s/);
    const leaving = new AbortController();
    const asked = ask(connection, leaving.signal);
    await expect.poll(() => sockets.size).toBeGreaterThan(0);
    leaving.abort();
    expect(await asked).toMatch(/does not let through/);
    await expect.poll(() => sockets.size).toBe(0);
  });

  test("a SOCKS proxy that says nothing holds up nobody", async () => {
    const { port } = await listen(createServer((socket) => socket.resume()));
    const connection = connect({ server: "https://api.example", "proxy-url": `socks5h://127.0.0.1:${String(port)}` });
    expect(await ask(connection, undefined, 200)).toMatch(/no answer within 1 s/);
  });

  test("what the proxy leads to and then says nothing is given up", async () => {
    const { url, sockets } = await startProxy();
    const { port } = await listen(createServer((socket) => socket.resume()));
    expect(await ask(connect({ server: `https://api.example:${String(port)}`, "proxy-url": url }), undefined, 500)).toMatch(
      /no answer within 1 s/,
    );
    await expect.poll(() => sockets.size).toBe(0);
  });

  test("a signal that has ended before: no connection is made", async () => {
    const { port, sockets } = await listen(createServer((socket) => socket.resume()));
    const tunnel = await openTunnel(
      new URL(`http://127.0.0.1:${String(port)}`),
      new URL("https://api.example"),
      AbortSignal.abort(),
      60_000,
    );
    expect([tunnel.ok, sockets.size]).toEqual([false, 0]);
  });
});

describe("which proxy the environment names", () => {
  const proxy = "http://proxy.example:3128/";
  test.for([
    { target: "https://10.1.2.3:6443", env: {}, is: null },
    { target: "https://10.1.2.3:6443", env: { HTTPS_PROXY: proxy }, is: proxy },
    { target: "https://10.1.2.3:6443", env: { https_proxy: "proxy.example:3128" }, is: proxy },
    { target: "https://10.1.2.3:6443", env: { HTTPS_PROXY: "socks5://proxy.example" }, is: null },
    { target: "https://10.1.2.3:6443", env: { HTTPS_PROXY: "", https_proxy: proxy }, is: proxy },
    { target: "http://10.1.2.3:8001", env: { HTTPS_PROXY: proxy }, is: null },
    { target: "https://127.0.0.1:6443", env: { HTTPS_PROXY: proxy }, is: null },
    { target: "https://localhost:6443", env: { HTTPS_PROXY: proxy }, is: null },
    { target: "https://[::1]:6443", env: { HTTPS_PROXY: proxy }, is: null },
    { target: "https://10.1.2.3:6443", env: { HTTPS_PROXY: proxy, NO_PROXY: "*" }, is: null },
    { target: "https://10.1.2.3:6443", env: { HTTPS_PROXY: proxy, NO_PROXY: "a, 10.1.2.3" }, is: null },
    { target: "https://10.1.2.3:6443", env: { HTTPS_PROXY: proxy, NO_PROXY: "10.0.0.0/8" }, is: null },
    { target: "https://10.1.2.3:6443", env: { HTTPS_PROXY: proxy, NO_PROXY: "10.2.0.0/16,fd00::/8,10.0.0.0/99" }, is: proxy },
    { target: "https://[fd00::1]", env: { HTTPS_PROXY: proxy, NO_PROXY: "fd00::/8" }, is: null },
    { target: "https://api.example", env: { HTTPS_PROXY: proxy, NO_PROXY: "example" }, is: null },
    { target: "https://api.example", env: { HTTPS_PROXY: proxy, NO_PROXY: "API.example" }, is: null },
    { target: "https://api.example", env: { HTTPS_PROXY: proxy, NO_PROXY: "*.example" }, is: null },
    { target: "https://api.example", env: { HTTPS_PROXY: proxy, NO_PROXY: "ample,.api.example" }, is: proxy },
    { target: "https://api.example:6443", env: { HTTPS_PROXY: proxy, no_proxy: "api.example:6443" }, is: null },
    { target: "https://api.example", env: { HTTPS_PROXY: proxy, NO_PROXY: "api.example:6443,,[" }, is: proxy },
    { target: "https://api.example", env: { HTTPS_PROXY: "http://[" }, is: null },
  ])("$target with $env: $is", ({ target, env, is }) => {
    expect(proxyOf(new URL(target), env)?.href ?? null).toBe(is);
  });
});
