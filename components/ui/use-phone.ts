"use client";

import { useSyncExternalStore } from "react";

const query = "(width <= 640px)";

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(query);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}

/** Returns: whether the page is as narrow as a phone; null on the server and while hydrating, when the style sheet has to decide. */
export function usePhone(): boolean | null {
  return useSyncExternalStore<boolean | null>(
    subscribe,
    () => window.matchMedia(query).matches,
    () => null,
  );
}
