"use client";

import { createContext, useCallback, useContext, useEffect, useRef, useState, type ReactNode } from "react";
import { classes } from "./classes";

const shownMs = 1_400;

const AnnounceContext = createContext<(text: string) => void>(() => undefined);

/** Returns: a function that says a short text in a polite live region and shows it for a moment. */
export function useAnnounce(): (text: string) => void {
  return useContext(AnnounceContext);
}

/** Holds the page's one live region. */
export function Announcer({ children }: { readonly children: ReactNode }) {
  const [text, setText] = useState("");
  const [shown, setShown] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const announce = useCallback((next: string) => {
    clearTimeout(timer.current);
    setText(next);
    setShown(true);
    timer.current = setTimeout(() => {
      setShown(false);
    }, shownMs);
  }, []);
  return (
    <AnnounceContext value={announce}>
      {children}
      <div
        role="status"
        className={classes(
          "pointer-events-none fixed bottom-44 left-1/2 z-60 -translate-x-1/2 rounded-2 bg-ink px-12 py-7 text-12 font-medium text-on-ink transition-opacity duration-120 empty:hidden phone:bottom-68",
          shown ? "opacity-100" : "opacity-0",
        )}
      >
        {text}
      </div>
    </AnnounceContext>
  );
}
