// What the page says of a cluster that was never read: why, where, and what to do.

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";
import { expect, startCluster, startDashboardUnread, stopProcess, test } from "./fixtures";

const port = 4396;
// Four clusters in six views.
test.setTimeout(240_000);

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

test("a cluster that cannot be read says why in every view", async ({ page, folder }) => {
  const gone = createServer();
  const free = await listen(gone);
  gone.close();
  const login = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>"));
  const { cert, private: key } = await generate([{ name: "commonName", value: "nobody" }], { keyType: "ec", algorithm: "sha256" });
  const stranger = createTlsServer({ key, cert });
  const expired = await startCluster(folder, ["--token", "another"]);
  const cases = [
    {
      name: "nobody-listens",
      server: `http://127.0.0.1:${String(free)}`,
      says: /does not answer: the connection is refused.*check that the API server runs/,
    },
    {
      name: "login-page",
      server: `http://127.0.0.1:${String(await listen(login))}`,
      says: /no API server answers like this \(200, text\/html\).*check the server's address in the kubeconfig/,
    },
    {
      name: "untrusted",
      server: `https://127.0.0.1:${String(await listen(stranger))}`,
      says: /certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).*check certificate-authority/,
    },
    { name: "expired-token", server: expired.url, says: /the credentials are refused \(401\).*log in again, or renew the token/ },
  ];
  const kubeconfig = join(folder, "kubeconfig-trouble");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: cases.map(({ name, server }) => ({ name, cluster: { server } })),
      users: [{ name: "u", user: {} }],
      contexts: cases.map(({ name }) => ({ name, context: { cluster: name, user: "u" } })),
    }),
  );
  const dashboard = await startDashboardUnread(["--kubeconfig", kubeconfig, ...cases.flatMap(({ name }) => ["--context", name])], port);
  for (const { name, says } of cases) {
    for (const view of ["/", "/allocations", "/conflicts", "/trace?to=10.0.0.1:30001", "/ranges", "/check"]) {
      await page.goto(`${dashboard.url}${view}${view.includes("?") ? "&" : "?"}cluster=${name}`);
      await expect(page.getByRole("button", { name: "Unreachable" }), `${name} ${view}`).toBeVisible();
      await expect(page.getByRole("status").filter({ hasText: says }).first(), `${name} ${view}`).toBeVisible();
    }
  }
  await stopProcess(dashboard.child);
  await expired.stop();
  for (const server of [login, stranger]) server.close();
});
