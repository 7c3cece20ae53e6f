import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepareCommandLine } from "./cli.testkit";

// What a dump or a manifest holds beside what is read, and what stands next to a mistake, is in no output in any format. The server's answers, and what a live
// cluster and a kubeconfig hold, are searched by e2e/secrets.spec.ts.

const { folder, run } = prepareCommandLine();
const mark = "s3cr3t";
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "a", name: "p", annotations: { a: `${mark}-annotation` } },
  spec: {
    nodeName: "n",
    containers: [
      {
        name: "c",
        image: `${mark}-image`,
        env: [{ name: "A", value: `${mark}-env` }],
        args: [`${mark}-argument`],
        ports: [{ containerPort: 80, hostPort: 30_080 }],
      },
    ],
    volumes: [{ name: "v", configMap: { name: `${mark}-volume` } }],
  },
  status: { phase: "Running", message: `${mark}-message` },
};
const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n", annotations: { join: `${mark}-token` } },
  status: { addresses: [{ type: "InternalIP", address: "10.0.0.1" }] },
};
const secret = { apiVersion: "v1", kind: "Secret", metadata: { namespace: "a", name: "s" }, stringData: { password: `${mark}-data` } };
const json = JSON.stringify({ apiVersion: "v1", kind: "List", items: [node, pod, secret] });
const files: Readonly<Record<string, string>> = {
  "whole.json": json,
  "unquoted.json": JSON.stringify(pod).replace(`"${mark}-annotation"`, mark),
  "item.json": json.replace(`"${mark}-annotation"`, `"x" "${mark}"`),
  "alias.yaml": `kind: Pod\nmetadata:\n  annotations:\n    password: *${mark}\n`,
  "tag.yaml": `kind: Pod\nmetadata:\n  annotations:\n    password: !${mark} x\n`,
  "manifest.yaml": `${JSON.stringify(pod)}\n---\na: "b" ${mark}: ]\n---\npassword: *${mark}\n---\n${JSON.stringify(secret)}\n`,
};

function write(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, files[name] ?? "");
  return path;
}

describe("no output holds a planted secret", { timeout: 60_000 }, () => {
  test.for([
    ...["table", "json", "csv", "markdown"].map((format) => ["list", "-o", format]),
    ...["table", "json", "sarif", "junit", "markdown"].map((format) => ["findings", "-o", format]),
    ...["table", "json"].map((format) => ["map", "-o", format]),
    ...["table", "json", "markdown"].map((format) => ["trace", "10.0.0.1:30080", "-o", format]),
    ["free"],
    ["init-policy"],
  ])("of a dump: %s", (args) => {
    const { stdout, stderr } = run([...args, "--snapshot", write("whole.json")]);
    expect(stdout).not.toBe("");
    expect(stdout + stderr).not.toContain(mark);
  });

  test.for(["unquoted.json", "item.json", "alias.yaml", "tag.yaml"])("of a dump that is broken next to one: %s", (name) => {
    const { stdout, stderr } = run(["list", "-o", "json", "--snapshot", write(name)]);
    expect(stdout + stderr).toMatch(/is broken|cannot be read/);
    expect(stdout + stderr).not.toContain(mark);
  });

  test.for(["table", "json", "sarif", "junit", "markdown"])("of a manifest with mistakes, as %s", (format) => {
    const { stdout, stderr } = run(["check", "-f", write("manifest.yaml"), "-o", format, "--snapshot", write("whole.json")]);
    expect(stdout + stderr).toContain("is an alias, and no anchor of its name stands before it");
    expect(stdout + stderr).not.toContain(mark);
  });

  test("of a snapshot file that was written", () => {
    const file = join(folder, "slim.json");
    expect(run(["snapshot", "-o", file, "--snapshot", write("whole.json")]).status).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("10.0.0.1");
    expect(readFileSync(file, "utf8")).not.toContain(mark);
  });
});
