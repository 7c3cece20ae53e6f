import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { withoutUnread } from "./leave-out";

describe("of a text of YAML is left", () => {
  test.for([
    {
      name: "what is read of a pod, where lists stand in the column of their key",
      text: `kind: Pod
metadata:
  managedFields:
  - manager: kubelet
    fieldsV1: {}
  name: a
spec:
  containers:
  - env:
    - name: A
      value: b
    image: c
    volumeMounts:
    - mountPath: /d

      name: d
  - name: e
    resources: {}
  volumes:
  - name: d
`,
      left: { kind: "Pod", metadata: { name: "a" }, spec: { containers: [{ image: "c" }, { name: "e", resources: {} }] } },
    },
    {
      name: "an entry whose only key is left out",
      text: "containers:\n- env:\n  - name: A\n- name: b\n",
      left: { containers: [null, { name: "b" }] },
    },
    {
      name: "what stands in block scalars, whatever it looks like",
      text: "data:\n  a: |\n    env:\n    - b\n  c: >-\n    volumes:\n      d\nargs:\n- |\n  images:\n  - e\n- f\n",
      left: { data: { a: "env:\n- b\n", c: "volumes:\n  d" }, args: ["images:\n- e\n", "f"] },
    },
    {
      name: "the managed fields of a Service, also beside a Pod",
      text: "- kind: Pod\n- kind: Service\n  metadata:\n    managedFields:\n    - manager: a\n",
      left: [{ kind: "Pod" }, { kind: "Service", metadata: { managedFields: [{ manager: "a" }] } }],
    },
    {
      name: "the managed fields of who knows what",
      text: "metadata:\n  managedFields:\n  - manager: a\n",
      left: { metadata: { managedFields: [{ manager: "a" }] } },
    },
    {
      name: "a value in the line of such a key",
      text: "labels:\n  env: prod\n  images: [a]\n",
      left: { labels: { env: "prod", images: ["a"] } },
    },
    { name: "what follows at the very end", text: "a: 1\nenv:\n  b: 2", left: { a: 1 } },
  ])("$name", ({ text, left }) => {
    for (const each of [text, text.replaceAll("\n", "\r\n")]) expect(load(withoutUnread(each))).toEqual(left);
  });

  test.for([true, false])("the same however lists are indented (%s)", (indentSeq) => {
    const pod = {
      kind: "Pod",
      spec: {
        containers: [{ args: ["a\nenv:\n  b\n"], env: [{ name: "A", value: "b\n\nc" }], name: "d", ports: [{ containerPort: 1 }] }],
        volumes: [],
      },
    };
    expect(load(withoutUnread(stringify([pod], { indentSeq })))).toEqual([
      { kind: "Pod", spec: { containers: [{ args: ["a\nenv:\n  b\n"], name: "d", ports: [{ containerPort: 1 }] }], volumes: [] } },
    ]);
  });

  test("the text itself, where nothing is left out", () => {
    const text = "kind: Pod\nmetadata:\n  name: a\n";
    expect(withoutUnread(text)).toBe(text);
  });
});
