// One event stream that is kept open: a stream that died without a word (a machine that slept, a proxy that buffers, a connection that somewhere was
// forgotten) looks to EventSource like a quiet one, so that the server's heartbeats are missed here.

/** The server sends a heartbeat every 5 s: two of them were missed. */
const silenceMaxMs = 10_000;
/** A new stream begins with an event. */
const firstEventMaxMs = 4_000;
const checkIntervalMs = 1_000;
/** A browser has about six connections to one server: tabs that nobody sees must not hold them. */
const hiddenMaxMs = 30_000;

export type StreamHandlers = {
  /** By name of the event. */
  readonly events: Readonly<Record<string, (message: MessageEvent<string>) => void>>;
  /** `open`: an event came; `lost`: nothing is heard, and why: `error` of the connection, `silence`, or `hidden` as nobody looks. */
  readonly connection: (state: "open" | "lost", why?: "error" | "silence" | "hidden") => void;
};

/** Follows the stream at this address until the returned function is called. */
export function followStream(url: string, { events, connection }: StreamHandlers): () => void {
  let source: EventSource | null = null;
  let heardAtMs = 0;
  let hasHeard = false;
  let hiddenSinceMs: number | null = null;

  const close = (): void => {
    source?.close();
    source = null;
  };
  const open = (): void => {
    close();
    heardAtMs = Date.now();
    hasHeard = false;
    const opened = new EventSource(url);
    source = opened;
    // Headers alone prove nothing: something in between may hold the events back.
    for (const [name, handle] of Object.entries(events))
      opened.addEventListener(name, (message: MessageEvent<string>) => {
        heardAtMs = Date.now();
        hasHeard = true;
        handle(message);
        connection("open");
      });
    // The browser tries again by itself, from where it was, unless the server answered with an error; then the next check does.
    opened.addEventListener("error", () => {
      connection("lost", "error");
    });
  };
  const check = (): void => {
    const nowMs = Date.now();
    if (document.visibilityState === "hidden") {
      hiddenSinceMs ??= nowMs;
      if (source !== null && nowMs - hiddenSinceMs > hiddenMaxMs) {
        close();
        connection("lost", "hidden");
      }
      return;
    }
    hiddenSinceMs = null;
    if (source === null) {
      open();
      return;
    }
    // A clock that was set back.
    if (nowMs < heardAtMs) heardAtMs = nowMs;
    if (nowMs - heardAtMs <= (hasHeard ? silenceMaxMs : firstEventMaxMs)) return;
    connection("lost", "silence");
    open();
  };
  // A page that is shown or thawed again looks at once.
  const wakes = ["visibilitychange", "resume", "pageshow", "online"] as const;
  for (const name of wakes) (name === "pageshow" || name === "online" ? window : document).addEventListener(name, check);
  const timer = setInterval(check, checkIntervalMs);
  open();
  return () => {
    clearInterval(timer);
    for (const name of wakes) (name === "pageshow" || name === "online" ? window : document).removeEventListener(name, check);
    close();
  };
}
