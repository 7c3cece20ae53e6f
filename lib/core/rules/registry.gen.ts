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
import type { Rule } from "./rule";

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
