import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { listRules } from "@/lib/core";
import { buildPolicyJsonSchema } from "@/lib/wire/policy-schema";
import { formatPolicyError, readPolicy } from "./read-policy";

const whole = `version: 1
clusters:
  "*": { nodePortRange: 30000-32767, proxyMode: auto, nodePortAddresses: [], clusterCIDR: [], podToNodeMasquerade: true, hostPortImplementation: portmap-iptables, unlistedNodeAddresses: { node-1: [10.190.9.1] }, ephemeralPortRange: 32768-60999, namespaces: [], poolLabel: "" }
bands:
  - { name: clearml-sessions, kind: nodePort, ports: 30001-30020, owner: ml-platform, allow: { namespaces: [clearml], labels: { app: clearml } } }
reservations:
  - { port: 30005, for: "gpu-07 session", until: 2027-01-31, ticket: OPS-123, allow: { namespaces: [clearml] } }
acknowledgements:
  - { rule: mixed-owners, subject: Service/clearml/web, owners: [Deployment/stable, Deployment/canary], reason: "canary", by: "ops", until: 2027-01-31 }
blocks:
  - { name: agones, kind: hostPort, ports: 7000-8000, allow: { labels: { agones.dev/role: gameserver } } }
severities: { pinned-in-dynamic-band: off }
systemPorts: { controlPlane: [6443, 2379-2380], node: [22, 10250, 10256] }
`;

describe("a policy file", () => {
  test("with a template that was not filled in: the key is named, and the parser prints nothing beside it", () => {
    const printed = vi.spyOn(process, "emitWarning").mockReturnValue();
    const read = readPolicy("version: 1\nbands: []\n? { .Values.bands }\n: 30001\n", "portolan.yaml");
    expect(read.ok ? [] : read.error.map(formatPolicyError)).toEqual([expect.stringMatching(/^portolan\.yaml:3:3: .*Values\.bands/)]);
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  test("is read whole", () => {
    const read = readPolicy(whole, "portolan.yaml");
    expect(read.ok).toBe(true);
    if (!read.ok) return;
    expect(read.value.bands).toEqual([
      {
        name: "clearml-sessions",
        kind: "nodePort",
        ports: { first: 30_001, last: 30_020 },
        owner: "ml-platform",
        allow: { namespaces: ["clearml"], labels: { app: "clearml" } },
      },
    ]);
    expect(read.value.reservations[0]).toMatchObject({ port: 30_005, kind: "nodePort", purpose: "gpu-07 session", until: "2027-01-31" });
    expect(read.value.systemPorts.controlPlane).toEqual([
      { first: 6443, last: 6443 },
      { first: 2379, last: 2380 },
    ]);
    // auto and empty are "not set", so that what can be read applies.
    expect(read.value.clusters["*"]).toMatchObject({
      proxyMode: null,
      nodePortAddresses: null,
      clusterCIDR: null,
      poolLabel: null,
      podToNodeMasquerade: true,
    });
  });

  test.for([
    {
      name: "an unknown key",
      text: whole.replace("owner: ml-platform", "ownr: ml-platform"),
      says: /^p\.yaml:5:\d+: bands\[0\]\.ownr: there is no such key/,
    },
    {
      name: "overlapping bands of one kind",
      text: whole.replace("reservations:", "  - { name: b, kind: nodePort, ports: 30020-30030 }\nreservations:"),
      says: /^p\.yaml:6:\d+: bands\[1\]\.ports: overlaps the band "clearml-sessions"/,
    },
    {
      name: "a range upside down",
      text: "version: 1\nbands:\n  - { name: a, kind: nodePort, ports: 30020-30001 }\n",
      says: /^p\.yaml:3:\d+: bands\[0\]\.ports/,
    },
    {
      name: "a date that is none",
      text: whole.replace("until: 2027-01-31, ticket", "until: soon, ticket"),
      says: /^p\.yaml:7:\d+: reservations\[0\]\.until/,
    },
    {
      name: "a port out of range",
      text: "version: 1\nreservations:\n  - { port: 70000, for: x }\n",
      says: /^p\.yaml:3:\d+: reservations\[0\]\.port/,
    },
    {
      name: "two bands of one kind and name",
      text: whole.replace("reservations:", "  - { name: clearml-sessions, kind: nodePort, ports: 30030-30040 }\nreservations:"),
      says: /^p\.yaml:6:\d+: bands\[1\]\.name: a nodePort band of this name/,
    },
    {
      name: "a rule that is none",
      text: whole.replace("rule: mixed-owners", "rule: mixed-owner"),
      says: /^p\.yaml:9:\d+: acknowledgements\[0\]\.rule: .*did you mean mixed-owners/,
    },
    {
      name: "a severity of a rule that is none",
      text: whole.replace("pinned-in-dynamic-band: off", "pinned-in-dynamic-bnd: off"),
      says: /^p\.yaml:12:\d+: severities\.pinned-in-dynamic-bnd: .*did you mean pinned-in-dynamic-band/,
    },
    {
      name: "a subject whose kind is left out",
      text: whole.replace("subject: Service/clearml/web", "subject: clearml/web"),
      says: /^p\.yaml:9:\d+: acknowledgements\[0\]\.subject: wants an object such as Service\//,
    },
    {
      name: "an acknowledgement without its last day",
      text: whole.replace(', by: "ops", until: 2027-01-31', ', by: "ops"'),
      says: /^p\.yaml:9:\d+: acknowledgements\[0\]\.until: is missing$/,
    },
    {
      name: "a band without numbers",
      text: whole.replace("ports: 30001-30020, ", ""),
      says: /^p\.yaml:5:\d+: bands\[0\]\.ports: is missing$/,
    },
    {
      name: "a severity that is none",
      text: whole.replace("band: off", "band: silent"),
      says: /^p\.yaml:12:\d+: severities\.pinned-in-dynamic-band/,
    },
    {
      name: "a network that is none",
      text: whole.replace("clusterCIDR: []", "clusterCIDR: [10.0.0.0/33]"),
      says: /^p\.yaml:3:\d+: clusters\.\*\.clusterCIDR\[0\]: wants a network/,
    },
    {
      name: "an address that is none",
      text: whole.replace("[10.190.9.1]", "[node-1]"),
      says: /^p\.yaml:3:\d+: clusters\.\*\.unlistedNodeAddresses\.node-1\[0\]: wants an IP address/,
    },
    {
      name: "a subject that is none",
      text: whole.replace("Service/clearml/web", "web"),
      says: /^p\.yaml:9:\d+: acknowledgements\[0\]\.subject: wants an object/,
    },
    { name: "a key that stands twice", text: "version: 1\nbands: []\nbands: []\n", says: /^p\.yaml:3:\d+: / },
    {
      name: "an alias bomb",
      text: `version: 1\na: &a [${"x,".repeat(50)}]\nb: &b [${"*a,".repeat(50)}]\nc: [${"*b,".repeat(50)}]\n`,
      says: /^p\.yaml:1:1: .*alias/i,
    },
    { name: "a newer version", text: "version: 2\n", says: /^p\.yaml:1:1: version: this Portolan reads version 1/ },
    { name: "an empty file", text: "", says: /^p\.yaml:1:1: version: is missing: write version: 1/ },
    {
      name: "a port as text, and everything else that is wrong",
      text: 'version: 1\nreservations:\n  - { port: "30005", for: x }\n  - { port: 30006, for: x, until: 2026-02-30 }\n',
      says: /^p\.yaml:3:\d+: reservations\[0\]\.port: .*\np\.yaml:4:\d+: reservations\[1\]\.until: /,
    },
    {
      name: "a map that holds itself, where a number is wanted",
      text: "version: 1\nreservations:\n  - { port: &a { b: *a }, for: x }\n",
      says: /^p\.yaml:3:\d+: reservations\[0\]\.port: wants a number, not keys with values$/,
    },
    {
      name: "bands that overlap, one of them by a merged anchor",
      text: "version: 1\nbands:\n  - &b { name: a, kind: nodePort, ports: 30001-30020 }\n  - { <<: *b, name: c, ports: 30010-30030 }\n",
      says: /^p\.yaml:4:\d+: bands\[1\]\.ports: overlaps the band "a"/,
    },
    {
      name: "all that is wrong, in the order of the file, and what clashes beside what is broken",
      text: `version: 1
bands:
  - { name: a, kind: nodePort, ports: 30001-30020 }
  - { name: b, kind: nodePort, ports: 30020-30001 }
  - { name: c, kind: nodePort, ports: 30010-30011, ownr: x }
acknowledgements: [{ rule: mixed-owner, subject: web, reason: x, by: y, until: soon }]
reservations: [{ port: 0, for: 7 }]
`,
      says: /^p\.yaml:4:\d+: bands\[1\]\.ports: .*\np\.yaml:5:\d+: bands\[2\]\.ports: overlaps the band "a".*\np\.yaml:5:\d+: bands\[2\]\.ownr.*\np\.yaml:6:\d+: .*did you mean mixed-owners\n(p\.yaml:6:.*\n){2}p\.yaml:7:\d+: reservations\[0\]\.port: wants a number from 1 on, not 0\np\.yaml:7:\d+: reservations\[0\]\.for: wants a text, not 7$/,
    },
    {
      name: "a second document",
      text: "version: 1\n---\nversion: 1\n",
      says: /^p\.yaml:[23]:\d+: a second document begins here/,
    },
    { name: "broken YAML", text: "version: [1\n", says: /^p\.yaml:\d+:\d+: / },
    { name: "a list", text: "- 1\n", says: /^p\.yaml:1:1: / },
  ])("$name: file, line and column are named", ({ text, says }) => {
    const read = readPolicy(text, "p.yaml");
    expect(read.ok ? "it was read" : read.error.map(formatPolicyError).join("\n")).toMatch(says);
  });

  test("is described to editors as it is read", () => {
    const schema = JSON.stringify(buildPolicyJsonSchema());
    const { properties } = JSON.parse(schema) as { readonly properties: Record<string, { readonly description?: string }> };
    expect(Object.keys(properties).sort()).toEqual([
      "acknowledgements",
      "bands",
      "blocks",
      "clusters",
      "reservations",
      "severities",
      "systemPorts",
      "version",
    ]);
    expect(readFileSync("docs/portolan.schema.json", "utf8")).toContain('"additionalProperties": false');
    // What an editor offers and shows.
    const ids = listRules().map(({ id }) => id);
    expect(properties["acknowledgements"]).toMatchObject({ items: { properties: { rule: { enum: ids } } } });
    expect(properties["severities"]).toMatchObject({ propertyNames: { enum: ids } });
    expect(Object.entries(properties).flatMap(([key, { description }]) => (description === undefined ? [key] : []))).toEqual(["version"]);
  });

  test("bands of different kinds may overlap", () => {
    expect(
      readPolicy(
        "version: 1\nbands:\n  - { name: a, kind: nodePort, ports: 30000-30010 }\n  - { name: b, kind: hostPort, ports: 30000-30010 }\n",
        "p.yaml",
      ).ok,
    ).toBe(true);
  });
});
