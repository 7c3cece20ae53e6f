import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createApiServer } from "@/lib/sources/demo/api-server";
import { plantedToken } from "@/lib/sources/demo/story/builders";
import { prepareCommandLine } from "./cli.testkit";

const { folder, run } = prepareCommandLine();
let snapshot = "";

beforeAll(() => {
  snapshot = join(folder, "demo.json.gz");
  const { status, stderr } = run(["snapshot", "--demo", "-o", snapshot]);
  if (status !== 0) throw new Error(stderr);
}, 60_000);

describe("the demo on the command line", () => {
  test("is the same in every run, and the same from a snapshot of it but for the cluster's state", () => {
    const first = run(["list", "--demo", "-o", "csv"]);
    expect(first.status).toBe(0);
    expect(run(["list", "--demo", "-o", "csv"]).stdout).toBe(first.stdout);
    expect(first.stdout.split("\r\n")[0]).toBe(
      "cluster,port,protocol,kind,namespace,holder,owners,selector,nodes,external_traffic_policy,backends_ready,backends_total,band,findings,created_at",
    );
    expect(first.stdout).toContain(
      "demo,30001,TCP,nodePort,clearml,Service/clearml-session-1,Pod/clearml-id-a; Pod/clearml-id-b,ai.allegro.agent.serial=pod-1,all,Cluster,2,2,clearml,mixed-owners,",
    );
    expect(first.stdout).toContain("demo,32070,TCP,nodePort,tenant-b,Service/api,unknown,app=api,all,Cluster,unknown,unknown,");
  });

  test("traces 10.190.1.2:30001 to both pods, one connection in two each", () => {
    const { stdout, status } = run(["trace", "10.190.1.2:30001", "--demo", "-o", "json"]);
    const route = JSON.parse(stdout) as {
      readonly sentence: string;
      readonly backends: readonly { readonly probability: number; readonly pod: { readonly name: string } }[];
      readonly steps: readonly { readonly object: string | null; readonly field: string | null }[];
    };
    expect(status).toBe(0);
    expect(route.sentence).toBe("10.190.1.2:30001 reaches two owners, one connection in two each");
    expect(route.backends.map(({ pod, probability }) => [pod.name, probability])).toEqual([
      ["clearml-id-a", 0.5],
      ["clearml-id-b", 0.5],
    ]);
    expect(
      route.steps.some(({ object, field }) => object === "Service/clearml/clearml-session-1" && field === "spec.ports[0].nodePort"),
    ).toBe(true);
  });

  test("names its findings in every format", () => {
    expect(run(["findings", "--demo"]).stdout).toMatch(/critical +30001\/TCP reaches two owners +mixed-owners/);
    const sarif = JSON.parse(run(["findings", "--demo", "-o", "sarif"]).stdout) as {
      readonly version: string;
      readonly runs: readonly { readonly results: readonly unknown[] }[];
    };
    expect(sarif.version).toBe("2.1.0");
    expect(sarif.runs[0]?.results.length).toBeGreaterThan(3);
    expect(run(["findings", "--demo", "-o", "junit"]).stdout).toMatch(/^<\?xml[^]*<testsuite name="portolan" tests="\d+" failures="\d+"/);
    expect(run(["findings", "--demo", "-o", "markdown"]).stdout).toContain("**critical**");
  });

  test("says once what could not be judged, and with --rule of that rule alone", () => {
    const gaps = (...args: string[]) =>
      run(["findings", "--demo", ...args])
        .stderr.split("\n")
        .filter((line) => line.includes("not evaluated"));
    expect(gaps()).toEqual([
      expect.stringMatching(/^portolan: demo: not evaluated: endpointslices of tenant-b: external-ip-duplicate, .*slices-disagree$/),
    ]);
    expect(gaps("--rule", "reserved-system-port")).toEqual([]);
  });

  test("holds no planted secret in any output or file", () => {
    for (const args of [
      ["list", "-o", "json"],
      ["findings", "-o", "json"],
      ["map", "-o", "json"],
      ["trace", "10.190.1.2:30001", "-o", "json"],
    ])
      expect(run([...args, "--demo"]).stdout).not.toContain(plantedToken);
    const plain = join(folder, "plain.json");
    run(["snapshot", "--demo", "-o", plain]);
    expect(readFileSync(plain, "utf8")).not.toContain(plantedToken);
  });
});

describe("exit codes", () => {
  test.for([
    { args: ["findings"], status: 0 },
    { args: ["findings", "--fail-on", "critical"], status: 1 },
    { args: ["findings", "--fail-on", "critical", "--rule", "selector-overlap"], status: 0 },
    { args: ["list", "--strict"], status: 1 },
    { args: ["explain", "mixed-owners"], status: 0 },
    { args: ["free"], status: 0 },
    { args: ["free", "--count", "200"], status: 0 },
    { args: ["free", "--count", "2760"], status: 1 },
  ])("$args → $status", ({ args, status }) => {
    expect(run([...args, ...(args[0] === "explain" ? [] : ["--snapshot", snapshot])]).status).toBe(status);
  });
});

test("what is still open when all is said, such as a plugin that never ends, holds up nobody", { timeout: 60_000 }, () => {
  const never = "--import=data:text/javascript,setInterval(Object,60_000)";
  const { status, stdout } = run(["explain", "no-such-rule"], { env: { NODE_OPTIONS: never } });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(run(["--version"], { env: { NODE_OPTIONS: never } })).toMatchObject({ status: 0, stderr: "" });
});

test("a batch answers every line in order, and says which were bad", () => {
  const input = [
    '{"address":"10.190.1.2","port":30001}',
    "nonsense",
    '{"address":"10.190.1.2","port":99999}',
    '{"address":"10.190.1.1","port":30007,"from":{"kind":"node","name":"gpu-01"}}',
  ].join("\n");
  const { status, stdout } = run(["trace", "--batch", "-", "--snapshot", snapshot], { input });
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly outcome?: string; readonly error?: { readonly field: string } });
  expect(status).toBe(2);
  expect(lines.map(({ outcome, error }) => outcome ?? error?.field)).toEqual(["delivered", "query", "port", "rejected"]);
});

test("a long batch says nothing but its answers", () => {
  const input = '{"address":"10.190.1.2","port":30001}\n'.repeat(8000);
  const { status, stdout, stderr } = run(["trace", "--batch", "-", "--snapshot", snapshot, "--quiet"], { input });
  expect([status, stdout.trim().split("\n").length, stderr]).toEqual([0, 8000, ""]);
});

test.for([
  ["an address that is no node's", "192.0.2.9:30001", "elsewhere", ["elsewhere"]],
  ["a pod's own address", "10.244.11.13:8000", "elsewhere", ["podAddress", "elsewhere"]],
  ["an IPv4-mapped address of a node", "[::ffff:10.190.1.2]:30001", "delivered", ["address", "claim"]],
  ["an IPv6 address in brackets", "[fd00::9]:30001", "elsewhere", ["elsewhere"]],
  ["loopback", "127.0.0.1:30001", "unknown", ["loopback"]],
] as const)("trace of %s", ([, target, outcome, steps]) => {
  const { stdout, status } = run(["trace", target, "--snapshot", snapshot, "-o", "json"]);
  const route = JSON.parse(stdout) as { readonly outcome: string; readonly steps: readonly { readonly code: string }[] };
  expect(status).toBe(0);
  expect(route.outcome).toBe(outcome);
  expect(route.steps.map(({ code }) => code)).toEqual(expect.arrayContaining([...steps]));
});

test.for([
  ["one number of a band", ["--band", "clearml"], [30_010]],
  ["an aligned block of a band", ["--band", "inference", "--count", "16", "--align", "16"], [31_016, 31_031]],
  ["a block that the band has no room for", ["--band", "clearml", "--count", "20", "--align", "20"], []],
  ["a host port of one node", ["--kind", "hostPort", "--band", "host", "--node", "gpu-01"], [1024]],
] as const)("free, by the demo's own policy: %s", ([, args, expected]) => {
  const { stdout, status } = run(["free", ...args, "--demo", "-o", "json"]);
  const { ports, reasons } = JSON.parse(stdout) as { readonly ports: readonly number[]; readonly reasons: readonly string[] };
  expect([...new Set([ports[0], ports.at(-1)])].filter((port) => port !== undefined)).toEqual(expected);
  expect(reasons.length).toBeGreaterThan(0);
  expect(status).toBe(expected.length === 0 ? 1 : 0);
});

test("a starter policy is read again, and adds no finding but those of order", () => {
  const starter = join(folder, "starter.yaml");
  const { stdout, status } = run(["init-policy", "--snapshot", snapshot]);
  expect(status).toBe(0);
  writeFileSync(starter, stdout);
  const rulesOf = (args: readonly string[]): readonly string[] =>
    (
      JSON.parse(run(["findings", "--snapshot", snapshot, "-o", "json", ...args]).stdout) as {
        readonly findings: readonly { readonly rule: string }[];
      }
    ).findings.map(({ rule }) => rule);
  expect(rulesOf(["--policy", starter])).toEqual(rulesOf([]));
});

test("why not a pod that is not there", () => {
  const { stdout } = run(["trace", "10.190.1.2:30001", "--why-not", "clearml/none", "--snapshot", snapshot, "-o", "json"]);
  const route = JSON.parse(stdout) as { readonly whyNot: { readonly steps: readonly { readonly code: string }[] } };
  expect(route.whyNot.steps.map(({ code }) => code)).toEqual(["noSuchPod"]);
});

describe("bad input: one line that says what, where and what to do, and exit code 2", () => {
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  test.for([
    { name: "no cluster at all", args: () => ["list"], says: /no cluster: .*--demo/ },
    { name: "an unknown command", args: () => ["lst"], says: /unknown command: lst/ },
    { name: "an unknown flag", args: () => ["list", "--demo", "--filtr", "x"], says: /unknown flag: --filtr: did you mean --filter/ },
    { name: "a flag without its value", args: () => ["list", "--filter"], says: /--filter wants a value/ },
    { name: "an unknown format", args: () => ["list", "--demo", "-o", "pdf"], says: /unknown format: pdf: one of table/ },
    {
      name: "a bad filter",
      args: () => ["list", "--demo", "--filter", "prt:1"],
      says: /position 1: unknown key "prt"; did you mean port:\?: --filter/,
    },
    { name: "an address that is none", args: () => ["trace", "10.190.1:30001", "--demo"], says: /10\.190\.1/ },
    { name: "a host name", args: () => ["trace", "gpu-01:30001", "--demo"], says: /"gpu-01" is no IP address; names are not looked up/ },
    { name: "0 for an address", args: () => ["trace", "0:30001", "--demo"], says: /"0" is no IP address/ },
    { name: "every address at once", args: () => ["trace", "0.0.0.0:30001", "--demo"], says: /0\.0\.0\.0.*name one/ },
    { name: "an address without a port", args: () => ["trace", "10.190.1.1", "--demo"], says: /ADDRESS:PORT/ },
    { name: "a port of 0", args: () => ["trace", "10.190.1.1:0", "--demo"], says: /"0" is no port/ },
    { name: "a protocol that is none", args: () => ["trace", "10.190.1.1:53/icmp", "--demo"], says: /icmp/ },
    {
      name: "a client pod that is not there",
      args: () => ["trace", "10.190.1.1:30001", "--from", "pod/clearml/none", "--demo"],
      says: /no pod "clearml\/none".*--from/,
    },
    { name: "a pod without its namespace", args: () => ["trace", "10.190.1.1:30001", "--why-not", "x", "--demo"], says: /--why-not.*: x:/ },
    { name: "a port that is none", args: () => ["trace", "10.190.1.1:70000", "--demo"], says: /70000/ },
    {
      name: "a node that is not there",
      args: () => ["trace", "10.190.1.1:30001", "--from", "node/none", "--demo"],
      says: /no node "none".*--from/,
    },
    { name: "a map from a node that is not there", args: () => ["map", "--from", "node/none", "--demo"], says: /no node "none".*--from/ },
    { name: "words that no flag takes", args: () => ["list", "clearml", "--demo"], says: /too many words: clearml: portolan list --help/ },
    {
      name: "a batch file that is not there",
      args: () => ["trace", "--batch", join(folder, "no"), "--demo", "--quiet"],
      says: /no such file or folder: .*no: check --batch$/m,
    },
    {
      name: "a place that cannot be written",
      args: () => ["snapshot", "--demo", "-o", join(folder, "no", "x.json")],
      says: /no such file or folder: .*x\.json: check -o$/m,
    },
    { name: "two sources", args: () => ["trace", "10.190.1.1:30001", "--demo", "--snapshot", "x"], says: /two sources/ },
    { name: "a missing snapshot", args: () => ["list", "--snapshot", join(folder, "nowhere")], says: /no such file/ },
    {
      name: "a PNG as snapshot",
      args: () => ["list", "--snapshot", file("a.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]))],
      says: /PNG/,
    },
    {
      name: "a broken policy file",
      args: () => ["list", "--demo", "--policy", file("p.yaml", "version: 1\nbnds: []\n")],
      says: /p\.yaml:2:1: .*bnds/,
    },
    {
      name: "a kubeconfig that is not there",
      args: () => ["list", "--kubeconfig", join(folder, "nokube")],
      says: /kubeconfig cannot be read: \S+: there is no such file: check --kubeconfig and KUBECONFIG$/m,
    },
    {
      name: "a cluster that refuses the connection",
      args: () => [
        "list",
        "--kubeconfig",
        file(
          "refused",
          JSON.stringify({
            "current-context": "x",
            clusters: [{ name: "c", cluster: { server: "http://127.0.0.1:1" } }],
            users: [{ name: "u", user: {} }],
            contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
          }),
        ),
      ],
      says: /refused/,
    },
    { name: "a count of 0", args: () => ["free", "--demo", "--count", "0"], says: /count wants a whole number.*"0": --count/ },
    { name: "an alignment that is no number", args: () => ["free", "--demo", "--align", "ten"], says: /align wants a whole number.*"ten"/ },
    {
      name: "an unknown band",
      args: () => ["free", "--demo", "--band", "clearm"],
      says: /no nodePort band "clearm": did you mean clearml/,
    },
    { name: "a band of the other kind", args: () => ["free", "--demo", "--band", "host"], says: /no nodePort band "host"/ },
    { name: "a kind of port that is none", args: () => ["free", "--demo", "--kind", "clusterIP"], says: /kind wants nodePort or hostPort/ },
    { name: "a node that is not there, for a host port", args: () => ["free", "--demo", "--node", "none"], says: /no node "none"/ },
    { name: "an unknown rule", args: () => ["explain", "mixed-owner"], says: /did you mean mixed-owners/ },
  ])("$name", ({ args, says }) => {
    const { status, stdout, stderr } = run(args());
    expect(stderr).toMatch(says);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/^portolan: /);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });
});

test.for([
  { name: "flags spelled as kubectl takes them", args: ["list", "--demo", "-ocsv", "-n=clearml", "--columns", "port"], env: {}, rows: 7 },
  {
    name: "twins in the environment",
    args: ["list"],
    env: { PORTOLAN_DEMO: "1", PORTOLAN_OUTPUT: "csv", PORTOLAN_FILTER: "port:30001,30002" },
    rows: 2,
  },
  {
    name: "a source on the command line before one of the environment",
    args: ["list", "--demo", "-o", "csv", "--filter", "port:30001"],
    env: { PORTOLAN_CONTEXT: "prod", PORTOLAN_KUBECONFIG: "none", PORTOLAN_SNAPSHOT: "none" },
    rows: 1,
  },
])("$name", ({ args, env, rows }) => {
  const { status, stdout } = run(args, { env });
  expect(status).toBe(0);
  expect(stdout.trim().split("\r\n").length - 1).toBe(rows);
});

test("-n narrows the columns of the map, and what they say stays", () => {
  const columns = (args: readonly string[]) =>
    (JSON.parse(run(["map", "--demo", "-o", "json", ...args]).stdout) as { readonly columns: readonly { readonly port: number }[] })
      .columns;
  const sessions = [30_001, 30_002, 30_003, 30_004, 30_005, 30_006, 30_007];
  expect(columns(["-n", "clearml"])).toEqual(columns([]).filter(({ port }) => sessions.includes(port)));
});

test("names that hold escapes or formulas are harmless in table and CSV", () => {
  const objects = {
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "Node", metadata: { name: "n" } },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { namespace: "a", name: "=cmd()\u001b[31m\u202ex" },
        spec: { type: "NodePort", clusterIP: "10.0.0.1", ports: [{ port: 80, nodePort: 30_123 }] },
      },
    ],
  };
  const path = join(folder, "odd.json");
  writeFileSync(path, JSON.stringify(objects));
  expect(run(["list", "--snapshot", path]).stdout).not.toMatch(/[\u001b\u202e]/);
  expect(run(["list", "--snapshot", path, "-o", "csv", "--columns", "holder"]).stdout).toContain("Service/=cmd()");
});

test("a large snapshot of a live cluster is read and listed", async () => {
  const { buildScale } = await import("@/lib/sources/demo/scale");
  const server = createApiServer({ objects: buildScale({ nodes: 100, pods: 3000, services: 300 }) });
  const url = await server.start();
  const items: unknown[] = [];
  for (const path of ["/api/v1/nodes", "/api/v1/pods", "/api/v1/services", "/apis/discovery.k8s.io/v1/endpointslices"])
    items.push(await (await fetch(url + path)).json());
  await server.stop();
  const paths = items.map((list, place) => {
    const path = join(folder, `large-${String(place)}.json`);
    writeFileSync(path, JSON.stringify(list));
    return path;
  });
  const { status, stdout } = run(["list", "-o", "csv", ...paths.flatMap((path) => ["--snapshot", path])]);
  expect(status).toBe(0);
  expect(stdout.split("\r\n").filter((line) => line.includes(",nodePort,")).length).toBe(300);
});

describe("remedy", () => {
  const fingerprintOf = (rule: string): string => {
    const { findings } = JSON.parse(run(["findings", "--snapshot", snapshot, "-o", "json"]).stdout) as {
      readonly findings: readonly { readonly fingerprint: string; readonly rule: string }[];
    };
    return findings.find((each) => each.rule === rule)?.fingerprint ?? "";
  };

  test("writes YAML under its side effects, for the beginning of a fingerprint too", () => {
    const fingerprint = fingerprintOf("mixed-owners");
    const { status, stdout, stderr } = run(["remedy", fingerprint.slice(0, 6), "--snapshot", snapshot]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^# One Service for each owner\n#\n# \+ .*\n[^]*# Way back: .*\napiVersion: v1\nkind: Service\n/);
    expect(stderr).toContain("other remedies: ");
    expect(run(["remedy", fingerprint, "--snapshot", snapshot, "--kind", "local"]).stdout).toContain("  externalTrafficPolicy: Local\n");
    expect(run(["remedy", fingerprint, "--snapshot", snapshot, "-o", "csv"]).stdout).toMatch(
      /^owner,protocol,addresses,port_before,port_after,service\r\nagent-96e6ac6b,TCP,all,30001,30001,/,
    );
  });

  test("writes the guard of the policy file where no finding asks for it", () => {
    const { status, stdout, stderr } = run(["remedy", "--kind", "policy", "--demo"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^# A guard: .*\n#\n# \+ 30001–30020 \(Band\/clearml\): .*\n[^]*\nkind: ValidatingAdmissionPolicy\n/);
    expect(stderr).toContain("also as kyverno: --kind policy --variant NAME");
  });

  test.for([
    { name: "no finding is named", args: [], says: "no finding is named" },
    { name: "an unknown fingerprint", args: ["abcdef"], says: "there is no finding abcdef now" },
    { name: "no fingerprint at all", args: ["web"], says: "fingerprint wants 4 to 16 hexadecimal digits" },
    { name: "an unknown kind", args: ["abcdef", "--kind", "locale"], says: "did you mean local" },
    { name: "a guard where nothing is promised", args: ["--kind", "policy"], says: "no band or reservation says who may stand there" },
  ])("$name: exit code 2 and what to do", ({ args, says }) => {
    const { status, stdout, stderr } = run(["remedy", ...args, "--snapshot", snapshot]);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(says);
  });
});
