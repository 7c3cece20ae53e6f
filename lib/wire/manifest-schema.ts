// What the API server demands of the fields that a check reads, so that a manifest which it would refuse is refused here with the same reason, by line.
// Fields that a check does not read may hold anything.

import { z } from "zod";
import { mistake, type Mistake } from "@/lib/core";
import { isDnsLabel, isLabelKey, isLabelValue, isPortName } from "./kubernetes-names";
import { inSchema } from "./mistake-in-schema";

/** A whole number in a range; the message says what was given, and that quotes make a text of it. */
function numberFrom(least: number) {
  return z.unknown().superRefine((value, context) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= 65_535) return;
    const code = isNumberInQuotes(value) ? "port-without-quotes" : "port";
    context.addIssue({ code: "custom", message: inSchema(mistake(code, { least: String(least), given: show(value) })) });
  });
}

function oneOf(...words: readonly string[]) {
  return z.unknown().superRefine((value, context) => {
    if (value === null || words.some((word) => word === value)) return;
    context.addIssue({ code: "custom", message: inSchema(mistake("one-of", { words: words.join(" or "), given: show(value) })) });
  });
}

const text = z.unknown().superRefine((value, context) => {
  if (typeof value === "string") return;
  const code = typeof value === "number" || typeof value === "boolean" ? "text-in-quotes" : "text";
  context.addIssue({ code: "custom", message: inSchema(mistake(code, { given: show(value) })) });
});

/** A text that is a name, or empty where that is the same as none. */
function nameText(isName: (name: string) => boolean, code: "dns-label" | "port-name" | "label-value") {
  return text.superRefine((value, context) => {
    if (typeof value !== "string" || value === "" || isName(value)) return;
    context.addIssue({ code: "custom", message: inSchema(mistake(code, { given: show(value) })) });
  });
}

const dnsLabel = nameText(isDnsLabel, "dns-label");

const labels = z
  .record(z.string(), nameText(isLabelValue, "label-value"), { error: inSchema(mistake("keys-with-texts")) })
  .superRefine((given, context) => {
    for (const key of Object.keys(given))
      if (!isLabelKey(key)) context.addIssue({ code: "custom", path: [key], message: inSchema(mistake("label-key")) });
  })
  .nullish();
const protocol = oneOf("TCP", "UDP", "SCTP").nullish();

const targetPort = z.unknown().superRefine((value, context) => {
  // The API server puts the port where it is left out, empty or 0.
  if (value === undefined || value === null || value === 0 || value === "") return;
  if (typeof value === "string" && isPortName(value)) return;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535) return;
  const isName = typeof value === "string" && /[a-z]/i.test(value);
  const code = isNumberInQuotes(value) ? "target-port-without-quotes" : isName ? "port-name" : "target-port";
  context.addIssue({ code: "custom", message: inSchema(mistake(code, { given: show(value) })) });
});

const metadata = z.looseObject({ namespace: dnsLabel.nullish(), labels }, { error: inSchema(mistake("missing")) });

const servicePort = z.looseObject(
  { name: dnsLabel.nullish(), port: numberFrom(1), protocol, targetPort: targetPort.optional(), nodePort: numberFrom(0).nullish() },
  { error: inSchema(mistake("fields-of-port")) },
);

export const serviceManifestSchema = z.looseObject({
  metadata,
  spec: z
    .looseObject(
      {
        type: oneOf("ClusterIP", "NodePort", "LoadBalancer", "ExternalName").optional(),
        selector: labels,
        ports: z.array(servicePort, { error: inSchema(mistake("list-of-ports")) }).nullish(),
        healthCheckNodePort: numberFrom(0).nullish(),
        externalTrafficPolicy: oneOf("Cluster", "Local", "").optional(),
        internalTrafficPolicy: oneOf("Cluster", "Local", "").optional(),
        externalIPs: z.array(text, { error: inSchema(mistake("list-of-addresses")) }).nullish(),
      },
      { error: inSchema(mistake("missing")) },
    )
    .superRefine((spec, context) => {
      const ports = spec.ports ?? [];
      const refuse = (path: readonly PropertyKey[], says: Mistake): void => {
        context.addIssue({ code: "custom", path: [...path], message: inSchema(says) });
      };
      const type = spec.type ?? "ClusterIP";
      if (ports.length === 0 && type !== "ExternalName" && spec["clusterIP"] !== "None") refuse(["ports"], mistake("one-port"));
      const seen = new Map<string, number>();
      for (const [place, port] of ports.entries()) {
        if (ports.length > 1 && (port.name === undefined || port.name === "")) refuse(["ports", place], mistake("port-without-name"));
        if (
          (type === "ClusterIP" || type === "ExternalName") &&
          port.nodePort !== undefined &&
          port.nodePort !== null &&
          port.nodePort !== 0
        )
          refuse(["ports", place, "nodePort"], mistake("no-node-port", { type: show(type) }));
        for (const [same, value] of [
          ["same-name", port.name],
          ["same-port", `${show(port.port)}/${port.protocol === undefined || port.protocol === null ? "TCP" : plainText(port.protocol)}`],
        ] as const) {
          if (value === undefined || value === "") continue;
          const key = `${same} ${plainText(value)}`;
          const other = seen.get(key);
          if (other === undefined) seen.set(key, place);
          else refuse(["ports", place], mistake(same, { place: String(other), value: plainText(value) }));
        }
      }
    }),
});

const containerPort = z.looseObject(
  {
    name: nameText(isPortName, "port-name").nullish(),
    containerPort: numberFrom(1),
    hostPort: numberFrom(0).nullish(),
    hostIP: text.nullish(),
    protocol,
  },
  { error: inSchema(mistake("fields-of-port")) },
);
const container = z.looseObject(
  { name: dnsLabel, ports: z.array(containerPort, { error: inSchema(mistake("list-of-ports")) }).nullish() },
  { error: inSchema(mistake("fields-of-container")) },
);
const podSpec = z.looseObject(
  {
    containers: z.array(container, { error: inSchema(mistake("list-of-containers")) }).min(1, inSchema(mistake("one-container"))),
    initContainers: z.array(container, { error: inSchema(mistake("list-of-containers")) }).nullish(),
    nodeSelector: labels,
    hostNetwork: z.boolean({ error: inSchema(mistake("boolean")) }).nullish(),
  },
  { error: inSchema(mistake("missing")) },
);

export const podManifestSchema = z.looseObject({ metadata, spec: podSpec });

const template = z.looseObject({ metadata: z.looseObject({ labels }).nullish(), spec: podSpec }, { error: inSchema(mistake("missing")) });

const count = z.unknown().superRefine((value, context) => {
  if (value === undefined || value === null || (typeof value === "number" && Number.isInteger(value) && value >= 0)) return;
  context.addIssue({ code: "custom", message: inSchema(mistake("whole-number-from", { least: "0", given: show(value) })) });
});

export const workloadManifestSchema = z.looseObject({
  metadata,
  spec: z
    .looseObject(
      { replicas: count.optional(), parallelism: count.optional(), selector: z.looseObject({ matchLabels: labels }).nullish(), template },
      { error: inSchema(mistake("missing")) },
    )
    .superRefine((spec, context) => {
      const own = spec.template.metadata?.labels ?? {};
      for (const [key, value] of Object.entries(spec.selector?.matchLabels ?? {})) {
        if (own[key] === value) continue;
        context.addIssue({
          code: "custom",
          path: ["selector", "matchLabels", key],
          message: inSchema(mistake("not-in-template")),
        });
      }
    }),
});

function isNumberInQuotes(value: unknown): boolean {
  return typeof value === "string" && /^\d+$/.test(value);
}

function plainText(value: unknown): string {
  return typeof value === "string" ? value : show(value);
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}
