// Addresses, ports and client positions as people spell them: on the command line, in queries and in the page's URL. Errors name the field.

import {
  fail,
  isUnspecified,
  ok,
  parseAddress,
  type ClientPosition,
  type PortRange,
  type Protocol,
  type Result,
  type RouteQuery,
} from "@/lib/core";

export type FieldError = { readonly field: string; readonly detail: string };

/** `address` null: a port alone; `protocol` null: not said. */
export type RouteTarget = { readonly address: string | null; readonly port: number; readonly protocol: Protocol | null };

const targetPattern = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d+)(?:\/([a-z]+))?$/i;

/** Reads `30001`, `:30001/udp`, `10.190.1.2:30001`, `[fd00::1]:53/udp`. */
export function parseRouteTarget(text: string): Result<RouteTarget, FieldError> {
  const match = targetPattern.exec(text.trim());
  if (match === null)
    return fail({
      field: "address",
      detail: `${JSON.stringify(text)} is no ADDRESS:PORT[/udp|/sctp], such as 10.190.1.2:30001 or [fd00::1]:53/udp`,
    });
  const named = match[1] === undefined ? (match[2] ?? "") : `[${match[1]}]`;
  const address = named === "" ? ok("") : parseIp(named, "address");
  if (!address.ok) return address;
  const port = parsePort(match[3] ?? "");
  if (!port.ok) return port;
  const protocol = match[4] === undefined ? ok(null) : parseProtocol(match[4]);
  return protocol.ok ? ok({ address: address.value === "" ? null : address.value, port: port.value, protocol: protocol.value }) : protocol;
}

/** Reads `outside`, `outside=IP`, `node/NAME`, `pod/NAMESPACE/NAME`. */
export function parseClientPosition(text: string): Result<ClientPosition, FieldError> {
  const wrong = (detail: string): Result<ClientPosition, FieldError> => fail({ field: "from", detail });
  if (text === "outside") return ok({ kind: "outside", address: null });
  if (text.startsWith("outside=")) {
    const address = parseIp(text.slice("outside=".length), "from");
    return address.ok ? ok({ kind: "outside", address: address.value }) : address;
  }
  const [kind, first, second, ...rest] = text.split("/");
  if (kind === "node" && first !== undefined && first !== "" && second === undefined) return ok({ kind: "node", name: first });
  if (kind === "pod" && first !== undefined && first !== "" && second !== undefined && second !== "" && rest.length === 0)
    return ok({ kind: "pod", namespace: first, name: second });
  return wrong(`${JSON.stringify(text)} is no client position: outside, outside=IP, node/NAME or pod/NAMESPACE/NAME`);
}

/** The spelling that parseClientPosition reads. */
export function formatClientPosition(from: ClientPosition): string {
  switch (from.kind) {
    case "outside":
      return from.address === null ? "outside" : `outside=${from.address}`;
    case "node":
      return `node/${from.name}`;
    case "pod":
      return `pod/${from.namespace}/${from.name}`;
  }
}

/** The parts of a query as texts; null = not given. */
export type RouteParams = {
  readonly address: string | null;
  readonly port: string | null;
  readonly protocol: string | null;
  readonly from: string | null;
  readonly node: string | null;
};

/** Reads the parameters of a trace. */
export function parseRouteParams(params: RouteParams): Result<RouteQuery, FieldError> {
  if (params.address === null || params.address === "") return fail({ field: "address", detail: "an IP address is needed" });
  const address = parseIp(params.address, "address");
  if (!address.ok) return address;
  if (params.port === null || params.port === "") return fail({ field: "port", detail: "a port from 1 to 65535 is needed" });
  const port = parsePort(params.port);
  if (!port.ok) return port;
  const protocol: Result<Protocol, FieldError> = params.protocol === null ? ok("TCP") : parseProtocol(params.protocol);
  if (!protocol.ok) return protocol;
  const from: Result<ClientPosition, FieldError> =
    params.from === null ? ok({ kind: "outside", address: null }) : parseClientPosition(params.from);
  if (!from.ok) return from;
  return ok({
    address: address.value,
    port: port.value,
    protocol: protocol.value,
    from: from.value,
    node: params.node === "" ? null : params.node,
  });
}

/** Reads a line of a batch: a Route query as JSON; protocol (TCP) and from (outside) may be left out. */
export function parseBatchLine(line: string): Result<RouteQuery, FieldError> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return fail({ field: "query", detail: "the line is no JSON" });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return fail({ field: "query", detail: "the line is no JSON object" });
  const raw = value as Readonly<Record<string, unknown>>;
  const textOrNull = (key: string): string | null => (typeof raw[key] === "string" ? raw[key] : null);
  for (const key of ["address", "protocol", "node"]) {
    if (raw[key] !== undefined && raw[key] !== null && typeof raw[key] !== "string")
      return fail({ field: key, detail: `${key} wants a text` });
  }
  if (raw["port"] !== undefined && typeof raw["port"] !== "number") return fail({ field: "port", detail: "port wants a number" });
  const from = raw["from"] === undefined || raw["from"] === null ? ok(null) : parseFromValue(raw["from"]);
  if (!from.ok) return from;
  return parseRouteParams({
    address: textOrNull("address"),
    port: typeof raw["port"] === "number" ? String(raw["port"]) : null,
    protocol: textOrNull("protocol"),
    from: from.value,
    node: textOrNull("node"),
  });
}

/** A client position in JSON, `{kind:"node",name}` and the like, as its spelling. */
function parseFromValue(value: unknown): Result<string, FieldError> {
  if (typeof value === "string") return ok(value);
  const { kind, name, namespace, address } = (typeof value === "object" ? value : {}) as Readonly<Record<string, unknown>>;
  if (kind === "outside" && (address === undefined || address === null)) return ok("outside");
  if (kind === "outside" && typeof address === "string") return ok(`outside=${address}`);
  if (kind === "node" && typeof name === "string") return ok(`node/${name}`);
  if (kind === "pod" && typeof namespace === "string" && typeof name === "string") return ok(`pod/${namespace}/${name}`);
  return fail({ field: "from", detail: `${JSON.stringify(value)} is no client position` });
}

/** Reads `30000-30100,31000`. */
export function parsePortRanges(text: string): Result<readonly PortRange[], FieldError> {
  const ranges: PortRange[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    const first = parsePort(match?.[1] ?? "");
    const last = match?.[2] === undefined ? first : parsePort(match[2]);
    if (match === null || !first.ok || !last.ok || last.value < first.value)
      return fail({ field: "ports", detail: `${JSON.stringify(part.trim())} is no port or range such as 30000-30100` });
    ranges.push({ first: first.value, last: last.value });
  }
  return ok(ranges);
}

/** An address, in brackets or not. Names are not looked up, and the addresses that stand for all of them (0.0.0.0, ::) are nobody's. */
function parseIp(text: string, field: string): Result<string, FieldError> {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  const address = parseAddress(bare);
  if (address === undefined)
    return fail({
      field,
      detail: `${JSON.stringify(text)} is no IP address${/[a-z]/i.test(text) && !text.includes(":") ? "; names are not looked up" : ""}`,
    });
  if (isUnspecified(address)) return fail({ field, detail: `${JSON.stringify(text)} stands for every address: name one` });
  return ok(bare);
}

function parsePort(text: string): Result<number, FieldError> {
  const port = Number(text);
  return /^\d+$/.test(text) && port >= 1 && port <= 65_535
    ? ok(port)
    : fail({ field: "port", detail: `${JSON.stringify(text)} is no port from 1 to 65535` });
}

function parseProtocol(text: string): Result<Protocol, FieldError> {
  const found = (["TCP", "UDP", "SCTP"] as const).find((protocol) => protocol === text.toUpperCase());
  return found === undefined ? fail({ field: "protocol", detail: `${JSON.stringify(text)} is no protocol: TCP, UDP or SCTP` }) : ok(found);
}
