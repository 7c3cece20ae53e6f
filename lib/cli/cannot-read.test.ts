// What the commands that need a cluster say when it cannot be read: one line that says what, where and what to do, and exit code 2.

import { writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";
import { afterEach, expect, test } from "vitest";
import { createApiServer } from "@/lib/sources/demo/api-server";
import { prepareCommandLine } from "./cli.testkit";

const { folder, start } = prepareCommandLine();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server, scheme = "http"): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  return `${scheme}://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const answer =
  (status: number, headers: Readonly<Record<string, string>>, text: string): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(text);
const page = "<html><body>Sign in</body></html>";
const html = { "content-type": "text/html; charset=utf-8" };

const commands = [["list"], ["trace", "10.190.1.2:30001"], ["findings"]] as const;

const kubeconfig = (server: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "c", cluster: { server } }],
    users: [{ name: "u", user: { token: "s3cr3t-token" } }],
    contexts: [{ name: "test", context: { cluster: "c", user: "u" } }],
  });

test.for<{ name: string; file: () => Promise<string>; args?: readonly string[]; says: RegExp }>([
  {
    name: "nobody listens",
    file: async () => {
      const gone = createServer();
      const server = await listen(gone);
      gone.close();
      return kubeconfig(server);
    },
    says: /the API server does not answer: the connection is refused: http:\S+: check that the API server runs/,
  },
  {
    name: "a certificate that is not trusted",
    file: async () => {
      const { cert, private: key } = await generate([{ name: "commonName", value: "nobody" }], { keyType: "ec", algorithm: "sha256" });
      return kubeconfig(await listen(createTlsServer({ key, cert }, answer(200, html, page)), "https"));
    },
    says: /certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\): https:\S+: check certificate-authority/,
  },
  {
    name: "a token that has expired",
    file: async () => {
      const api = createApiServer({ objects: [], token: "another" });
      closing.push(() => api.stop());
      return kubeconfig(await api.start());
    },
    says: /the credentials are refused \(401\): http:\S+: log in again, or renew the token/,
  },
  ...[
    { name: "a page that answers everything", listener: answer(200, html, page), said: "200, text/html" },
    { name: "a page without a content type", listener: answer(200, {}, page), said: null },
    { name: "a redirect to a login page", listener: answer(302, { location: "https://login.example/" }, ""), said: "302" },
    { name: "a page that refuses", listener: answer(403, html, page), said: "403, text/html" },
  ].map(({ name, listener, said }) => ({
    name,
    file: async () => kubeconfig(await listen(createServer(listener))),
    says:
      said === null
        ? /is no JSON: something in between answers in the API server's place.*: http:\S+: check the server's address in the kubeconfig/
        : new RegExp(`no API server answers like this \\(${said}\\): http:\\S+: check the server's address in the kubeconfig`),
  })),
  { name: "a file that is no kubeconfig", file: () => Promise.resolve("just: text\n- odd"), says: /the kubeconfig cannot be read: \S+: ./ },
  {
    name: "a context that is not there",
    file: () => Promise.resolve(kubeconfig("http://127.0.0.1:1")),
    args: ["--context", "other"],
    says: /there is no context "other": \S+: known contexts: test/,
  },
])("$name", { timeout: 60_000 }, async ({ file, args = [], says }) => {
  const path = join(folder, "config");
  writeFileSync(path, await file());
  const ended = await Promise.all(commands.map((command) => start([...command, "--kubeconfig", path, ...args])));
  for (const [place, { status, stdout, stderr }] of ended.entries()) {
    expect({ command: commands[place], status, stdout, lines: stderr.trim().split("\n").length }).toEqual({
      command: commands[place],
      status: 2,
      stdout: "",
      lines: 1,
    });
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain("s3cr3t");
  }
});
