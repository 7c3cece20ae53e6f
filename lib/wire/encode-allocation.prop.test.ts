import { test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { buildAllocations } from "@/lib/core";
import { arbitrarySnapshotParts } from "@/lib/core/testing/arbitraries";
import { arbitraryPolicy } from "@/lib/core/testing/arbitrary-policy";
import { buildSnapshot, testNowMs } from "@/lib/core/testing/builders";
import { decodeAllocation, encodeAllocation } from "./encode-allocation";
import { allocationSchema } from "./schemas";

describe("an allocation on the wire", () => {
  test.prop([arbitrarySnapshotParts, arbitraryPolicy])("fits its schema, and comes back as it was after JSON", (parts, policy) => {
    for (const row of buildAllocations(buildSnapshot(parts), { policy, nowMs: testNowMs })) {
      const wire = encodeAllocation(row, "demo");
      expect(allocationSchema.parse(wire)).toEqual(wire);
      expect(decodeAllocation(allocationSchema.parse(JSON.parse(JSON.stringify(wire))))).toEqual(row);
    }
  });
});
