import { formatObjectRef } from "../model/meta";
import { isAllowed } from "../policy/bands";
import type { Allow, Reservation } from "../policy/policy";
import { daysLeft } from "../policy/reservations";
import { dayOf } from "../basics/civil-date";
import { moveHostPorts } from "../remedies/move-host-ports";
import { moveOffReservation } from "../remedies/move-numbers";
import { guardByApiServer, guardByKyverno } from "../remedies/guard-bands";
import { orSay } from "../remedies/or-say";
import { say } from "../remedies/words";
import { defineRule } from "./rule";
import { joinClaims, listNodeClaims, type NodeClaim } from "./support/node-claims";
import { sayAllow, sayFew } from "./support/order-words";
import { sayCount } from "./support/words";

type ReservationEvidence = {
  readonly state: "broken" | "ending" | "over";
  readonly port: number;
  readonly purpose: string;
  readonly ticket: string | null;
  readonly until: string | null;
  /** Negative once it is over; null for ever. */
  readonly daysLeft: number | null;
  readonly allow: Allow | null;
  /** Who holds the number: of a broken reservation those who may not. */
  readonly holders: readonly string[];
};

const noticeDays = 14;

/** A reserved number is held by a stranger, or its reservation ends soon or is over. Source: the policy's `reservations`. */
export const reservationBroken = defineRule<ReservationEvidence>({
  id: "reservation-broken",
  severity: "critical",
  needs: ["services", "pods"],
  remedies: [...orSay("service", say("none.reservation"), moveOffReservation, moveHostPorts), guardByApiServer, guardByKyverno],
  reads: (snapshot, { nowMs }) => [listNodeClaims(snapshot), dayOf(nowMs)],
  *check(snapshot, { policy, nowMs }) {
    if (policy.reservations.length === 0) return;
    const numbers = new Set(policy.reservations.map(({ port }) => port));
    const claims = listNodeClaims(snapshot).filter(({ port }) => numbers.has(port.port));
    const told = new Set<string>();
    for (const reservation of policy.reservations) {
      const left = daysLeft(reservation.until, nowMs);
      const over = left !== null && left < 0;
      const holding = claims.filter((claim) => concerns(reservation, claim));
      // One number may be reserved for several holders, each on its own line.
      const alike = policy.reservations.filter((other) => isActive(other, nowMs));
      const strangers = over ? [] : holding.filter((claim) => !alike.some((other) => concerns(other, claim) && mayHold(other, claim)));
      if (strangers.length === 0 && (left === null || left > noticeDays)) continue;
      const state = strangers.length > 0 ? "broken" : over ? "over" : "ending";
      const { edited, ports, nodes, sinceMs } = joinClaims(state === "broken" ? strangers : holding);
      const { port, kind, node, protocol, purpose, ticket, until, allow } = reservation;
      const self = { kind: "Reservation", namespace: "", name: String(port) };
      const variant = [state, kind, node ?? "", protocol ?? "", purpose].join(" ");
      // Lines for one purpose that name a holder each are one promise.
      const key = `${variant} ${String(port)}`;
      if (told.has(key)) continue;
      told.add(key);
      yield {
        variant,
        severity: state === "broken" ? "critical" : "info",
        subjects: [...edited, self],
        edited: [self],
        ports: ports.length > 0 ? ports : [{ port, protocol: protocol ?? "TCP" }],
        nodes: node === null ? nodes : [node],
        sinceMs: state === "broken" ? sinceMs : null,
        evidence: { state, port, purpose, ticket, until, daysLeft: left, allow, holders: edited.map(formatObjectRef).sort() },
      };
    }
  },
  words: {
    en: {
      title: "A reserved port is held by somebody else, or its reservation ends",
      why: "A number was promised to somebody. Taken by another holder it will be missing on the day it is needed; when the reservation ends, anybody may take it.",
      fix: "Move the holder to another number, or name it in the reservation's `allow`. Of one that ends: prolong `until`, or take the line out of the policy file.",
      describe({ state, port, purpose, ticket, until, daysLeft: left, allow, holders }) {
        const what = `${purpose}${ticket === null ? "" : ` (${ticket})`}`;
        if (state === "broken") {
          const whom = allow === null ? null : sayAllow(allow);
          return {
            title: `${String(port)} is reserved for ${what}, and held by ${sayFew(holders)}`,
            summary: `The reservation ${whom === null ? "lets nobody hold it yet" : `is for ${whom}`}${until === null ? "" : `; it holds to the end of ${until}`}.`,
            symptoms: ["whom the number was promised to cannot have it"],
          };
        }
        const days = left ?? 0;
        const held =
          holders.length === 0 ? "Nobody holds the number." : `${sayFew(holders)} ${holders.length === 1 ? "holds" : "hold"} it.`;
        const when = state === "over" ? `ended ${sayCount(-days, "day")} ago` : days === 0 ? "ends today" : `expires in ${String(days)} d`;
        return {
          title: `The reservation of ${String(port)} for ${what} ${when}`,
          summary: `Its last day ${state === "over" ? "was" : "is"} ${until ?? ""}. ${held}`,
          symptoms: [],
        };
      },
    },
  },
});

function isActive({ until }: Reservation, nowMs: number): boolean {
  return (daysLeft(until, nowMs) ?? 0) >= 0;
}

/** A nodePort number is reserved whatever the protocol; a hostPort on the node and of the protocol that the policy names, if it does. */
function concerns(reservation: Reservation, { space, port, node }: NodeClaim): boolean {
  if (reservation.port !== port.port || reservation.kind !== space) return false;
  if (space === "nodePort") return true;
  return (
    (reservation.node === null || reservation.node === node) && (reservation.protocol === null || reservation.protocol === port.protocol)
  );
}

function mayHold({ allow }: Reservation, { holder, labels }: NodeClaim): boolean {
  return allow !== null && isAllowed(allow, { namespace: holder.namespace, labels });
}
