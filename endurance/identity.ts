// How a subject and the server know each other: a kubeconfig whose certificate authority, token file and credential plugin are renewed on disk while it runs.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";

export type Pair = { readonly cert: string; readonly key: string };

export type Identity = {
  readonly kubeconfig: string;
  /** The token that the server takes. */
  readonly token: () => string;
  /** The certificate that it shows. */
  readonly pair: () => Pair;
  /** The server takes another token from now on; `write` puts it where the kubeconfig, as of then, says that it is. */
  renewToken(by: "file" | "plugin"): { write(): void };
  /** The server shows another certificate once it starts anew; `write` puts that where the kubeconfig says. */
  renewCertificate(): { write(): void };
  remove(): void;
};

/** For a server of this name and port. `cluster`: the name of the context. */
export async function createIdentity(cluster: string, host: string, port: number): Promise<Identity> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-chaos-"));
  const [kubeconfig, ca, tokenFile, credential] = ["kubeconfig", "ca.crt", "token", "credential.json"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  const pairs = [await makePair(host), await makePair(host)] as const;
  let [pair, spare]: readonly [Pair, Pair] = pairs;
  let tokens = 1;
  const token = (): string => `token-${String(tokens)}`;
  const writeToken = (by: "file" | "plugin"): void => {
    // The plugin is a program that prints what it finds in a file.
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "cat", args: [credential], interactiveMode: "Never" };
    writeFileSync(tokenFile, token());
    writeFileSync(credential, JSON.stringify({ apiVersion: exec.apiVersion, kind: "ExecCredential", status: { token: token() } }));
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": cluster,
        clusters: [{ name: "c", cluster: { server: `https://${host}:${String(port)}`, "certificate-authority": ca } }],
        users: [{ name: "u", user: by === "file" ? { tokenFile } : { exec } }],
        contexts: [{ name: cluster, context: { cluster: "c", user: "u" } }],
      }),
    );
  };
  const writeCertificate = (): void => {
    writeFileSync(ca, pair.cert);
  };
  writeToken("file");
  writeCertificate();
  return {
    kubeconfig,
    token,
    pair: () => pair,
    renewToken: (by) => {
      tokens += 1;
      return {
        write: () => {
          writeToken(by);
        },
      };
    },
    renewCertificate: () => {
      [pair, spare] = [spare, pair];
      return { write: writeCertificate };
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

async function makePair(host: string): Promise<Pair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: host }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: host }] },
    ],
  });
  return { cert, key };
}
