import type { IconName } from "@/components/ui/icon";

/** The views that exist: a tab, a key after `g`, and on phones a place at the bottom. */
export const views = [
  { id: "map", path: "/", key: "m", icon: "map" },
  { id: "allocations", path: "/allocations", key: "a", icon: "allocations" },
  { id: "conflicts", path: "/conflicts", key: "c", icon: "conflicts" },
  { id: "trace", path: "/trace", key: "t", icon: "trace" },
  { id: "ranges", path: "/ranges", key: "r", icon: "ranges" },
  { id: "check", path: "/check", key: "k", icon: "check" },
] as const satisfies readonly { id: string; path: string; key: string; icon: IconName }[];
