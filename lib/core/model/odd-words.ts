// What is odd about objects, once in English. A fact holds a code and values, so that the page says the same in its own language.

import { fillTemplate, type NamesIn } from "../basics/template";

export const oddWords = {
  "no-name": "an object without metadata.name: passed over",
  "no-namespace": "has no namespace, as a manifest that was not read from a cluster: taken as default's",
  "unknown-value": "{field} has the unknown value {value}",
  "unknown-value-replaced": "{field} has the unknown value {value}: taken as {taken}",
  "unknown-address-type": "status.addresses has the unknown type {type}: passed over",
  "bad-port": "spec.ports holds the port {port}: passed over",
  "bad-node-port": "spec.ports holds the nodePort {port}: taken as none",
  "bad-container-port": "a container port has the number {port}: passed over",
  "slice-of-nobody": "has no label kubernetes.io/service-name: it belongs to no Service",
  "endpoint-without-address": "has an endpoint without an address: passed over",
  "antrea-config": "antrea-agent.conf is no YAML: proxyAll is unknown",
  "proxy-config": "the kube-proxy configuration is no YAML: its settings are unknown",
  "proxy-config-empty": "the kube-proxy configuration is empty: its settings are unknown",
  "node-args": "the annotation node-args is no JSON list: its settings are unknown",
  "old-api": "{api} is refused by the API server since Kubernetes {since}: apply it as {now}",
  "digit-first": "begins with a digit: the API server refuses such a name of a Service before Kubernetes 1.36",
  "twice-in-manifest": "{object} stands in {place} too: the later one counts",
  "twice-later": "stands twice: the later file is taken",
  "twice-newer": "stands twice: the newer resourceVersion is taken",
  "derived-slices": "the dump holds Endpoints but no EndpointSlices: they were derived from the Endpoints",
  redacted: "{count} objects hold values that were blacked out: these are taken as not set",
  unlisted: "{count} further warnings are not listed",
  unreadable: "cannot be read: {why}",
  "unreadable-rest": "cannot be read: {why}: what follows is missing",

  // Why something cannot be read
  "cut-in-middle": "line {line}, column {column}: it ends in the middle",
  "cut-in-middle-after": "line {line}, column {column}: it ends in the middle after {count} objects",
  "no-json-at": "line {line}, column {column}: this is no JSON",
  "no-json-at-after": "line {line}, column {column}: this is no JSON after {count} objects",
  "no-json-element": "an element of {path} is no JSON: {says}",
  "no-json-value": "{says}",
  "no-yaml-item": "an item is no YAML: {says}",
  "no-yaml-document": "the document from line {line} on is no YAML: {says}",
  "no-yaml-document-after": "the document from line {line} on is no YAML after {count} objects: {says}",
  "list-cut": "line {line}: the list ends in the middle after {count} objects, the last one is left out",
  "no-line-break": "line {line}: the text ends without a line break: if it was cut off, this object is not whole",
  "no-row": "line {line} is no row of its table",
  "zip-tail": "other bytes follow the end of the zip archive",
  "zip-cut": "the zip archive breaks off: its table of contents, which stands at the end, is missing",
  "zip-part": "one part of a zip archive in several parts",
  "zip-name": "a name in the zip archive leads out of it ({name})",
  "zip-encrypted": "the zip archive is encrypted",
  "zip-contents": "the table of contents of the zip archive does not fit its files",
  "zip-size": "a file in the zip archive is longer or shorter than its table of contents says",
  "packed-tail": "other bytes follow the packed ones, and the last objects before them may be missing",
  "packed-cut": "it breaks off in the middle",
  "packed-damaged": "its packed bytes are damaged",
  "not-unpacked": "{says}",
} as const;

export type OddCode = keyof typeof oddWords;
export type OddFact = { readonly code: OddCode; readonly values: Readonly<Record<string, string>> };
export type Odd = { readonly message: string; readonly fact: OddFact };

/** What is odd, as a warning says it of an object. */
export function odd<C extends OddCode>(
  code: C,
  ...[values]: [NamesIn<(typeof oddWords)[C]>] extends [never] ? [] : [Readonly<Record<NamesIn<(typeof oddWords)[C]>, string>>]
): Odd {
  const known: Readonly<Record<string, string>> = values ?? {};
  return { message: fillTemplate(oddWords[code], known), fact: { code, values: known } };
}
