// Arbitrary policies for property tests. Imported by tests only.

import fc from "fast-check";
import type { Policy } from "../policy/policy";
import { arbitraryLabels, nameOf } from "./arbitraries";

const { namespace, name, node: nodeName, text, protocol } = nameOf;

const allow = fc.option(
  fc.record({
    namespaces: fc.option(fc.array(namespace, { maxLength: 1 }), { nil: null }),
    labels: fc.option(arbitraryLabels, { nil: null }),
  }),
  { nil: null },
);
const range = fc.constantFrom(
  { first: 30_001, last: 30_020 },
  { first: 80, last: 90 },
  { first: 22, last: 22 },
  { first: 30_000, last: 32_767 },
);

export const arbitraryPolicy: fc.Arbitrary<Policy> = fc.record({
  clusters: fc.constantFrom({}),
  bands: fc.array(
    fc.record({ name, kind: fc.constantFrom("nodePort", "hostPort"), ports: range, owner: fc.option(text, { nil: null }), allow }),
    { maxLength: 2 },
  ),
  reservations: fc.array(
    fc.record({
      port: fc.constantFrom(30_001, 30_002, 80, 22),
      kind: fc.constantFrom("nodePort", "hostPort"),
      node: fc.option(nodeName, { nil: null }),
      protocol: fc.option(protocol, { nil: null }),
      purpose: text,
      until: fc.constantFrom(null, "2026-05-12", "2026-05-20", "nonsense"),
      ticket: fc.option(text, { nil: null }),
      allow,
    }),
    { maxLength: 3 },
  ),
  acknowledgements: fc.constant([]),
  blocks: fc.array(fc.record({ name, kind: fc.constantFrom("nodePort", "hostPort"), ports: range, allow }), { maxLength: 1 }),
  severities: fc.constantFrom({}, { "mixed-owners": "off" as const }),
  systemPorts: fc.constant({ controlPlane: null, node: null }),
});
