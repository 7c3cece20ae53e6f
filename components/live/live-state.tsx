"use client";

import { createContext, useContext } from "react";
import type { WireDeltaEvent, WireStaleness } from "@/lib/wire/schemas";

/**
 * What the page knows of its cluster. `revision` and `counts` are null until the stream has said something; until then `staleness` is what the server said with
 * the page, null where it serves no such cluster.
 */
export type LiveState = {
  readonly connection: "connecting" | "open" | "lost";
  readonly revision: number | null;
  readonly asOf: string | null;
  readonly staleness: WireStaleness | null;
  readonly counts: WireDeltaEvent["findings"]["counts"] | null;
};

export const silent: LiveState = { connection: "connecting", revision: null, asOf: null, staleness: null, counts: null };

export const LiveContext = createContext<LiveState>(silent);

export function useLive(): LiveState {
  return useContext(LiveContext);
}
