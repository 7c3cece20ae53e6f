import { expect, test } from "vitest";
import { assignLanes, type Flag } from "./flag-lanes";

const critical = (x: number): Flag => ({ x, severity: "critical" });
const warning = (x: number): Flag => ({ x, severity: "warning" });

test.for<{ name: string; flags: readonly Flag[]; lanes: readonly (number | null)[] }>([
  { name: "none", flags: [], lanes: [] },
  { name: "far apart: side by side", flags: [critical(0), warning(50), critical(100)], lanes: [0, 0, 0] },
  { name: "close together: above each other", flags: [critical(0), critical(3), critical(6)], lanes: [0, 1, 2] },
  { name: "critical ones choose first", flags: [warning(0), critical(3)], lanes: [1, 0] },
  { name: "no lane left", flags: [critical(0), critical(1), critical(2), critical(3), warning(60)], lanes: [0, 1, 2, null, 0] },
])("$name", ({ flags, lanes }) => {
  expect(assignLanes(flags, 50, 3)).toEqual(lanes);
});
