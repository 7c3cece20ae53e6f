import { expect, test } from "vitest";
import type { WireAllocation } from "@/lib/wire/schemas";
import { columnsOf, parseColumns } from "./columns";
import { exportCsv, exportJson } from "./export";

const row: WireAllocation = {
  id: "nodePort/n/Service/s/30001/TCP",
  cluster: "prod/sh 1",
  port: 30001,
  protocol: "TCP",
  kind: "nodePort",
  namespace: "n",
  holder: { kind: "Service", name: "s" },
  owners: [{ kind: "Deployment", namespace: "n", name: "d" }],
  groups: [],
  selector: { app: "d" },
  nodes: "all",
  addresses: [],
  externalTrafficPolicy: null,
  backends: { ready: 1, total: 2 },
  band: null,
  findings: [],
  createdAt: null,
  note: null,
  unknown: [],
};
const input = { cluster: "prod/sh 1", rows: [row], findings: new Map(), atMs: Date.UTC(2026, 4, 12, 14, 43) };
const columns = columnsOf(["port", "holder", "backends"]).flatMap(({ csv }) => csv);

test("the file holds the columns on screen, in their order, and says which cluster and when", () => {
  expect(exportCsv({ ...input, columns })).toEqual({
    name: "allocations-prod-sh-1-20260512-1443.csv",
    type: "text/csv;charset=utf-8",
    text: "port,namespace,holder,backends_ready,backends_total\r\n30001,n,Service/s,1,2\r\n",
  });
});

test("JSON holds the same columns in the API's spelling", () => {
  expect(JSON.parse(exportJson({ ...input, columns }).text)).toEqual({
    allocations: [{ port: 30001, namespace: "n", holder: { kind: "Service", name: "s" }, backends: { ready: 1, total: 2 } }],
  });
});

test("columns of the address are known ones, and the table's order is kept", () => {
  expect(parseColumns("holder,port")).toEqual(["port", "holder"]);
  expect(parseColumns("port,nonsense")).toBeNull();
  expect(parseColumns("")).toBeNull();
});
