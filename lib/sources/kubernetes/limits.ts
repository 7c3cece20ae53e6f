// How long, or how often, a reflector waits for what. Tests and the chaos run pass shorter ones; the order of them must stay.

export type Limits = {
  /** Silence before the headers of an answer, and between two parts of a list. */
  readonly answerMaxMs: number;
  /** A page of a list, from the first byte to the last, however steadily it trickles. */
  readonly pageMaxMs: number;
  /** Silence after which a watch is taken for dead; the server sends bookmarks about once a minute. Only whole events end a silence. */
  readonly silenceMaxMs: number;
  /** A streaming list that says nothing for so long was stripped of its parameters by something in between. */
  readonly firstSyncSilenceMaxMs: number;
  /** A watch that is not answered again after so long can no longer be called live. */
  readonly reconnectMaxMs: number;
  /** After so long without an event a watch that was resumed has caught up. */
  readonly settleMs: number;
  /** A watch that held so long, or brought an event, worked: delays begin anew. */
  readonly steadyMs: number;
  /** Asked of the server; it is ended from here when the server does not do so. */
  readonly watchSeconds: number;
  /** After something in between took the parameters of a streaming list away, so many lists go by pages before it is tried again. */
  readonly strippedLists: number;
  /** How often the wall clock is compared with a timer, and how much further it must have gone for a sleep. */
  readonly sleepCheckMs: number;
  readonly sleptMs: number;
};

export const usualLimits: Limits = {
  answerMaxMs: 30_000,
  pageMaxMs: 300_000,
  silenceMaxMs: 100_000,
  firstSyncSilenceMaxMs: 15_000,
  reconnectMaxMs: 4_000,
  settleMs: 1_000,
  steadyMs: 10_000,
  watchSeconds: 290,
  strippedLists: 10,
  sleepCheckMs: 5_000,
  sleptMs: 15_000,
};
