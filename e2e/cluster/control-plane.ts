// A real etcd and a real kube-apiserver on free ports, with their data in a folder of the caller's. Stop them in reverse order; the folder is the caller's to remove.

import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { binary } from "./build.mjs";
import { freePort, startProcess, until, type Running } from "./process";

export type Etcd = Running & { /** http://127.0.0.1:PORT, with the JSON gateway below /v3. */ readonly url: string };

export async function startEtcd(folder: string): Promise<Etcd> {
  mkdirSync(folder, { recursive: true });
  const [client, peer] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${String(client)}`;
  const running = startProcess(
    binary("etcd"),
    [
      `--data-dir=${join(folder, "etcd")}`,
      "--unsafe-no-fsync",
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=http://127.0.0.1:${String(peer)}`,
      "--log-level=warn",
    ],
    join(folder, "etcd.log"),
  );
  await until("etcd answers", async () => {
    if (!running.isAlive()) throw new Error(`etcd ended: ${running.tail()}`);
    return (await fetch(`${url}/health`).catch(() => undefined))?.ok === true ? true : undefined;
  });
  return { ...running, url };
}

/** A user that the API server knows by its token. Group system:masters may do everything. */
export type Token = { readonly token: string; readonly user: string; readonly groups: readonly string[] };

export const admin: Token = { token: "lab-admin", user: "lab-admin", groups: ["system:masters"] };

export type ApiServerOptions = {
  readonly folder: string;
  readonly etcd: Etcd;
  /** Absent: a free one. Give the old one to come back at the same place. */
  readonly port?: number;
  /** Who is known besides `admin`. Read at start only. */
  readonly tokens?: readonly Token[];
  /** Further flags; a flag given here replaces the lab's own. */
  readonly flags?: readonly string[];
};

export type ApiServer = Running & {
  readonly url: string;
  readonly port: number;
  /** A kubeconfig with one context `lab`; `host` is what the reader knows the machine by. */
  kubeconfig(token?: string, host?: string): string;
  /** One request as `token` (admin when absent); a text is sent as it is. Any status is an answer. */
  ask(method: string, path: string, body?: unknown, options?: AskOptions): Promise<ApiAnswer>;
};

export type AskOptions = { readonly token?: string; readonly contentType?: string };
export type ApiAnswer = { readonly status: number; readonly body: unknown };

export async function startApiServer({ folder, etcd, port: wanted, tokens = [], flags = [] }: ApiServerOptions): Promise<ApiServer> {
  mkdirSync(folder, { recursive: true });
  const port = wanted ?? (await freePort());
  const key = join(folder, "service-account.key");
  if (!existsSync(key))
    writeFileSync(key, generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }));
  const tokenFile = join(folder, "tokens.csv");
  writeFileSync(
    tokenFile,
    [admin, ...tokens].map(({ token, user, groups }) => `${token},${user},${user},"${groups.join(",")}"\n`).join(""),
  );
  const own = [
    `--etcd-servers=${etcd.url}`,
    `--secure-port=${String(port)}`,
    "--bind-address=0.0.0.0",
    `--cert-dir=${join(folder, "certificates")}`,
    "--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112",
    "--authorization-mode=AlwaysAllow",
    `--token-auth-file=${tokenFile}`,
    "--service-account-issuer=https://lab.example",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    "--disable-admission-plugins=ServiceAccount,DefaultTolerationSeconds,TaintNodesByCondition,Priority",
    "--allow-privileged=true",
  ];
  const given = new Set(flags.map((flag) => flag.split("=")[0]));
  const running = startProcess(
    binary("kube-apiserver"),
    [...own.filter((flag) => !given.has(flag.split("=")[0])), ...flags],
    join(folder, "kube-apiserver.log"),
  );
  const ask: ApiServer["ask"] = (method, path, body, options) => askOnce(port, method, path, body, options);
  await until(
    "the API server answers",
    async () => {
      if (!running.isAlive()) throw new Error(`kube-apiserver ended: ${running.tail()}`);
      // The namespace is made after the server has started to listen.
      const answer = await ask("GET", "/api/v1/namespaces/kube-system").catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    },
    60_000,
  );
  await until("the API server gives Services addresses", () => canGiveAddresses(ask), 60_000);
  return {
    ...running,
    url: `https://127.0.0.1:${String(port)}`,
    port,
    ask,
    kubeconfig: (token = admin.token, host = "127.0.0.1") => kubeconfig(`https://${host}:${String(port)}`, token),
  };
}

/** Until it has read its own ServiceCIDR back, a moment after its start, each Service is refused: "range is full". */
async function canGiveAddresses(ask: ApiServer["ask"]): Promise<true | undefined> {
  const path = "/api/v1/namespaces/default/services";
  const service = { metadata: { name: "first" }, spec: { ipFamilyPolicy: "RequireDualStack", ports: [{ port: 1 }] } };
  if ((await ask("POST", path, service)).status !== 201) return undefined;
  await ask("DELETE", `${path}/first`);
  return true;
}

function kubeconfig(server: string, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "lab", user: { token } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "lab" } }],
    "current-context": "lab",
  });
}

function askOnce(
  port: number,
  method: string,
  path: string,
  body?: unknown,
  { token = admin.token, contentType = "application/json" }: AskOptions = {},
): Promise<ApiAnswer> {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    // The server made its certificate itself a moment ago, so there is nothing to verify it with.
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${token}`, "content-type": contentType, "content-length": Buffer.byteLength(text) },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const answer = Buffer.concat(parts).toString("utf8");
          resolve({
            status: response.statusCode ?? 0,
            body: isJson(response.headers["content-type"]) && !path.includes("watch=1") ? JSON.parse(answer) : answer,
          });
        });
      },
    );
    sent.on("error", reject);
    sent.end(text);
  });
}

const isJson = (type: string | undefined): boolean => type?.startsWith("application/json") === true;
