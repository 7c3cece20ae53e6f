import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { prepareCommandLine } from "./cli.testkit";

const { folder, run } = prepareCommandLine();
let snapshot = "";

beforeAll(() => {
  snapshot = join(folder, "demo.json.gz");
  const { status, stderr } = run(["snapshot", "--demo", "-o", snapshot]);
  if (status !== 0) throw new Error(stderr);
}, 120_000);

describe("check", () => {
  const service = (name: string, nodePort: number, selector = "app: x"): string =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: clearml }\nspec:\n  type: NodePort\n  selector: { ${selector} }\n  ports:\n    - port: 22\n      nodePort: ${String(nodePort)}\n`;
  const check = (input: string, ...args: readonly string[]) => run(["check", "-f", "-", "--snapshot", snapshot, ...args], { input });

  test("a taken number: exit 1, the holder, the line, a free one", () => {
    const { status, stdout } = check(service("mine", 30_001));
    expect(status).toBe(1);
    expect(stdout).toMatch(/critical +30001\/TCP is taken by clearml\/clearml-session-1 +node-port-taken +stdin:9:7 /);
    expect(stdout).toContain("1 Service created.");
  });

  test("a free number below the wanted severity: exit 0; with --fail-on warning: exit 1", () => {
    expect(check(service("mine", 30_020)).status).toBe(0);
    expect(check(service("mine", 30_020), "--fail-on", "warning").status).toBe(1);
  });

  test("what the cluster has already introduces nothing", () => {
    const { stdout, status } = check(service("clearml-session-2", 30_002, "ai.allegro.agent.serial: pod-2"), "-o", "json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "ok", errors: [], introduced: [], resolved: [] });
  });

  test("a mistake: exit 2, one line with its place, and the rest is checked", () => {
    const { status, stdout, stderr } = check(`kind: Service\n---\n${service("mine", 30_001)}`);
    expect(status).toBe(2);
    expect(stderr).toContain("portolan: stdin:1:1: apiVersion is missing\n");
    expect(stdout).toContain("30001/TCP is taken by");
  });

  test("what could not be read is not called harmless", () => {
    expect(check("kind: Service\n").stdout).toMatch(/^no object\.\nNothing could be checked\. 0 resolved, /);
    const known = service("clearml-session-2", 30_002, "ai.allegro.agent.serial: pod-2");
    expect(check(`kind: Service\n---\n${known}`).stdout).toContain("Nothing new is found in what could be read.");
  });

  test.for([
    ["sarif", /"uri": "stdin"[^]*"startLine": 9/],
    ["junit", /<failure type="critical" message="30001\/TCP is taken by clearml\/clearml-session-1">[^]*stdin:9:7/],
    ["markdown", /^### Portolan: 1 problem\n[^]*stdin:9:7/],
  ] as const)("%s", ([output, expected]) => {
    const { status, stdout } = check(service("mine", 30_001), "-o", output);
    expect(status).toBe(1);
    expect(stdout).toMatch(expected);
  });

  test("a folder, its own files by name, and what is to be deleted", () => {
    const manifests = join(folder, "manifests");
    mkdirSync(join(manifests, "base"), { recursive: true });
    writeFileSync(join(manifests, "base", "service.yaml"), service("clearml-session-2", 30_002, "ai.allegro.agent.serial: pod-2"));
    writeFileSync(join(manifests, "README.md"), "no manifest");
    const { stdout } = run(["check", "-f", manifests, "--snapshot", snapshot, "-o", "json", "--prune-label", "app=none"]);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: "ok",
      objects: [{ kind: "Service", name: "clearml-session-2", effect: "update" }],
    });
  });

  test.for([
    [
      "what carries the label and is left out of the manifest is deleted",
      "app=clearml-session-7",
      ["update clearml-session-2", "delete clearml-session-7"],
      // announced-port-unmapped tells of one session more, and of the one before as it did.
      ["no-endpoints"],
    ],
    ["near: of another namespace", "app=grafana", ["update clearml-session-2"], []],
    ["near: what the manifest holds", "app=clearml-session-2", ["update clearml-session-2"], []],
  ] as const)("--prune-label: %s", ([, label, objects, resolved]) => {
    const { stdout, status } = check(
      service("clearml-session-2", 30_002, "ai.allegro.agent.serial: pod-2"),
      "-o",
      "json",
      "--prune-label",
      label,
    );
    const answer = JSON.parse(stdout) as Answer;
    expect(status).toBe(0);
    expect(answer.objects.map(({ effect, name }) => `${effect} ${name}`)).toEqual(objects);
    expect(answer.resolved.map(({ rule }) => rule)).toEqual(resolved);
  });

  test("nothing is taken away while part of the manifest cannot be read", () => {
    const known = service("clearml-session-2", 30_002, "ai.allegro.agent.serial: pod-2");
    const { stdout } = check(`${known}---\nkind: Service\n`, "--prune-label", "app=clearml-session-7", "-o", "json");
    expect((JSON.parse(stdout) as Answer).objects.map(({ effect, name }) => `${effect} ${name}`)).toEqual(["update clearml-session-2"]);
  });

  test("by itself: no cluster is asked, and what depends on nodes is not evaluated", () => {
    const { status, stdout, stderr } = run(["check", "-f", "-", "--alone"], {
      input: `${service("a", 30_001)}---\n${service("b", 30_001)}`,
    });
    expect(status).toBe(1);
    expect(stdout).toMatch(/critical +30001 is held by clearml\/a and clearml\/b|critical +30001.*node-port-duplicate/);
    expect(stderr).toContain("not evaluated: nodes: external-ip-on-node, host-port-capacity, ");
  });

  test.for([
    [["check"], "portolan: no manifest: check: name one with -f FILE, a folder, or - for standard input\n"],
    [["check", "-f", "gone.yaml", "--alone"], "portolan: there is no such file or folder: gone.yaml: check -f\n"],
    [["check", "-f", "-", "--alone", "--demo"], "portolan: --alone asks for no cluster, and one is named: --demo: leave one out\n"],
    [["check", "-f", "-", "--alone", "--fail-on", "bad"], "portolan: --fail-on wants critical, warning or info: bad: see --help\n"],
    [
      ["check", "-f", "-", "--alone", "--prune-label", "x"],
      "portolan: --prune-label wants KEY=VALUE: x: such as app.kubernetes.io/instance=web\n",
    ],
  ] as const)("%s", ([args, expected]) => {
    const { status, stderr } = run(args);
    expect([status, stderr]).toEqual([2, expected]);
  });

  test("no cluster at hand: exit 2, and a hint at what works without one", () => {
    const { status, stderr } = run(["check", "-f", "-"], { input: service("a", 30_001) });
    expect(status).toBe(2);
    expect(stderr).toContain("--alone judges the manifest by itself");
  });
});

type Answer = {
  readonly objects: readonly { readonly effect: string; readonly name: string }[];
  readonly resolved: readonly { readonly rule: string }[];
};
