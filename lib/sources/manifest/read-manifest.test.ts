import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readManifest } from "./read-manifest";

const service = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: NodePort
  selector:
    app: web
  ports:
    - port: 80
      nodePort: 30080
`;
const pod = `apiVersion: v1
kind: Pod
metadata: { name: p, namespace: other, labels: { app: web } }
spec: { containers: [{ name: main, ports: [{ containerPort: 80, hostPort: 8080 }] }] }
`;

/** Objects, then mistakes as `line:column message`. */
function read(text: string): readonly [readonly string[], readonly string[]] {
  const { manifest, errors } = readManifest([{ file: "m.yaml", text }], "default");
  return [
    manifest.objects.map(({ object: { kind, namespace, name } }) => `${kind}/${namespace}/${name}`),
    errors.map(({ line, column, message }) => `${String(line)}:${String(column)} ${message}`),
  ];
}

const both = ["Service/default/web", "Pod/other/p"];

describe("streams", () => {
  test.for([
    ["two documents", `${service}---\n${pod}`],
    ["Windows line ends", `${service}---\n${pod}`.replaceAll("\n", "\r\n")],
    ["JSON objects on lines of their own", `${JSON.stringify(parse(service))}\n${JSON.stringify(parse(pod))}\n`],
    ["JSON objects one behind another", `${JSON.stringify(parse(service), null, 2)}${JSON.stringify(parse(pod))}`],
    ["a byte order mark", `\uFEFF${service}---\n${pod}`],
    [
      "empty documents and comments of Helm",
      `---\n# Source: chart/templates/service.yaml\n${service}---\n# Source: chart/templates/empty.yaml\n---\n${pod}---\n`,
    ],
    [
      "what Helm prints around it",
      `NAME: web\nLAST DEPLOYED: Tue May 12 14:43:00 2026\nNAMESPACE: default\nSTATUS: pending-install\nREVISION: 1\nHOOKS:\nMANIFEST:\n---\n${service}---\n${pod}\n\nNOTES:\n1. Get the URL:\n  export X=$(kubectl get svc)\n\techo "http://$X: y"\n`,
    ],
    [
      "a List",
      `apiVersion: v1\nkind: List\nitems:\n${[service, pod].map((each) => `- ${each.trimEnd().replaceAll("\n", "\n  ")}\n`).join("")}`,
    ],
    [
      "a typed list whose items say nothing of their kind",
      `apiVersion: v1\nkind: ServiceList\nitems: [{ metadata: { name: web }, spec: { ports: [{ port: 80 }] } }]\n---\n${pod}`,
    ],
    [
      "JSON",
      JSON.stringify(
        {
          apiVersion: "v1",
          kind: "List",
          items: [
            { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } },
            { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "other" }, spec: { containers: [{ name: "a" }] } },
          ],
        },
        null,
        "\t",
      ),
    ],
    [
      "merge keys and aliases",
      `x: &m { app: web }\n`.replace(/.*\n/, "") +
        `apiVersion: v1\nkind: Service\nmetadata: { name: web, labels: &l { app: web } }\nspec: { selector: { <<: *l, tier: a }, ports: [{ port: 80 }] }\n---\n${pod}`,
    ],
  ] as const)("%s", ([, text]) => {
    expect(read(text)).toEqual([both, []]);
  });

  test("other kinds are counted, tests of a release too; another group's Service is another thing", () => {
    const text = [
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\n",
      "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: c }\n",
      'apiVersion: v1\nkind: Pod\nmetadata: { name: t, annotations: { "helm.sh/hook": test } }\n',
    ].join("---\n");
    expect(readManifest([{ file: "m.yaml", text }], "default")).toMatchObject({
      manifest: { objects: [] },
      errors: [],
      ignored: [
        { kind: "ConfigMap", count: 2 },
        { kind: "Pod (Helm test)", count: 1 },
        { kind: "Service.serving.knative.dev", count: 1 },
      ],
    });
  });

  test("what a controller made is counted, and left to its maker", () => {
    const made = { name: "web-5d4f-x", ownerReferences: [{ kind: "ReplicaSet", name: "web-5d4f", controller: true }] };
    const text = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: made, spec: { containers: [{ name: "a" }] } });
    expect(readManifest([{ file: "m.json", text }], "default")).toMatchObject({
      manifest: { objects: [] },
      errors: [],
      ignored: [{ kind: "Pod (made by a controller)", count: 1 }],
    });
  });

  test("what was read from a cluster is tolerated: status and resourceVersion play no role", () => {
    const text = JSON.stringify({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "p",
        namespace: "n",
        resourceVersion: "7",
        uid: "u",
      },
      spec: { containers: [{ name: "a" }] },
      status: { phase: "Succeeded", podIP: "10.0.0.1" },
    });
    const { manifest, errors } = readManifest([{ file: "p.json", text }], "default");
    expect(errors).toEqual([]);
    expect(manifest.objects).toMatchObject([{ content: { record: { controller: null, podIPs: [], uid: "" } } }]);
  });

  test("words and numbers mean what kubectl takes them for (sigs.k8s.io/yaml)", () => {
    const text = [
      "apiVersion: v1\nkind: Pod\nmetadata: { name: p, annotations: { at: 10:30:00, day: 2027-01-31 } }",
      "spec: { hostNetwork: yes, containers: [{ name: a, ports: [{ containerPort: 0x1F90 }, { containerPort: 30_080 }, { containerPort: 0o120 }] }] }",
      "---\napiVersion: v1\nkind: Service\nmetadata: { name: s, labels: { country: no } }",
      "spec: { selector: { app: on, at: 10:30 }, ports: [{ port: 80 }] }\n",
    ].join("\n");
    const { manifest, errors } = readManifest([{ file: "m.yaml", text }], "default");
    const ports = [{ containerPort: 8080 }, { containerPort: 30_080 }, { containerPort: 80 }];
    expect(manifest.objects).toMatchObject([{ content: { record: { hostNetwork: true, containers: [{ ports }] } } }]);
    expect(errors.map(({ line, message }) => `${String(line)} ${message}`)).toEqual([
      "8 metadata.labels.country: wants a text, not false: put it in quotes",
      "9 spec.selector.app: wants a text, not true: put it in quotes",
      '9 spec.selector.at: wants at most 63 letters, digits, -, _ and ., a letter or digit at each end, not "10:30"',
    ]);
  });

  test("of JSON values one after another each is read, whatever stands between them", () => {
    const object = (name: string): string => JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const read = (text: string) => {
      const { ignored, errors } = readManifest([{ file: "m.json", text }], "default");
      return [ignored[0]?.count ?? 0, errors.map(({ line, message }) => `${String(line)} ${message}`)];
    };
    const notObject = "is no object of the Kubernetes API: it wants apiVersion, kind and metadata";
    expect(read(`${object("a")}\nwarning: slow\n${object("b")}${object("c")}\n[1]\n`)).toEqual([
      3,
      ["2 kind is missing", `4 ${notObject}`],
    ]);
    expect(read(`${object("a")}\n---\n${object("b")}\n# end\n`)).toEqual([2, []]);
    expect(read(`${object("a")}\n{"kind":`)).toEqual([1, [expect.stringMatching(/^2 /)]]);
  });

  test.for(["{}\n", "---\n", "---\n{}\n...\n", "{} x\n"])("a text of very many documents such as %j is refused at once", (one) => {
    const { errors } = readManifest([{ file: "m.yaml", text: one.repeat(20_001) }], "default");
    expect(errors.map(({ message }) => message)).toEqual(["holds more than 20,000 documents: split it"]);
  });

  test("lines may end in carriage returns alone", () => {
    const text = "apiVersion: v1\rkind: Service\rmetadata: { name: web }\rspec: { ports: [{ port: 0 }] }\r";
    expect(readManifest([{ file: "m.yaml", text }], "default").errors).toMatchObject([{ line: 4, column: 19 }]);
  });

  test.for(["0", '""', "null"])("a targetPort of %s is the port, as the API server takes it", (value) => {
    const text = `apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: 8080, targetPort: ${value} }] }\n`;
    const { manifest, errors } = readManifest([{ file: "m.yaml", text }], "default");
    expect(errors).toEqual([]);
    expect(manifest.objects).toMatchObject([{ content: { record: { ports: [{ targetPort: 8080 }] } } }]);
  });

  test("the same object twice: a warning names both places", () => {
    expect(
      readManifest(
        [
          { file: "a.yaml", text: service },
          { file: "b.yaml", text: service },
        ],
        "default",
      ).warnings,
    ).toMatchObject([{ object: "b.yaml:4:3", message: "Service/default/web stands in a.yaml:4 too: the later one counts" }]);
  });
});

describe("workloads", () => {
  const template =
    "template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: main, ports: [{ containerPort: 80, hostPort: 8080 }] }] } }";
  const selector = "selector: { matchLabels: { app: web } }";
  test.for([
    ["apps/v1", "Deployment", `{ replicas: 3, ${selector}, ${template} }`, 3],
    ["apps/v1", "Deployment", `{ selector: { matchExpressions: [{ key: app, operator: Exists }] }, ${template} }`, null],
    ["apps/v1", "StatefulSet", `{ replicas: 0, ${selector}, ${template} }`, 0],
    ["apps/v1", "DaemonSet", `{ ${selector}, ${template} }`, null],
    ["extensions/v1beta1", "Deployment", `{ ${template} }`, null],
    ["batch/v1", "Job", `{ parallelism: 2, ${template} }`, 2],
    ["batch/v1", "Job", `{ suspend: true, ${template} }`, 0],
    ["batch/v1", "CronJob", `{ schedule: "* * * * *", jobTemplate: { spec: { ${template} } } }`, 1],
    ["argoproj.io/v1alpha1", "Rollout", `{ replicas: 2, ${template} }`, 2],
  ] as const)("%s %s %s", ([apiVersion, kind, spec, replicas]) => {
    const { manifest, errors, warnings } = readManifest(
      [{ file: "w.yaml", text: `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: w }\nspec: ${spec}\n` }],
      "ns",
    );
    expect(errors).toEqual([]);
    expect(manifest.objects).toMatchObject([
      {
        object: { kind, namespace: "ns", name: "w" },
        content: { kind: "workloads", record: { kind, replicas, template: { labels: { app: "web" } } } },
        fields: [{ field: "object" }, { field: "port", number: 8080, line: 4 }, { field: "labels", line: 4 }],
      },
    ]);
    expect(warnings.map(({ object, message }) => `${object} ${message}`)).toEqual(
      apiVersion === "extensions/v1beta1"
        ? ["Deployment/ns/w extensions/v1beta1 is refused by the API server since Kubernetes 1.16: apply it as apps/v1"]
        : [],
    );
  });
});

test("a Rollout that takes another workload's template has no pods of its own to judge: counted, no mistake", () => {
  const text =
    "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: r }\nspec: { workloadRef: { kind: Deployment, name: web } }\n";
  const { manifest, errors, ignored } = readManifest([{ file: "m.yaml", text }], "default");
  expect([manifest.objects, errors, ignored]).toEqual([[], [], [{ kind: "Rollout (of another workload's template)", count: 1 }]]);
});

test("fields stand where they are written", () => {
  const { manifest } = readManifest([{ file: "m.yaml", text: `---\n${service}` }], "default");
  expect(manifest.objects.flatMap((each) => (each.action === "apply" ? each.fields : []))).toEqual([
    { file: "m.yaml", line: 5, column: 3, field: "object", number: 0, path: "metadata.name" },
    { file: "m.yaml", line: 12, column: 7, field: "port", number: 30080, path: "spec.ports[0].nodePort" },
    { file: "m.yaml", line: 8, column: 3, field: "selector", number: 0, path: "spec.selector" },
  ]);
});

describe("mistakes: each is named with its place, and what is right beside it is read", () => {
  const spec = (ports: string, more = ""): string =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec:\n  type: NodePort\n${more}  ports:\n    - ${ports}\n`;
  test.for([
    ["a tab", "apiVersion: v1\nkind: Service\nmetadata:\n\tname: a\n", /^4:1 Tabs are not allowed as indentation/],
    [
      "a key twice",
      "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80, port: 81 }] }\n",
      /^4:29 the key "port" stands twice in one map$/,
    ],
    ["half a document", "apiVersion: v1\nkind: Service\nmetadata: { name: a\n", /^\d+:\d+ a } is missing: the { before it stays open$/],
    [
      "a bomb of aliases",
      `a: &a [${"x,".repeat(9)}x]\n${["b", "c", "d", "e"].map((key, place) => `${key}: &${key} [${`*${"abcd".charAt(place)},`.repeat(10)}]\n`).join("")}`,
      /alias/i,
    ],
    ["an alias without an anchor", "apiVersion: v1\nkind: Service\nmetadata: *no\n", /^3:11 is an alias, and no anchor of its name/],
    ["an alias in what it stands for", spec("port: &p [*p]"), /^7:17 is an alias of something that holds it$/],
    [
      "a chart's template, that would be YAML",
      "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n",
      /^4:9 \{\{ \}\} belongs to a template: check what helm template prints of it$/,
    ],
    [
      "a chart's template, that is none",
      "{{- if .Values.web }}\napiVersion: v1\nkind: Service\n{{- end }}\n",
      /^1:1 \{\{ \}\} belongs to a template/,
    ],
    ["a kind as number", "apiVersion: 1\nkind: Service\n", /^1:1 apiVersion: wants a text, not 1$/],
    [
      "a mistyped group",
      "apiVersion: app/v1\nkind: Deployment\n",
      /^1:1 there is no apiVersion "app\/v1" of Deployment; did you mean apps\/v1$/,
    ],
    [
      "a mistyped kind of a group",
      "apiVersion: apps/v1\nkind: Deploymnet\n",
      /^2:1 there is no kind "Deploymnet" in apps\/v1; did you mean Deployment$/,
    ],
    ["a kind in small letters", "apiVersion: v1\nkind: service\n", /did you mean Service$/],
    ["a version of other kinds", "apiVersion: v2\nkind: ConfigMap\n", /^1:1 there is no apiVersion "v2" of ConfigMap; did you mean v1$/],
    ["items that are no list", "apiVersion: v1\nkind: List\nitems: { a: 1 }\n", /^3:1 items: wants a list of objects$/],
    ["no kind", "apiVersion: v1\nmetadata: { name: a }\n", /^1:1 kind is missing$/],
    ["no apiVersion", "kind: Service\nmetadata: { name: a }\n", /^1:1 apiVersion is missing$/],
    [
      "an apiVersion that there is not",
      "apiVersion: v2\nkind: Service\nmetadata: { name: a }\n",
      /^1:1 there is no apiVersion "v2" of Service; did you mean v1$/,
    ],
    ["a kind of another apiVersion", "apiVersion: v1\nkind: Deployment\nmetadata: { name: a }\n", /did you mean apps\/v1$/],
    [
      "a mistyped kind",
      "apiVersion: v1\nkind: Sevice\nmetadata: { name: a }\n",
      /^2:1 there is no kind "Sevice" in v1; did you mean Service$/,
    ],
    ["a text", "Error: INSTALLATION FAILED\n", /^1:1 kind is missing$/],
    ["a list", "- 1\n- 2\n", /^1:1 is no object/],
    [
      "no name",
      "apiVersion: v1\nkind: Service\nmetadata: {}\nspec: { ports: [{ port: 80 }] }\n",
      /^3:1 metadata.name: is missing: a Service wants a name$/,
    ],
    [
      "a number as name",
      "apiVersion: v1\nkind: Service\nmetadata: { name: 7 }\nspec: { ports: [{ port: 80 }] }\n",
      /^3:13 metadata.name: wants a text, not 7: put it in quotes$/,
    ],
    ["no spec", "apiVersion: v1\nkind: Service\nmetadata: { name: a }\n", /spec: is missing$/],
    [
      "nodePort as text",
      spec('{ port: 80, nodePort: "30080" }'),
      /^7:19 spec.ports\[0\].nodePort: wants a whole number from 0 to 65535, not "30080" \(leave out the quotes\)$/,
    ],
    ["port 0", spec("port: 0"), /^7:7 spec.ports\[0\].port: wants a whole number from 1 to 65535, not 0$/],
    ["port 70000", spec("port: 70000"), /not 70000$/],
    ["nodePort -1", spec("{ port: 80, nodePort: -1 }"), /not -1$/],
    ["a fraction", spec("port: 80.5"), /not 80.5$/],
    ["no port", spec("name: http"), /spec.ports\[0\].port: wants .* not nothing$/],
    [
      "no ports at all",
      "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { type: NodePort }\n",
      /spec.ports: wants at least one port$/,
    ],
    ["a target in quotes", spec('{ port: 80, targetPort: "8080" }'), /targetPort: wants the name of a port or a whole number/],
    ["an unknown protocol", spec("{ port: 80, protocol: HTTP }"), /wants TCP or UDP or SCTP, not "HTTP"$/],
    [
      "an unknown type",
      "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { type: Nodeport, ports: [{ port: 80 }] }\n",
      /^4:9 spec.type: wants ClusterIP or/,
    ],
    [
      "a nodePort without the type",
      "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80, nodePort: 30080 }] }\n",
      /^4:29 .*may not be set: the type "ClusterIP" has none$/,
    ],
    ["two ports without names", spec("port: 80\n    - port: 81"), /spec.ports\[0\]: has no name/],
    [
      "a number in the selector",
      spec("port: 80", "  selector: { version: 1 }\n"),
      /^6:15 spec.selector.version: wants a text, not 1: put it in quotes$/,
    ],
    [
      "a template that its own selector misses",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  selector: { matchLabels: { app: a } }\n  template: { metadata: { labels: { app: b } }, spec: { containers: [{ name: a }] } }\n",
      /^5:30 .*is not among the labels of the template/,
    ],
    [
      "a Deployment without a selector",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  template: { spec: { containers: [{ name: a }] } }\n",
      /^\d:\d+ spec.selector: is missing: a Deployment wants one$/,
    ],
    [
      "a selector that selects by nothing",
      "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: a }\nspec:\n  selector: { matchLabels: {} }\n  template: { spec: { containers: [{ name: a }] } }\n",
      /^5:\d+ spec.selector: is missing: a StatefulSet wants one$/,
    ],
    [
      "a host port beyond the last",
      "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, ports: [{ containerPort: 80, hostPort: 99999 }] }] }\n",
      /hostPort: wants a whole number from 0 to 65535, not 99999$/,
    ],
    [
      "a Service's name in capitals",
      "apiVersion: v1\nkind: Service\nmetadata: { name: Web }\nspec: { ports: [{ port: 80 }] }\n",
      /^3:13 metadata.name: wants at most 63 lower-case letters, digits and -, .*, not "Web"$/,
    ],
    [
      "a Service's name with a dot, which a Deployment's may have",
      "apiVersion: v1\nkind: Service\nmetadata: { name: a.b }\nspec: { ports: [{ port: 80 }] }\n",
      /^3:13 metadata.name: .*, not "a.b"$/,
    ],
    [
      "a name of more than 63 characters",
      `apiVersion: v1\nkind: Service\nmetadata: { name: ${"a".repeat(64)} }\nspec: { ports: [{ port: 80 }] }\n`,
      /^3:13 metadata.name: wants at most 63/,
    ],
    [
      "a Pod's name with an underscore",
      "apiVersion: v1\nkind: Pod\nmetadata: { name: a_b }\nspec: { containers: [{ name: a }] }\n",
      /^3:13 metadata.name: wants at most 253 .*, not "a_b"$/,
    ],
    [
      "a namespace with a dot",
      "apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: a.b }\nspec: { ports: [{ port: 80 }] }\n",
      /^3:22 metadata.namespace: wants at most 63 lower-case letters/,
    ],
    ["a Service port's name with an underscore", spec("{ name: http_1, port: 80 }"), /^7:9 spec.ports\[0\].name: .*, not "http_1"$/],
    [
      "a target port of 17 characters",
      spec("{ port: 80, targetPort: prometheus-metric }"),
      /^7:19 spec.ports\[0\].targetPort: wants at most 15 .*, not "prometheus-metric"$/,
    ],
    [
      "a container port's name of 17 characters",
      "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a, ports: [{ containerPort: 80, name: prometheus-metric }] }] }\n",
      /^4:62 spec.containers\[0\].ports\[0\].name: wants at most 15 lower-case letters, digits and single -, .*, not "prometheus-metric"$/,
    ],
    [
      "a container's name with a dot",
      "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: { containers: [{ name: a.b }] }\n",
      /^4:24 spec.containers\[0\].name: wants at most 63/,
    ],
    [
      "a label's value with a blank",
      'apiVersion: v1\nkind: Service\nmetadata: { name: a, labels: { app: "a b" } }\nspec: { ports: [{ port: 80 }] }\n',
      /^3:32 metadata.labels.app: wants at most 63 letters, .*, not "a b"$/,
    ],
    [
      "a selector's key with two slashes",
      spec("port: 80", "  selector: { a/b/c: x }\n"),
      /^6:15 spec.selector.a\/b\/c: is no key of a label/,
    ],
    ["a list of nothing", "", /^1:1 holds no object of the Kubernetes API$/],
    ["a binary file", "\u0089PNG\u0000\u0000", /^1:1 is not a text/],
    ["more than 5 MiB", `# ${"x".repeat(5 << 20)}\n`, /^1:1 is larger than 5 MiB$/],
    ["endless nesting", `a: ${"[".repeat(20_000)}`, /^1:\d+ is nested too deeply$/],
  ] as const)("%s", ([, text, expected]) => {
    const [objects, errors] = read(text);
    expect(objects).toEqual([]);
    expect(errors[0]).toMatch(expected);
    const together = readManifest(
      [
        { file: "bad.yaml", text },
        { file: "good.yaml", text: pod },
      ],
      "default",
    );
    expect(together.manifest.objects).toHaveLength(1);
    expect(together.errors.map(({ file }) => file)).toEqual(errors.map(() => "bad.yaml"));
  });

  test("near: names that the API server takes", () => {
    const text = [
      `apiVersion: v1\nkind: Service\nmetadata: { name: ${"a".repeat(63)}, namespace: "0-1", labels: { a.b/C_d.e: "", x: A.b_c-9 } }\nspec: { ports: [{ name: "80", port: 80, targetPort: a-1-b }] }\n`,
      "apiVersion: v1\nkind: Pod\nmetadata: { name: 0.b-c.d }\nspec: { containers: [{ name: a, ports: [{ containerPort: 80, name: 15-characters-x }] }] }\n",
      "apiVersion: v1\nkind: Service\nmetadata: { generateName: web- }\nspec: { ports: [{ name: '', port: 80 }] }\n",
    ].join("---\n");
    expect(read(text)[1]).toEqual([]);
  });

  test("a Service's name that begins with a digit is a warning: older API servers refuse it", () => {
    const { manifest, errors, warnings } = readManifest([{ file: "m.yaml", text: service.replace("name: web", "name: 1-web") }], "default");
    expect([manifest.objects.length, errors]).toEqual([1, []]);
    expect(warnings).toMatchObject([
      {
        object: "Service/default/1-web",
        message: "begins with a digit: the API server refuses such a name of a Service before Kubernetes 1.36",
      },
    ]);
  });

  test("all of a stream's, in its order, and the valid documents between them", () => {
    const [objects, errors] = read(
      ["apiVersion: v1\nkind: Service\nmetadata:\n\tname: a\n", service, spec('{ port: 0, nodePort: "1" }'), pod].join("---\n"),
    );
    expect(objects).toEqual(both);
    expect(errors.map((each) => each.split(" ")[0])).toEqual(["4:1", "24:9", "24:18"]);
  });

  test("one for each place: what breaks off, and what has no metadata", () => {
    expect(read('{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":80,')[1]).toHaveLength(1);
    expect(read("apiVersion: v1\nkind: Service\nspec: { ports: [{ port: 80 }] }\n")[1]).toHaveLength(1);
  });

  test("a million short lines, and thousands of stumbles of which the first ones are told", () => {
    const [objects] = read(`${"\n".repeat(1_000_000)}${service}`);
    expect(objects).toHaveLength(1);
    const [none, errors] = read('"'.repeat(10_000));
    expect(none).toEqual([]);
    expect(errors.at(-1)).toMatch(/and \d+ more mistakes in this document$/);
  });

  test("bytes that are no UTF-8 spoil their own document; the character that stands for them elsewhere is one like any other", () => {
    const text = `${service}---\napiVersion: v1\nkind: Service\nmetadata: { name: cafe, annotations: { a: caf\uFFFD } }\nspec: { ports: [{ port: 80 }] }\n`;
    const names = (damaged: boolean) => readManifest([{ file: "m.yaml", text, damaged }], "default");
    expect(names(true).manifest.objects).toHaveLength(1);
    expect(names(true).errors).toMatchObject([{ file: "m.yaml", line: 15, column: 46, message: "is not a text in UTF-8 here" }]);
    expect(names(false).errors).toEqual([]);
  });

  test.for([
    ["in the middle", `${service}---\n\u0001\u0000\n\u0000: [\n---\n${pod}`, "13:2 is not a text in UTF-8: it holds zero bytes"],
    ["behind the marker of its document", `${service}--- a\u0000\n---\n${pod}`, "12:6 is not a text in UTF-8: it holds zero bytes"],
    ["at the beginning", `\u0000\r\n---\r\n${service}---\n${pod}`, "1:1 is not a text in UTF-8: it holds zero bytes"],
    ["in a comment between two", `${service}---\n# a\u0000\n---\n${pod}`, "13:4 is not a text in UTF-8: it holds zero bytes"],
  ] as const)("zero bytes spoil their own document: %s", ([, text, error]) => {
    expect(read(text)).toEqual([both, [error]]);
  });

  test("bytes that are no text are told beside the mistakes of other documents, in the order of the text", () => {
    const text = `${spec("port: 0")}---\n\u0000\n---\n${spec("port: 70000")}`;
    expect(read(text)[1].map((each) => each.split(" ")[0])).toEqual(["7:7", "9:1", "17:7"]);
  });

  test("a file that is binary throughout is one mistake, whatever lines it holds, and no larger than it is", () => {
    const text = `\uFFFDPNG\r\n\u001a\n\u0000\u0000\n---\n\u0000\uFFFD\n---\n\u0000${"\uFFFD".repeat(2 << 20)}`;
    expect(readManifest([{ file: "a.png", text, damaged: true }], "default").errors).toMatchObject([
      { file: "a.png", line: 1, column: 1, message: "is not a text in UTF-8: it holds zero bytes" },
    ]);
  });

  test("are in the order of the text, though the parser finds its own first", () => {
    const text = `${service.replace("port: 80", "port: 0")}---\nmetadata: { name: x\n`;
    expect(read(text)[1].map((each) => Number(each.split(":")[0]))).toEqual([10, 14]);
  });

  test("of a document as a whole stand where it begins, behind comments", () => {
    expect(read(`${service}---\n# a comment\nmetadata: {}\n---\n- 1\n`)[1]).toEqual([
      "14:1 kind is missing",
      "16:1 is no object of the Kubernetes API: it wants apiVersion, kind and metadata",
    ]);
  });
});

test.for([
  ["a value that reads like a second key", "a: b: c\n", "second-colon"],
  ["a list that breaks off", "a: [b\n", "open"],
  ["a tab", "a:\n\tb: 1\n", "TAB_AS_INDENT"],
  ["an alias of nothing", "a: *b\n", "alias-of-nothing"],
  ["an escape", 'a: "\\q"\n', "BAD_DQ_ESCAPE"],
  ["an at sign", "a: @b\n", "BAD_SCALAR_START"],
  ["a quote that stays open", "a: 'b\n", "MISSING_CHAR"],
  [
    "a selector that is a text",
    "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: a}\nspec: {selector: web, template: {}}\n",
    "keys",
  ],
] as const)("%s is told apart, for the words of other languages", ([, text, code]) => {
  expect(readManifest([{ file: "m.yaml", text }], "default").errors[0]?.fact.code).toBe(code);
});
