// What is wrong with what people write or ask (manifests, the policy file, questions), once in English. A fact holds a code and values, as in odd-words.ts, so that the page says
// the same in its own language.

import { fillTemplate, type NamesIn } from "../basics/template";

export const mistakeWords = {
  // The text
  "too-large": "is larger than 5 MiB",
  "zero-bytes": "is not a text in UTF-8: it holds zero bytes",
  "not-utf8": "is not a text in UTF-8 here",
  "too-many-documents": "holds more than {limit} documents: split it",
  "too-deep": "is nested too deeply",
  template: "{braces} belongs to a template: check what helm template prints of it",
  "alias-of-nothing": "is an alias, and no anchor of its name stands before it",
  "alias-of-itself": "is an alias of something that holds it",
  "too-many-aliases": "unfolds aliases of aliases too often: write out what they stand for",
  open: "a {close} is missing: the {open} before it stays open",
  "second-colon": "a second colon on this line: put the value in quotes",
  "key-twice": "the key {key} stands twice in one map",
  "more-mistakes": "and {count} more mistakes in this document",
  "second-document": "a second document begins here: a policy file is one",

  // What the reader of YAML says, by its own codes
  syntax: "{says}",
  ALIAS_PROPS: "{says}",
  BAD_ALIAS: "{says}",
  BAD_COLLECTION_TYPE: "{says}",
  BAD_DIRECTIVE: "{says}",
  BAD_DQ_ESCAPE: "{says}",
  BAD_INDENT: "{says}",
  BAD_PROP_ORDER: "{says}",
  BAD_SCALAR_START: "{says}",
  BLOCK_AS_IMPLICIT_KEY: "{says}",
  BLOCK_IN_FLOW: "{says}",
  DUPLICATE_KEY: "{says}",
  KEY_OVER_1024_CHARS: "{says}",
  MISSING_CHAR: "{says}",
  MULTILINE_IMPLICIT_KEY: "{says}",
  MULTIPLE_ANCHORS: "{says}",
  MULTIPLE_TAGS: "{says}",
  TAB_AS_INDENT: "{says}",
  TAG_RESOLVE_FAILED: "{says}",
  UNEXPECTED_TOKEN: "{says}",

  // Any field
  missing: "is missing",
  "no-such-key": "there is no such key",
  empty: "is empty",
  "one-of": "wants {words}, not {given}",
  text: "wants a text, not {given}",
  "text-in-quotes": "wants a text, not {given}: put it in quotes",
  number: "wants a number, not {given}",
  "whole-number": "wants a whole number, not {given}",
  "number-from": "wants a number from {least} on, not {given}",
  "number-to": "wants a number up to {most}, not {given}",
  "whole-number-from": "wants a whole number from {least} on, not {given}",
  port: "wants a whole number from {least} to 65535, not {given}",
  "port-without-quotes": "wants a whole number from {least} to 65535, not {given} (leave out the quotes)",
  boolean: "wants true or false",
  "boolean-not": "wants true or false, not {given}",
  list: "wants a list, not {given}",
  keys: "wants keys with values, not {given}",

  // Objects of the Kubernetes API
  "no-object": "holds no object of the Kubernetes API",
  "not-object": "is no object of the Kubernetes API: it wants apiVersion, kind and metadata",
  "field-missing": "{field} is missing",
  "list-of-objects": "wants a list of objects",
  "no-kind": "there is no kind {kind} in {api}",
  "no-kind-near": "there is no kind {kind} in {api}; did you mean {near}",
  "no-api": "there is no apiVersion {api} of {kind}",
  "no-api-near": "there is no apiVersion {api} of {kind}; did you mean {near}",
  nameless: "is missing: a {kind} wants a name",
  "dns-label": "wants at most 63 lower-case letters, digits and -, a letter or digit at each end, not {given}",
  "dns-subdomain": "wants at most 253 lower-case letters, digits, - and ., a letter or digit at each end and beside each dot, not {given}",
  "port-name": "wants at most 15 lower-case letters, digits and single -, with a letter, and a letter or digit at each end, not {given}",
  "label-key":
    "is no key of a label: at most 63 letters, digits, -, _ and ., a letter or digit at each end; before it a domain and a slash, or none",
  "label-value": "wants at most 63 letters, digits, -, _ and ., a letter or digit at each end, not {given}",
  selectorless: "is missing: a {kind} wants one",
  "keys-with-texts": "wants keys with texts",
  "target-port": "wants the name of a port or a whole number from 1 to 65535, not {given}",
  "target-port-without-quotes": "wants the name of a port or a whole number from 1 to 65535, not {given} (leave out the quotes)",
  "fields-of-port": "wants the fields of a port",
  "fields-of-container": "wants the fields of a container",
  "list-of-ports": "wants a list of ports",
  "list-of-addresses": "wants a list of addresses",
  "list-of-containers": "wants a list of containers",
  "one-port": "wants at least one port",
  "one-container": "wants at least one container",
  "port-without-name": "has no name: with several ports each wants one",
  "no-node-port": "may not be set: the type {type} has none",
  "same-name": "has the same name as ports[{place}]: {value}",
  "same-port": "has the same port and protocol as ports[{place}]: {value}",
  "not-in-template": "is not among the labels of the template: the API server refuses that",

  // The policy file
  "version-missing": "is missing: write version: 1",
  "version-other": "this Portolan reads version 1",
  range: "wants a port range such as 30000-30100",
  "range-within": "wants a port range such as 30000-30100, within 1-65535",
  day: "wants a day such as 2027-01-31",
  network: "wants a network such as 10.190.0.0/16",
  address: "wants an IP address",
  subject: "wants an object such as Service/clearml/web",
  "no-rule": "there is no rule {rule}",
  "no-rule-near": "there is no rule {rule}: did you mean {near}",
  unreadable: "cannot be read: check --policy and the permissions of the file",
  "band-twice": "a {kind} band of this name stands above",
  "band-overlaps": "overlaps the band {band} of the same kind",

  // The filter, and the columns of a list
  "filter-quote": "filter, position {at}: the quote does not end",
  "filter-word": "filter, position {at}: a word is missing",
  "filter-key": "filter, position {at}: unknown key {key}; keys are {words}",
  "filter-key-near": "filter, position {at}: unknown key {key}; did you mean {near}:?",
  "filter-no-value": "filter, position {at}: {key}: wants a value",
  "filter-range": "filter, position {at}: {given} is no port or range such as 30000-30100",
  "filter-value": "filter, position {at}: {key}: does not know {given}; it wants {words}",
  "filter-value-near": "filter, position {at}: {key}: does not know {given}; did you mean {near}?",
  "no-column": "unknown column {given}; columns are {words}",
  "no-column-near": "unknown column {given}; did you mean {near}?",
  "column-twice": "column {given} is named twice",

  // Questions
  "no-target": "{given} is no ADDRESS:PORT[/udp|/sctp], such as 10.190.1.2:30001 or [fd00::1]:53/udp",
  "no-position": "{given} is no client position: outside, outside=IP, node/NAME or pod/NAMESPACE/NAME",
  "no-address": "{given} is no IP address",
  "name-for-address": "{given} is no IP address; names are not looked up",
  "every-address": "{given} stands for every address: name one",
  "no-port": "{given} is no port from 1 to 65535",
  "no-protocol": "{given} is no protocol: TCP, UDP or SCTP",
  "no-range": "{given} is no port or range such as 30000-30100",
  "address-needed": "an IP address is needed",
  "port-needed": "a port from 1 to 65535 is needed",
  "no-json": "the line is no JSON",
  "no-json-object": "the line is no JSON object",
  "no-node": "there is no node {name}",
  "no-pod": "there is no pod {name}",
  "no-band": "there is no {kind} band {name}: known: {known}",
  "no-band-near": "there is no {kind} band {name}: did you mean {near}",
  "no-bands": "there is no {kind} band {name}: the policy has no {kind} bands",
  "count-wanted": "{field} wants a whole number from 1 to 65535, got {given}",
  "choice-wanted": "{field} wants {words}, got {given}",
  "no-cluster": "no cluster is served",
  "no-such-cluster": "there is no cluster {name}; known: {known}",
  "one-cluster": "this is asked of one cluster: name it",
  "first-read": "the first read of cluster {name} is under way",
  "manifest-too-large": "a manifest may have 5 MiB: split it, or use portolan check -f FILE for each part",
  "manifest-too-dear": "the manifest takes too much time or memory to read: split it, or use portolan check -f FILE for each part",
  "manifest-busy": "other large manifests are being checked: try again in a moment",
  "manifest-empty": "the body is empty: send the manifest as YAML or JSON",
  "snapshot-empty": "the body is empty: send the file",
  "snapshots-full": "this server holds {count} snapshots beside its clusters: remove one first",
  "snapshot-busy": "another snapshot is being read",
  "snapshot-contradicts": "{name}: its objects contradict each other so that nothing can be derived from them: collect it again",
  "snapshot-gone": "there is no snapshot {name} that was brought through the page",
  "file-name": "name wants the file's name, of at most {count} characters",
  "foreign-host": "this server does not answer to the host name {given}; start it with --allow-host NAME to allow one",
  "foreign-origin": "the page at {given} may not ask this server",
  "foreign-site": "another site's page may not ask this server",
  "no-method": "{given} is not answered here",
  "body-too-large": "at most {most} bytes of body are taken here",
  "too-often": "this client asks too often",
  fault: "Portolan has a fault here; the server's log has the details",
} as const;

export type MistakeCode = keyof typeof mistakeWords;
/** `path`: the field that it is about, as in `spec.ports[0].port`; the message begins with it. */
export type MistakeFact = { readonly code: MistakeCode; readonly values: Readonly<Record<string, string>>; readonly path?: string };
export type Mistake = { readonly message: string; readonly fact: MistakeFact };

/** One mistake. */
export function mistake<C extends MistakeCode>(
  code: C,
  ...[values]: [NamesIn<(typeof mistakeWords)[C]>] extends [never] ? [] : [Readonly<Record<NamesIn<(typeof mistakeWords)[C]>, string>>]
): Mistake {
  return fromFact({ code, values: values ?? {} });
}

/** The mistake that a fact is about. */
export function fromFact(fact: MistakeFact): Mistake {
  const says = fillTemplate(mistakeWords[fact.code], fact.values);
  return { message: fact.path === undefined ? says : `${fact.path}: ${says}`, fact };
}

/** The same mistake of a field. */
export function inField(path: string, { fact }: Mistake): Mistake {
  return path === "" ? fromFact(fact) : fromFact({ ...fact, path });
}

export function isMistakeCode(code: unknown): code is MistakeCode {
  return typeof code === "string" && Object.hasOwn(mistakeWords, code);
}
