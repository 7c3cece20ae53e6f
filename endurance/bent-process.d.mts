export {};

declare global {
  /** What a process that bent-process.mjs was loaded into takes for given. `aheadMs`: how far its clock was moved. */
  var bent: { aheadMs: number; address: string; unhandled: number };
}
