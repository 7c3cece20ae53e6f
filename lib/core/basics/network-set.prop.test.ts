import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { cidrContains, formatCidr, parseCidr, type IpAddress } from "./ip";
import { buildNetworkSet } from "./network-set";

const byte = fc.integer({ min: 0, max: 3 });
const address = fc.oneof(
  fc.array(byte, { minLength: 4, maxLength: 4 }).map((bytes): IpAddress => ({ family: "IPv4", bytes })),
  fc.array(byte, { minLength: 16, maxLength: 16 }).map((bytes): IpAddress => ({ family: "IPv6", bytes })),
);
const network = fc
  .tuple(address, fc.nat())
  .map(([{ family, bytes }, bits]) => parseCidr(formatCidr({ family, bytes, bits: bits % (bytes.length * 8 + 1) })));

test.prop([fc.array(network, { maxLength: 8 }), address])("holds an address exactly when one of its networks does", (found, wanted) => {
  const networks = found.filter((each) => each !== undefined);
  expect(buildNetworkSet(networks).contains(wanted)).toBe(networks.some((each) => cidrContains(each, wanted)));
});
