import type { ObjectMeta, ObjectRef } from "./meta";

/** A core Event of one of the reasons that findings quote; times in epoch ms. */
export type EventRecord = ObjectMeta & {
  readonly reason: string;
  readonly involvedObject: ObjectRef;
  readonly message: string;
  readonly count: number;
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
};
