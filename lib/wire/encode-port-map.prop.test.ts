import { test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { buildPortMap } from "@/lib/core";
import { arbitrarySnapshotParts } from "@/lib/core/testing/arbitraries";
import { arbitraryPolicy } from "@/lib/core/testing/arbitrary-policy";
import { buildSnapshot, testNowMs } from "@/lib/core/testing/builders";
import { decodePortMap, encodePortMap } from "./encode-port-map";
import { portMapSchema } from "./schemas";

describe("a port map on the wire", () => {
  test.prop([arbitrarySnapshotParts, arbitraryPolicy])("fits its schema, and comes back as it was after JSON", (parts, policy) => {
    const context = { policy, nowMs: testNowMs };
    const map = buildPortMap(buildSnapshot(parts), context, {
      from: { kind: "outside", address: null },
      ports: null,
      evaluation: { findings: [] },
    });
    const wire = encodePortMap(map);
    expect(portMapSchema.parse(wire)).toEqual(wire);
    expect(decodePortMap(portMapSchema.parse(JSON.parse(JSON.stringify(wire))))).toEqual(map);
  });
});
