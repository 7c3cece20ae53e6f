// Who connects where after a remedy: the table that users are given.

import { encodeCell } from "./csv";
import type { WireRemedy } from "./remedy-schemas";

export const endpointColumns = ["owner", "protocol", "addresses", "port_before", "port_after", "service"] as const;

/** One row an endpoint, in the order of the columns; `addresses` is `all` for every node's, `port_before` empty where nothing could be reached. */
export function endpointRows(endpoints: WireRemedy["endpoints"]): readonly (readonly string[])[] {
  return endpoints.map(({ owner, protocol, addresses, before, after, service }) => [
    owner,
    protocol,
    addresses.length === 0 ? "all" : addresses.join("; "),
    before === null ? "" : String(before),
    String(after),
    service ?? "",
  ]);
}

/** The table as CSV (RFC 4180, CRLF, header first). */
export function endpointsToCsv(endpoints: WireRemedy["endpoints"]): string {
  return [endpointColumns, ...endpointRows(endpoints)].map((row) => `${row.map(encodeCell).join(",")}\r\n`).join("");
}
