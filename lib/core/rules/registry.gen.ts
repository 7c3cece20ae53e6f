// Written by scripts/gen.ts from the files of this folder: npm run gen.

import { announcedPortUnmapped } from "./announced-port-unmapped";
import { bandFull } from "./band-full";
import { bandNearlyFull } from "./band-nearly-full";
import { blockIntruder } from "./block-intruder";
import { capturedByService } from "./captured-by-service";
import { capturesPods } from "./captures-pods";
import { ephemeralOverlap } from "./ephemeral-overlap";
import { externalIpDuplicate } from "./external-ip-duplicate";
import { externalIpOnNode } from "./external-ip-on-node";
import { hostPortCapacity } from "./host-port-capacity";
import { hostPortConflict } from "./host-port-conflict";
import { hostPortNotMapped } from "./host-port-not-mapped";
import { hostPortOnNodePort } from "./host-port-on-node-port";
import { hostPortRolloutDeadlock } from "./host-port-rollout-deadlock";
import { hostPortUnplaceable } from "./host-port-unplaceable";
import { jobInService } from "./job-in-service";
import { listenerShadowed } from "./listener-shadowed";
import { localPolicyDrops } from "./local-policy-drops";
import { mixedOwners } from "./mixed-owners";
import { noEndpoints } from "./no-endpoints";
import { nodePortDuplicate } from "./node-port-duplicate";
import { nodePortDuplicateInService } from "./node-port-duplicate-in-service";
import { nodePortOutOfRange } from "./node-port-out-of-range";
import { nodePortTaken } from "./node-port-taken";
import { outsideBand } from "./outside-band";
import { pinnedInDynamicBand } from "./pinned-in-dynamic-band";
import { portFamilyMeets } from "./port-family-meets";
import { reservationBroken } from "./reservation-broken";
import { reservedSystemPort } from "./reserved-system-port";
import { selectorOverlap } from "./selector-overlap";
import { serviceIgnoredByProxy } from "./service-ignored-by-proxy";
import { slicesDisagree } from "./slices-disagree";
import { targetPortMissing } from "./target-port-missing";
import type { EvidenceOf, Rule } from "./rule";

/** Every rule, by id. */
export const rules: readonly Rule[] = [
  announcedPortUnmapped,
  bandFull,
  bandNearlyFull,
  blockIntruder,
  capturedByService,
  capturesPods,
  ephemeralOverlap,
  externalIpDuplicate,
  externalIpOnNode,
  hostPortCapacity,
  hostPortConflict,
  hostPortNotMapped,
  hostPortOnNodePort,
  hostPortRolloutDeadlock,
  hostPortUnplaceable,
  jobInService,
  listenerShadowed,
  localPolicyDrops,
  mixedOwners,
  noEndpoints,
  nodePortDuplicate,
  nodePortDuplicateInService,
  nodePortOutOfRange,
  nodePortTaken,
  outsideBand,
  pinnedInDynamicBand,
  portFamilyMeets,
  reservationBroken,
  reservedSystemPort,
  selectorOverlap,
  serviceIgnoredByProxy,
  slicesDisagree,
  targetPortMissing,
];

/** What each of them finds. */
export type EvidenceByRule = {
  readonly "announced-port-unmapped": EvidenceOf<typeof announcedPortUnmapped>;
  readonly "band-full": EvidenceOf<typeof bandFull>;
  readonly "band-nearly-full": EvidenceOf<typeof bandNearlyFull>;
  readonly "block-intruder": EvidenceOf<typeof blockIntruder>;
  readonly "captured-by-service": EvidenceOf<typeof capturedByService>;
  readonly "captures-pods": EvidenceOf<typeof capturesPods>;
  readonly "ephemeral-overlap": EvidenceOf<typeof ephemeralOverlap>;
  readonly "external-ip-duplicate": EvidenceOf<typeof externalIpDuplicate>;
  readonly "external-ip-on-node": EvidenceOf<typeof externalIpOnNode>;
  readonly "host-port-capacity": EvidenceOf<typeof hostPortCapacity>;
  readonly "host-port-conflict": EvidenceOf<typeof hostPortConflict>;
  readonly "host-port-not-mapped": EvidenceOf<typeof hostPortNotMapped>;
  readonly "host-port-on-node-port": EvidenceOf<typeof hostPortOnNodePort>;
  readonly "host-port-rollout-deadlock": EvidenceOf<typeof hostPortRolloutDeadlock>;
  readonly "host-port-unplaceable": EvidenceOf<typeof hostPortUnplaceable>;
  readonly "job-in-service": EvidenceOf<typeof jobInService>;
  readonly "listener-shadowed": EvidenceOf<typeof listenerShadowed>;
  readonly "local-policy-drops": EvidenceOf<typeof localPolicyDrops>;
  readonly "mixed-owners": EvidenceOf<typeof mixedOwners>;
  readonly "no-endpoints": EvidenceOf<typeof noEndpoints>;
  readonly "node-port-duplicate": EvidenceOf<typeof nodePortDuplicate>;
  readonly "node-port-duplicate-in-service": EvidenceOf<typeof nodePortDuplicateInService>;
  readonly "node-port-out-of-range": EvidenceOf<typeof nodePortOutOfRange>;
  readonly "node-port-taken": EvidenceOf<typeof nodePortTaken>;
  readonly "outside-band": EvidenceOf<typeof outsideBand>;
  readonly "pinned-in-dynamic-band": EvidenceOf<typeof pinnedInDynamicBand>;
  readonly "port-family-meets": EvidenceOf<typeof portFamilyMeets>;
  readonly "reservation-broken": EvidenceOf<typeof reservationBroken>;
  readonly "reserved-system-port": EvidenceOf<typeof reservedSystemPort>;
  readonly "selector-overlap": EvidenceOf<typeof selectorOverlap>;
  readonly "service-ignored-by-proxy": EvidenceOf<typeof serviceIgnoredByProxy>;
  readonly "slices-disagree": EvidenceOf<typeof slicesDisagree>;
  readonly "target-port-missing": EvidenceOf<typeof targetPortMissing>;
};
