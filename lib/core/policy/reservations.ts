import { dayOf, parseDay } from "../basics/civil-date";
import type { Policy, Reservation } from "./policy";

/**
 * Days until a date that is still good on its last day.
 *
 * Input:   `until` as `YYYY-MM-DD` (UTC), null = for ever.
 * Returns: 0 on the last day, negative once it is over, null when it never ends (also when the text is no date: the policy's reader refuses those).
 */
export function daysLeft(until: string | null, nowMs: number): number | null {
  const day = until === null ? undefined : parseDay(until);
  return day === undefined ? null : day - dayOf(nowMs);
}

/** Whether the last day is over (UTC). */
export function isExpired(until: string | null, nowMs: number): boolean {
  const left = daysLeft(until, nowMs);
  return left !== null && left < 0;
}

/** The reservations that hold today, as they stand in the policy. */
export function activeReservations(policy: Policy, nowMs: number): readonly Reservation[] {
  return policy.reservations.filter(({ until }) => !isExpired(until, nowMs));
}
