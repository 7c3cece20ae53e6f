/** An address and port as a person types them; `address` null: the port on whichever node. `text` is the spelling for links. */
export type Target = {
  readonly address: string | null;
  readonly port: number;
  readonly protocol: "TCP" | "UDP" | "SCTP" | null;
  readonly text: string;
};

const pattern = /^(?:\[([0-9a-fA-F:.]+)\]:|([0-9]{1,3}(?:\.[0-9]{1,3}){3}):|:)?([0-9]{1,5})(?:\/(tcp|udp|sctp))?$/i;

/**
 * Reads `30001`, `:30001/udp`, `10.190.1.2:30001`, `[fd00::1]:53/udp`.
 *
 * Returns: null when the text is none of them; the server says what is wrong with an address.
 */
export function parseTarget(input: string): Target | null {
  const match = pattern.exec(input.trim());
  if (match === null) return null;
  const address = match[1] ?? match[2] ?? null;
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) return null;
  const protocol = match[4] === undefined ? null : (match[4].toUpperCase() as "TCP" | "UDP" | "SCTP");
  const suffix = protocol === null || protocol === "TCP" ? "" : `/${protocol.toLowerCase()}`;
  const host = address === null ? "" : address.includes(":") ? `[${address}]` : address;
  return { address, port, protocol, text: `${host}${host === "" && suffix === "" ? "" : ":"}${String(port)}${suffix}` };
}

/** What keeps a text from being a target: the part of it that is wrong, or its form as a whole. */
export type TargetFault = { readonly part: "form" | "address" | "port" | "protocol"; readonly text: string };

/**
 * Says which part of an unreadable target is wrong.
 *
 * Input:   a text that parseTarget does not read, such as `gpu-01:30001`, `10.0.0.1:70000`, `0:30001`, `10.0.0.1:80/icmp`.
 */
export function findTargetFault(input: string): TargetFault {
  const text = input.trim();
  const match = /^(?:(\[[^\]]*\]|[^:[\]]*):)?([^:/]+)(?:\/(.*))?$/.exec(text);
  const [, address = "", port = "", protocol] = match ?? [];
  if (match === null || (address === "" && !/^-?\d+$/.test(port))) return { part: "form", text };
  if (address !== "" && !/^(\[[0-9a-fA-F:.]+\]|[0-9]{1,3}(\.[0-9]{1,3}){3})$/.test(address)) return { part: "address", text: address };
  if (protocol !== undefined && !/^(tcp|udp|sctp)$/i.test(protocol)) return { part: "protocol", text: protocol };
  return { part: "port", text: port };
}
