// What the API server demands of the fields that a check reads, so that a manifest which it would refuse is refused here with the same reason, by line.
// Fields that a check does not read may hold anything.

import { z } from "zod";

/** A whole number in a range; the message says what was given, and that quotes make a text of it. */
function numberFrom(least: number) {
  return z.unknown().superRefine((value, context) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= 65_535) return;
    const quoted = typeof value === "string" && /^\d+$/.test(value) ? " (leave out the quotes)" : "";
    context.addIssue({ code: "custom", message: `wants a whole number from ${String(least)} to 65535, not ${show(value)}${quoted}` });
  });
}

function oneOf(...words: readonly string[]) {
  return z.unknown().superRefine((value, context) => {
    if (value === null || words.some((word) => word === value)) return;
    context.addIssue({ code: "custom", message: `wants ${words.join(" or ")}, not ${show(value)}` });
  });
}

const text = z.unknown().superRefine((value, context) => {
  if (typeof value === "string") return;
  const todo = typeof value === "number" || typeof value === "boolean" ? ": put it in quotes" : "";
  context.addIssue({ code: "custom", message: `wants a text, not ${show(value)}${todo}` });
});

const labels = z.record(z.string(), text, { error: "wants keys with texts" }).nullish();
const protocol = oneOf("TCP", "UDP", "SCTP").nullish();

const targetPort = z.unknown().superRefine((value, context) => {
  // The API server puts the port where it is left out, empty or 0.
  if (value === undefined || value === null || value === 0 || value === "") return;
  if (typeof value === "string" && /[a-z]/.test(value)) return;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535) return;
  const quoted = typeof value === "string" && /^\d+$/.test(value) ? " (leave out the quotes)" : "";
  context.addIssue({ code: "custom", message: `wants the name of a port or a whole number from 1 to 65535, not ${show(value)}${quoted}` });
});

const metadata = z.looseObject({ namespace: text.nullish(), labels }, { error: "is missing" });

const servicePort = z.looseObject(
  { name: text.nullish(), port: numberFrom(1), protocol, targetPort: targetPort.optional(), nodePort: numberFrom(0).nullish() },
  { error: "wants the fields of a port" },
);

export const serviceManifestSchema = z.looseObject({
  metadata,
  spec: z
    .looseObject(
      {
        type: oneOf("ClusterIP", "NodePort", "LoadBalancer", "ExternalName").optional(),
        selector: labels,
        ports: z.array(servicePort, { error: "wants a list of ports" }).nullish(),
        healthCheckNodePort: numberFrom(0).nullish(),
        externalTrafficPolicy: oneOf("Cluster", "Local", "").optional(),
        internalTrafficPolicy: oneOf("Cluster", "Local", "").optional(),
        externalIPs: z.array(text, { error: "wants a list of addresses" }).nullish(),
      },
      { error: "is missing" },
    )
    .superRefine((spec, context) => {
      const ports = spec.ports ?? [];
      const refuse = (path: readonly PropertyKey[], message: string): void => {
        context.addIssue({ code: "custom", path: [...path], message });
      };
      const type = spec.type ?? "ClusterIP";
      if (ports.length === 0 && type !== "ExternalName" && spec["clusterIP"] !== "None") refuse(["ports"], "wants at least one port");
      const seen = new Map<string, number>();
      for (const [place, port] of ports.entries()) {
        if (ports.length > 1 && (port.name === undefined || port.name === ""))
          refuse(["ports", place], "has no name: with several ports each wants one");
        if (
          (type === "ClusterIP" || type === "ExternalName") &&
          port.nodePort !== undefined &&
          port.nodePort !== null &&
          port.nodePort !== 0
        )
          refuse(["ports", place, "nodePort"], `may not be set: the type ${show(type)} has none`);
        for (const [what, value] of [
          ["name", port.name],
          [
            "port and protocol",
            `${show(port.port)}/${port.protocol === undefined || port.protocol === null ? "TCP" : plainText(port.protocol)}`,
          ],
        ] as const) {
          if (value === undefined || value === "") continue;
          const key = `${what} ${plainText(value)}`;
          if (seen.has(key)) refuse(["ports", place], `has the same ${what} as ports[${String(seen.get(key))}]: ${plainText(value)}`);
          else seen.set(key, place);
        }
      }
    }),
});

const containerPort = z.looseObject(
  { name: text.nullish(), containerPort: numberFrom(1), hostPort: numberFrom(0).nullish(), hostIP: text.nullish(), protocol },
  { error: "wants the fields of a port" },
);
const container = z.looseObject(
  { name: text, ports: z.array(containerPort, { error: "wants a list of ports" }).nullish() },
  { error: "wants the fields of a container" },
);
const podSpec = z.looseObject(
  {
    containers: z.array(container, { error: "wants a list of containers" }).min(1, "wants at least one container"),
    initContainers: z.array(container, { error: "wants a list of containers" }).nullish(),
    nodeSelector: labels,
    hostNetwork: z.boolean({ error: "wants true or false" }).nullish(),
  },
  { error: "is missing" },
);

export const podManifestSchema = z.looseObject({ metadata, spec: podSpec });

const template = z.looseObject({ metadata: z.looseObject({ labels }).nullish(), spec: podSpec }, { error: "is missing" });

const count = z.unknown().superRefine((value, context) => {
  if (value === undefined || value === null || (typeof value === "number" && Number.isInteger(value) && value >= 0)) return;
  context.addIssue({ code: "custom", message: `wants a whole number from 0 on, not ${show(value)}` });
});

export const workloadManifestSchema = z.looseObject({
  metadata,
  spec: z
    .looseObject(
      { replicas: count.optional(), parallelism: count.optional(), selector: z.looseObject({ matchLabels: labels }).nullish(), template },
      { error: "is missing" },
    )
    .superRefine((spec, context) => {
      const own = spec.template.metadata?.labels ?? {};
      for (const [key, value] of Object.entries(spec.selector?.matchLabels ?? {})) {
        if (own[key] === value) continue;
        context.addIssue({
          code: "custom",
          path: ["selector", "matchLabels", key],
          message: `is not among the labels of the template: the API server refuses that`,
        });
      }
    }),
});

function plainText(value: unknown): string {
  return typeof value === "string" ? value : show(value);
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}
