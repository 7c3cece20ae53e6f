import type { WireFinding } from "@/lib/wire/schemas";

export const beganWindows = ["15m", "1h", "8h", "24h", "7d"] as const;
export type BeganWindow = (typeof beganWindows)[number];

const minuteMs = 60_000;
const lengthMs: Record<BeganWindow, number> = {
  "15m": 15 * minuteMs,
  "1h": 60 * minuteMs,
  "8h": 480 * minuteMs,
  "24h": 1_440 * minuteMs,
  "7d": 10_080 * minuteMs,
};

/** Whether a finding began in the window that ends now. One whose beginning no object tells may have begun at any time: it stays. */
export function beganWithin({ since }: Pick<WireFinding, "since">, window: BeganWindow, nowMs: number): boolean {
  return since === null || Date.parse(since) >= nowMs - lengthMs[window];
}
