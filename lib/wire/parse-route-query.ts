// Addresses, ports and client positions as people spell them: on the command line, in queries and in the page's URL. Errors name the field.

import {
  fail,
  isUnspecified,
  mistake,
  ok,
  parseAddress,
  type ClientPosition,
  type Mistake,
  type PortRange,
  type Protocol,
  type Result,
  type RouteQuery,
} from "@/lib/core";

/** `detail`: the English of `says`. */
export type FieldError = { readonly field: string; readonly detail: string; readonly says: Mistake };

export function fieldError(field: string, says: Mistake): FieldError {
  return { field, detail: says.message, says };
}

/** `address` null: a port alone; `protocol` null: not said. */
export type RouteTarget = { readonly address: string | null; readonly port: number; readonly protocol: Protocol | null };

const targetPattern = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d+)(?:\/([a-z]+))?$/i;

/** Reads `30001`, `:30001/udp`, `10.190.1.2:30001`, `[fd00::1]:53/udp`. */
export function parseRouteTarget(text: string): Result<RouteTarget, FieldError> {
  const match = targetPattern.exec(text.trim());
  if (match === null) return fail(fieldError("address", mistake("no-target", { given: JSON.stringify(text) })));
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
  if (text === "outside") return ok({ kind: "outside", address: null });
  if (text.startsWith("outside=")) {
    const address = parseIp(text.slice("outside=".length), "from");
    return address.ok ? ok({ kind: "outside", address: address.value }) : address;
  }
  const [kind, first, second, ...rest] = text.split("/");
  if (kind === "node" && first !== undefined && first !== "" && second === undefined) return ok({ kind: "node", name: first });
  if (kind === "pod" && first !== undefined && first !== "" && second !== undefined && second !== "" && rest.length === 0)
    return ok({ kind: "pod", namespace: first, name: second });
  return fail(fieldError("from", mistake("no-position", { given: JSON.stringify(text) })));
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
  if (params.address === null || params.address === "") return fail(fieldError("address", mistake("address-needed")));
  const address = parseIp(params.address, "address");
  if (!address.ok) return address;
  if (params.port === null || params.port === "") return fail(fieldError("port", mistake("port-needed")));
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
    return fail(fieldError("query", mistake("no-json")));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fail(fieldError("query", mistake("no-json-object")));
  const raw = value as Readonly<Record<string, unknown>>;
  const textOrNull = (key: string): string | null => (typeof raw[key] === "string" ? raw[key] : null);
  for (const key of ["address", "protocol", "node"]) {
    if (raw[key] !== undefined && raw[key] !== null && typeof raw[key] !== "string")
      return fail(fieldError(key, mistake("text", { given: JSON.stringify(raw[key]) })));
  }
  if (raw["port"] !== undefined && typeof raw["port"] !== "number")
    return fail(fieldError("port", mistake("number", { given: JSON.stringify(raw["port"]) })));
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
  return fail(fieldError("from", mistake("no-position", { given: JSON.stringify(value) })));
}

/** Reads `30000-30100,31000`. */
export function parsePortRanges(text: string): Result<readonly PortRange[], FieldError> {
  const ranges: PortRange[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part);
    const first = parsePort(match?.[1] ?? "");
    const last = match?.[2] === undefined ? first : parsePort(match[2]);
    if (match === null || !first.ok || !last.ok || last.value < first.value)
      return fail(fieldError("ports", mistake("no-range", { given: JSON.stringify(part.trim()) })));
    ranges.push({ first: first.value, last: last.value });
  }
  return ok(ranges);
}

/** An address, in brackets or not. Names are not looked up, and the addresses that stand for all of them (0.0.0.0, ::) are nobody's. */
function parseIp(text: string, field: string): Result<string, FieldError> {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  const address = parseAddress(bare);
  if (address === undefined)
    return fail(
      fieldError(
        field,
        mistake(/[a-z]/i.test(text) && !text.includes(":") ? "name-for-address" : "no-address", { given: JSON.stringify(text) }),
      ),
    );
  if (isUnspecified(address)) return fail(fieldError(field, mistake("every-address", { given: JSON.stringify(text) })));
  return ok(bare);
}

function parsePort(text: string): Result<number, FieldError> {
  const port = Number(text);
  return /^\d+$/.test(text) && port >= 1 && port <= 65_535
    ? ok(port)
    : fail(fieldError("port", mistake("no-port", { given: JSON.stringify(text) })));
}

function parseProtocol(text: string): Result<Protocol, FieldError> {
  const found = (["TCP", "UDP", "SCTP"] as const).find((protocol) => protocol === text.toUpperCase());
  return found === undefined ? fail(fieldError("protocol", mistake("no-protocol", { given: JSON.stringify(text) }))) : ok(found);
}
