// The examples of deploy/examples: their command lines, run as the services would run them, with the real command line on the PATH.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..");
const examples = join(root, "deploy/examples");
const folder = mkdtempSync(join(tmpdir(), "portolan-examples-"));

const service = (name: string, nodePort: number): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { type: NodePort, selector: { app: ${name} }, ports: [{ port: 80, nodePort: ${String(nodePort)} }] }\n`;

beforeAll(() => {
  execFileSync(process.execPath, ["scripts/bundle-cli.mjs", join(folder, "dist")], { cwd: root });
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/portolan"), `#!/bin/sh\nexec '${process.execPath}' '${join(folder, "dist/cli.mjs")}' "$@"\n`);
  chmodSync(join(folder, "bin/portolan"), 0o755);
  writeFileSync(join(folder, "good.yaml"), service("a", 30_001));
  writeFileSync(join(folder, "bad.yaml"), `${service("a", 30_001)}---\n${service("b", 30_001)}`);
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function bash(script: string, env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
  const path = `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`;
  const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", script, "bash", ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { NODE_ENV: "production", PATH: path, HOME: folder, KUBECONFIG: join(folder, "none"), ...env },
  });
  return { status, stdout, stderr };
}

function read(path: string): unknown {
  return parse(readFileSync(join(examples, path), "utf8"));
}

const outcomes = [
  ["good.yaml", 0],
  ["bad.yaml", 1],
] as const;

describe("GitHub", () => {
  const action = read("github/action.yml") as {
    readonly inputs: object;
    readonly runs: { readonly steps: readonly [{ readonly run: string; readonly env: Readonly<Record<string, string>> }] };
  };
  const workflow = read("github/workflow.yaml") as {
    readonly jobs: { readonly check: { readonly steps: readonly { readonly uses?: string; readonly with?: object }[] } };
  };

  test("the workflow gives the action only inputs that it has, and the action reads all of them", () => {
    const given = workflow.jobs.check.steps.find(({ uses }) => uses?.includes("portolan-check"))?.with ?? {};
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
    expect(Object.values(action.runs.steps[0].env)).toEqual(Object.keys(action.inputs).map((name) => `\${{ inputs.${name} }}`));
  });

  test.for(outcomes)("%s ends with %i, and leaves its files", ([file, expected]) => {
    const [{ run }] = action.runs.steps;
    const { status } = bash(run, {
      FILES: `${file}\n`,
      AGAINST: "--alone",
      FAIL_ON: "critical",
      GITHUB_STEP_SUMMARY: join(folder, "summary"),
    });
    expect(status).toBe(expected);
    expect(JSON.parse(readFileSync(join(folder, "portolan.sarif"), "utf8"))).toMatchObject({ version: "2.1.0" });
    expect(readFileSync(join(folder, "summary"), "utf8")).toContain("### Portolan:");
  });
});

test.for(outcomes)("GitLab: %s ends with %i, and leaves its report", ([file, expected]) => {
  const job = read("gitlab/portolan.gitlab-ci.yml") as {
    readonly variables: Readonly<Record<string, string>>;
    readonly ports: { readonly script: readonly string[] };
  };
  const { status } = bash(job.ports.script.join("\n"), { ...job.variables, MANIFESTS: file });
  expect(status).toBe(expected);
  expect(readFileSync(join(folder, "portolan.xml"), "utf8")).toContain('<testsuite name="portolan check"');
});

describe("pre-commit", () => {
  const config = read("pre-commit/hooks.yaml") as {
    readonly repos: readonly [{ readonly hooks: readonly [{ readonly entry: string; readonly args: readonly string[] }] }];
  };
  const [{ entry, args }] = config.repos[0].hooks;

  test.for(outcomes)("%s ends with %i", ([file, expected]) => {
    expect(bash(`'${join(root, entry)}' "$@"`, {}, [...args, file]).status).toBe(expected);
  });

  test("a commit without manifests passes", () => {
    expect(bash(`'${join(root, entry)}' "$@"`, {}, args)).toMatchObject({ status: 0, stdout: "" });
  });
});

describe("Argo CD", () => {
  test("the Job is one that a check reads without a mistake", () => {
    const { status, stdout } = bash(`portolan check --alone -f '${join(examples, "argocd/presync-check.yaml")}'`);
    expect([status, stdout]).toEqual([0, expect.stringContaining("1 Job created")]);
  });

  test.for(outcomes)("its command line on %s ends with %i", ([file, expected]) => {
    const job = read("argocd/presync-check.yaml") as {
      readonly spec: { readonly template: { readonly spec: { readonly containers: readonly [{ readonly args: readonly [string] }] } } };
    };
    const [line] = job.spec.template.spec.containers[0].args;
    // In a cluster the service account names it; here there is none.
    expect(bash(`${line.replace("/manifests/rendered.yaml", file)} --alone`).status).toBe(expected);
  });
});
