"use client";

import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import { formatTime } from "@/lib/client/format";
import { useLanguage } from "@/components/words/words";

const tickMs = 15_000;

const NowContext = createContext(0);

/** The page's clock. It begins with the server's time, so that the first view in the browser is the server's; then it ticks. */
export function Clock({ renderedAtMs, children }: { readonly renderedAtMs: number; readonly children: ReactNode }) {
  const [nowMs, setNowMs] = useState(renderedAtMs);
  useEffect(() => {
    const tick = (): void => {
      setNowMs(Date.now());
    };
    tick();
    const timer = setInterval(tick, tickMs);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return <NowContext value={nowMs}>{children}</NowContext>;
}

/** Returns: now, in ms; renders again every 15 s. */
export function useNow(): number {
  return useContext(NowContext);
}

const never = (): (() => void) => () => undefined;

/** Returns: how a time is said in the reader's zone; on the server and while hydrating in UTC. */
export function useFormatTime(): (timeMs: number) => string {
  const language = useLanguage();
  const nowMs = useNow();
  const timeZone = useSyncExternalStore(
    never,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => "UTC",
  );
  return (timeMs) => formatTime(timeMs, nowMs, { language, timeZone });
}
