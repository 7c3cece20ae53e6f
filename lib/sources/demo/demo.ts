// The demo cluster: the story behind a simulated API server, which the kubernetes source reads like any other cluster.

import { createApiServer } from "./api-server";
import type { ApiObject } from "./api-object";
import { policyText } from "./policy";
import { playScript, realTimers } from "./script";
import { momentMs } from "./story/builders";
import { buildStory, forbidden } from "./story/story";

export type Demo = { readonly url: string; readonly policyText: string; readonly momentMs: number; stop(): Promise<void> };

const dayMs = 86_400_000;

/**
 * Starts the demo.
 *
 * Input:   `live`: all times are shifted so that the story's moment is `nowMs`, and small changes are played; otherwise it stands still at its own moment.
 * Returns: its address on loopback, its policy file's text, and the moment.
 */
export async function startDemo({ live, nowMs }: { readonly live: boolean; readonly nowMs: number }): Promise<Demo> {
  const shiftMs = live ? Math.floor(nowMs / 1000) * 1000 - momentMs : 0;
  const server = createApiServer({ objects: buildStory().map((object) => shiftTimes(object, shiftMs)), gitVersion: "v1.36.2" });
  for (const each of forbidden) server.switches.forbidden.add(each);
  const url = await server.start();
  const stopScript = live ? playScript(server, realTimers) : () => undefined;
  return {
    url,
    policyText: policyText((days) => new Date(momentMs + shiftMs + days * dayMs).toISOString().slice(0, 10)),
    momentMs: momentMs + shiftMs,
    stop: () => {
      stopScript();
      return server.stop();
    },
  };
}

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Every text that is a time, moved. */
export function shiftTimes(object: ApiObject, shiftMs: number): ApiObject {
  if (shiftMs === 0) return object;
  const move = (value: unknown): unknown => {
    if (typeof value === "string")
      return timePattern.test(value) ? new Date(Date.parse(value) + shiftMs).toISOString().replace(".000Z", "Z") : value;
    if (Array.isArray(value)) return value.map(move);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, move(each)]));
    return value;
  };
  return move(object) as ApiObject;
}
