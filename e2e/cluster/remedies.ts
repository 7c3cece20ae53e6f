// Proves remedies on a real API server: what `portolan remedy` writes is accepted as it is, and the guard refuses what the policy file forbids and nothing else.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { startApiServer, startEtcd, type ApiAnswer, type ApiServer } from "./control-plane";
import { order } from "./live-objects";
import { stopAll, until } from "./process";
import { runProofs, type Proof } from "./proof";

const program = join(import.meta.dirname, "../../bin/portolan");
const yaml = "application/yaml";
const apply = "application/apply-patch+yaml";
const merge = "application/merge-patch+json";
const strategic = "application/strategic-merge-patch+json";

/** Every number of the dynamic band is kept, so that an automatic choice is a foreign one for certain. JSON is YAML. */
const promises = {
  version: 1,
  bands: [
    { name: "sessions", kind: "nodePort", ports: "30001-30020", allow: { namespaces: ["clearml"], labels: { app: "clearml" } } },
    { name: "full", kind: "nodePort", ports: "30060-30061" },
    { name: "dynamic", kind: "nodePort", ports: "30086-32767", allow: { namespaces: ["clearml"] } },
  ],
  reservations: [
    { port: 30050, for: "nobody yet" },
    { port: 30051, for: "clearml", allow: { namespaces: ["clearml"] } },
  ],
};

type Lab = { readonly api: ApiServer; readonly portolan: (args: readonly string[]) => Promise<string> };

/** Runs every proof in turn on one API server; stops it, whatever happens. */
export async function proveRemedies(say: (line: string) => void = console.error): Promise<readonly Proof[]> {
  const folder = mkdtempSync(join(tmpdir(), "portolan-remedies-"));
  try {
    const lab = await startLab(folder);
    return await runProofs(provers, lab, say);
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startLab(folder: string): Promise<Lab> {
  const etcd = await startEtcd(folder);
  // Without one it looks for a default route, which the laboratory's namespace has not.
  const api = await startApiServer({ folder: join(folder, "api"), etcd, flags: ["--advertise-address=10.190.1.250"] });
  const kubeconfig = join(folder, "kubeconfig");
  const policy = join(folder, "portolan.yaml");
  writeFileSync(kubeconfig, api.kubeconfig());
  writeFileSync(policy, JSON.stringify(promises));
  await createMixture(api);
  const run = promisify(execFile);
  return {
    api,
    portolan: async (args) => {
      const env = { ...process.env, HOME: folder, NODE_ENV: "production" as const };
      const { stdout } = await run(process.execPath, [program, ...args, "--kubeconfig", kubeconfig, "--policy", policy, "--quiet"], {
        env,
      });
      return stdout;
    },
  };
}

const provers: Readonly<Record<string, (lab: Lab) => Promise<void>>> = {
  "the remedies of a mixed port are accepted as they are written": async ({ api, portolan }) => {
    const { fingerprint, remedies } = await findingOf(portolan, "mixed-owners");
    assert.ok(remedies.includes("service") && remedies.includes("local"), `kinds: ${remedies.join()}`);
    for (const kind of ["service", "local"]) {
      for (const document of documentsOf(await portolan(["remedy", fingerprint, "--kind", kind]))) {
        const answer = await api.ask("PATCH", `${pathOf(document)}?fieldManager=proof&force=true&dryRun=All`, document, {
          contentType: apply,
        });
        assert.ok(answer.status < 300, `${kind}: ${String(answer.status)} ${messageOf(answer)}\n${document}`);
      }
    }
  },
  "applied for good, the separating Services leave no mixture": async ({ api, portolan }) => {
    const { fingerprint } = await findingOf(portolan, "mixed-owners");
    for (const document of documentsOf(await portolan(["remedy", fingerprint, "--kind", "service"])))
      await order(api, "PATCH", `${pathOf(document)}?fieldManager=proof&force=true`, document, apply);
    const services = (await order(api, "GET", "/api/v1/namespaces/clearml/services")) as {
      readonly items: readonly { readonly metadata: { readonly name: string }; readonly spec: { readonly selector: object } }[];
    };
    assert.deepEqual(services.items.map(({ metadata, spec }) => [metadata.name, spec.selector]).sort(), [
      ["session-1", { serial: "pod-1", CLEARML: "agent-a" }],
      ["session-1-agent-b", { serial: "pod-1", CLEARML: "agent-b" }],
    ]);
  },
  "addresses that two Services have, and numbers of a full band, are given back": async ({ api, portolan }) => {
    await createSharedAddress(api);
    for (const number of [30_060, 30_061]) await order(api, "POST", services("clearml"), balancer(`lb-${String(number)}`, number));
    for (const rule of ["external-ip-duplicate", "band-full"]) {
      const { fingerprint } = await findingOf(portolan, rule);
      for (const document of documentsOf(await portolan(["remedy", fingerprint, "--kind", "service"])))
        await order(api, "PATCH", `${pathOf(document)}?fieldManager=proof&force=true&fieldValidation=Strict`, document, apply);
      assert.ok(!(await rulesOf(portolan)).includes(rule), `${rule} is still found`);
    }
  },
  "host ports move, protocols of one number together, and a Deployment becomes a DaemonSet": async ({ api, portolan }) => {
    const deployments = "/apis/apps/v1/namespaces/clearml/deployments";
    await order(api, "POST", "/api/v1/namespaces/clearml/pods", {
      metadata: { name: "holder" },
      spec: { nodeName: "node-1", containers: [{ name: "main", image: "none", ports: [{ containerPort: 80, hostPort: 9000 }] }] },
    });
    const ports = ["TCP", "UDP"].map((protocol) => ({ name: protocol.toLowerCase(), containerPort: 53, hostPort: 9000, protocol }));
    await order(api, "POST", deployments, deployment("edge", 2, [...ports, { containerPort: 9153 }]));
    const { fingerprint } = await findingOf(portolan, "host-port-capacity");
    const [patch = ""] = documentsOf(await portolan(["remedy", fingerprint, "--kind", "hostPort"]));
    const patched = (await order(api, "PATCH", pathOf(patch), parse(patch), strategic)) as Deployed;
    assert.deepEqual(
      patched.spec.template.spec.containers[0]?.ports.map(({ containerPort, protocol, hostPort }) => [containerPort, protocol, hostPort]),
      [
        [53, "TCP", 1024],
        [53, "UDP", 1024],
        [9153, "TCP", undefined],
      ],
    );
    assert.ok(!(await rulesOf(portolan)).includes("host-port-capacity"), "host-port-capacity is still found");

    await order(api, "POST", deployments, deployment("many", 3, [{ containerPort: 80, hostPort: 9001 }]));
    const crowded = await findingOf(portolan, "host-port-capacity");
    assert.ok(crowded.remedies.includes("hostPort"), `kinds: ${crowded.remedies.join()}`);
    const [operations = ""] = documentsOf(await portolan(["remedy", crowded.fingerprint, "--kind", "daemonSet"]));
    // The API server refuses a change of kind: as in the remedy's steps it is the object that comes out which it is given.
    const made = applyOperations(await order(api, "GET", `${deployments}/many`), parse(operations) as readonly Operation[]);
    await order(api, "DELETE", `${deployments}/many`);
    await order(api, "POST", "/apis/apps/v1/namespaces/clearml/daemonsets?fieldValidation=Strict", made);
    assert.ok(!(await rulesOf(portolan)).includes("host-port-capacity"), "host-port-capacity is still found");
  },
  "the guard refuses foreign numbers, chosen by hand or by the API server, and admits the rest": async ({ api, portolan }) => {
    await order(api, "POST", "/api/v1/namespaces", { metadata: { name: "other" } });
    await order(api, "POST", services("other"), service("squatter", 30_005));
    await order(api, "POST", services("other"), service("mover", 30_030));
    const { fingerprint } = await findingOf(portolan, "outside-band");
    for (const document of documentsOf(await portolan(["remedy", fingerprint, "--kind", "policy"])))
      await order(
        api,
        "POST",
        `/apis/admissionregistration.k8s.io/v1/${document.includes("policyName:") ? "validatingadmissionpolicybindings" : "validatingadmissionpolicies"}`,
        document,
        yaml,
      );
    await until("the guard is in force", async () => {
      const answer = await api.ask("POST", `${services("other")}?dryRun=All`, service("probe", 30_009));
      return answer.status === 403 ? true : undefined;
    });
    const asked: readonly (readonly [what: string, refused: boolean, ask: () => Promise<ApiAnswer>])[] = [
      ["a number of a band, from another namespace", true, () => api.ask("POST", services("other"), service("a", 30_009))],
      [
        "the same number, from the namespace and with the label",
        false,
        () => api.ask("POST", services("clearml"), service("b", 30_009, { app: "clearml" })),
      ],
      ["the namespace without the label", true, () => api.ask("POST", services("clearml"), service("c", 30_010))],
      ["a number that is kept for nobody else", false, () => api.ask("POST", services("other"), service("d", 30_031))],
      ["an automatic choice that falls into a foreign band", true, () => api.ask("POST", services("other"), service("e", 0))],
      ["an automatic choice in a band of one's own", false, () => api.ask("POST", services("clearml"), service("f", 0))],
      ["a number that is reserved for nobody", true, () => api.ask("POST", services("clearml"), service("g", 30_050))],
      ["a number that is reserved for another namespace", true, () => api.ask("POST", services("other"), service("h", 30_051))],
      ["a number that is reserved for the namespace", false, () => api.ask("POST", services("clearml"), service("i", 30_051))],
      ["a health-check port of a band", true, () => api.ask("POST", services("other"), balancer("j", 30_032, 30_011))],
      [
        "a Service without nodePorts",
        false,
        () => api.ask("POST", services("other"), { metadata: { name: "k" }, spec: { ports: [{ port: 80 }] } }),
      ],
      ["a move to a number of a band", true, () => move(api, "mover", 30_008)],
      ["a move to a number that is kept for nobody", false, () => move(api, "mover", 30_033)],
      [
        "a change of something else, of who stands in the band already",
        false,
        () => api.ask("PATCH", `${services("other")}/squatter`, { metadata: { labels: { x: "y" } } }, { contentType: merge }),
      ],
      ["an end", false, () => api.ask("DELETE", `${services("other")}/squatter`)],
    ];
    for (const [what, wrong, ask] of asked) {
      const answer = await ask();
      assert.equal(
        answer.status,
        wrong ? 403 : answer.status < 300 ? answer.status : 200,
        `${what}: ${String(answer.status)} ${messageOf(answer)}`,
      );
      if (what.startsWith("an automatic choice that"))
        assert.match(messageOf(answer), /the API server took one before it asked this policy/);
    }
  },
};

type Deployed = {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly ports: readonly { readonly containerPort: number; readonly protocol: string; readonly hostPort?: number }[];
        }[];
      };
    };
  };
};
type Operation = { readonly op: "test" | "replace" | "remove"; readonly path: string; readonly value?: unknown };

/** RFC 6902, for the operations that a DaemonSet needs. */
function applyOperations(object: unknown, operations: readonly Operation[]): unknown {
  for (const { op, path, value } of operations) {
    const keys = path.slice(1).split("/");
    const last = keys.pop() ?? "";
    const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, object as Record<string, unknown>);
    assert.ok(last in parent, `${path} is not there`);
    if (op === "test") assert.equal(parent[last], value);
    else if (op === "remove") Reflect.deleteProperty(parent, last);
    else parent[last] = value;
  }
  return object;
}

async function rulesOf(portolan: Lab["portolan"]): Promise<readonly string[]> {
  const { findings } = JSON.parse(await portolan(["findings", "-o", "json"])) as {
    readonly findings: readonly { readonly rule: string }[];
  };
  return findings.map(({ rule }) => rule);
}

async function findingOf(
  portolan: Lab["portolan"],
  rule: string,
): Promise<{ readonly fingerprint: string; readonly remedies: readonly string[] }> {
  const { findings } = JSON.parse(await portolan(["findings", "-o", "json"])) as {
    readonly findings: readonly { readonly rule: string; readonly fingerprint: string; readonly remedies: readonly string[] }[];
  };
  const found = findings.find((each) => each.rule === rule);
  assert.ok(found !== undefined, `no finding of ${rule}, only ${findings.map((each) => each.rule).join()}`);
  return found;
}

function documentsOf(text: string): readonly string[] {
  return text.split(/^---\n/m);
}

/** Where a document's object is; its lines are known, since the product wrote them. */
function pathOf(document: string): string {
  const line = (key: string): string => new RegExp(`^ *${key}: (.*)$`, "m").exec(document)?.[1] ?? "";
  const version = line("apiVersion");
  const folders: Readonly<Record<string, string>> = { Service: "services", Ingress: "ingresses", Deployment: "deployments" };
  const kind = line("kind");
  return `/${version === "v1" ? "api" : "apis"}/${version}/namespaces/${line("namespace")}/${folders[kind] ?? kind}/${line("name")}`;
}

const services = (namespace: string): string => `/api/v1/namespaces/${namespace}/services`;

/** `nodePort` 0: the API server chooses. */
function service(name: string, nodePort: number, labels: Readonly<Record<string, string>> = {}): object {
  return { metadata: { name, labels }, spec: { type: "NodePort", ports: [{ port: 80, ...(nodePort === 0 ? {} : { nodePort }) }] } };
}

/** With a health-check port it answers by the policy Local. */
function balancer(name: string, nodePort: number, healthCheckNodePort?: number): object {
  const local = healthCheckNodePort === undefined ? {} : { externalTrafficPolicy: "Local", healthCheckNodePort };
  return { metadata: { name }, spec: { type: "LoadBalancer", ...local, ports: [{ port: 80, nodePort }] } };
}

function deployment(name: string, replicas: number, ports: readonly object[]): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "none", ports }] } };
  return { metadata: { name }, spec: { replicas, selector: { matchLabels: labels }, template } };
}

/** Two Services on one external IP, each with an endpoint. */
async function createSharedAddress(api: ApiServer): Promise<void> {
  for (const [place, name] of ["first", "second"].entries()) {
    await order(api, "POST", services("clearml"), { metadata: { name }, spec: { externalIPs: ["198.18.0.7"], ports: [{ port: 80 }] } });
    await order(api, "POST", "/apis/discovery.k8s.io/v1/namespaces/clearml/endpointslices", {
      metadata: { name, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: [{ name: "", port: 80, protocol: "TCP" }],
      endpoints: [{ addresses: [`10.244.9.${String(place + 1)}`], conditions: { ready: true } }],
    });
  }
}

function move(api: ApiServer, name: string, nodePort: number): Promise<ApiAnswer> {
  return api.ask("PATCH", `${services("other")}/${name}`, [{ op: "replace", path: "/spec/ports/0/nodePort", value: nodePort }], {
    contentType: "application/json-patch+json",
  });
}

function messageOf({ body }: ApiAnswer): string {
  return typeof body === "object" && body !== null && "message" in body ? String(body.message) : "";
}

/** Two agents' sessions behind one port. No controller runs: the slice is written by hand, as it would write it. */
async function createMixture(api: ApiServer): Promise<void> {
  await order(api, "POST", "/api/v1/namespaces", { metadata: { name: "clearml" } });
  for (const [place, agent] of ["agent-a", "agent-b"].entries()) {
    const node = `node-${String(place + 1)}`;
    await order(api, "POST", "/api/v1/nodes", { metadata: { name: node } });
    const pods = "/api/v1/namespaces/clearml/pods";
    const name = `session-${agent}`;
    await order(api, "POST", pods, {
      metadata: { name, labels: { serial: "pod-1", CLEARML: agent } },
      spec: { nodeName: node, containers: [{ name: "main", image: "none", ports: [{ containerPort: 10_022 }] }] },
    });
    const podIP = `10.244.${String(place + 1)}.1`;
    const conditions = ["Ready", "ContainersReady"].map((type) => ({ type, status: "True" }));
    await order(
      api,
      "PATCH",
      `${pods}/${name}/status`,
      { status: { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions } },
      merge,
    );
  }
  await order(api, "POST", services("clearml"), {
    metadata: { name: "session-1", labels: { app: "clearml" } },
    spec: { type: "NodePort", selector: { serial: "pod-1" }, ports: [{ name: "ssh", port: 10_022, nodePort: 30_001 }] },
  });
  await order(api, "POST", "/apis/discovery.k8s.io/v1/namespaces/clearml/endpointslices", {
    metadata: {
      name: "session-1-x",
      labels: { "kubernetes.io/service-name": "session-1", "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" },
    },
    addressType: "IPv4",
    ports: [{ name: "ssh", port: 10_022, protocol: "TCP" }],
    endpoints: ["agent-a", "agent-b"].map((agent, place) => ({
      addresses: [`10.244.${String(place + 1)}.1`],
      conditions: { ready: true },
      nodeName: `node-${String(place + 1)}`,
      targetRef: { kind: "Pod", namespace: "clearml", name: `session-${agent}` },
    })),
  });
}
