// How the simulated API server misbehaves.

/** `text`: answered as it is, whatever was asked, instead of a Status: something else stands in the server's place. */
export type Failure = { readonly status: number; readonly retryAfterSeconds?: number; readonly text?: string };

/** Empty and off, but for streamingLists, is a healthy server. */
export type Switches = {
  /** `plural` or `plural/namespace`: 403. A kind forbidden in one namespace is forbidden at the cluster scope as well. */
  readonly forbidden: Set<string>;
  /** The status that answers every request on a plural; "*" for all. */
  readonly fail: Map<string, Failure>;
  /** Off: refuses `sendInitialEvents`, as servers without the feature do. */
  streamingLists: boolean;
  /** Query parameters that something in between takes away; "*" for all. */
  readonly strip: Set<string>;
  /** Watches stay open and say nothing. */
  stall: boolean;
  /** Watches say nothing and lists stop half-way, but a byte comes now and then. */
  trickle: boolean;
  /** Streaming lists end late; what changes until then is told before their end. */
  lateEnd: boolean;
  /** Lists are cut half-way. */
  cutLists: boolean;
  /** The headers of a watch come with its first event. */
  holdHeaders: boolean;
  /** Watches end as soon as they began. */
  shortWatches: boolean;
  /** Resuming from a version that the server has not reached is an error (504) rather than silence. */
  refuseFuture: boolean;
  /** Milliseconds before a request is answered. */
  slowMs: number;
  /** Cuts the connection of every request. */
  reset: boolean;
};

const off = {
  streamingLists: true,
  stall: false,
  trickle: false,
  lateEnd: false,
  cutLists: false,
  holdHeaders: false,
  shortWatches: false,
  refuseFuture: false,
  slowMs: 0,
  reset: false,
};

export function createSwitches(): Switches {
  return { forbidden: new Set(), fail: new Map(), strip: new Set(), ...off };
}

/** Every switch back to that of a healthy server. */
export function heal(switches: Switches): void {
  for (const each of [switches.forbidden, switches.fail, switches.strip]) each.clear();
  Object.assign(switches, off);
}

export function isForbidden({ forbidden }: Switches, plural: string, namespace: string | null): boolean {
  if (forbidden.has(plural)) return true;
  if (namespace !== null) return forbidden.has(`${plural}/${namespace}`);
  return [...forbidden].some((each) => each.startsWith(`${plural}/`));
}
