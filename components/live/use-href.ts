"use client";

import { useCallback } from "react";
import { withParams } from "@/lib/client/href";
import { useCluster } from "./cluster";

/** Returns: an address inside Portolan that keeps the chosen cluster. */
export function useHref(): (href: string, params?: Readonly<Record<string, string | null | undefined>>) => string {
  const { cluster, name, clusters } = useCluster();
  const keep = cluster?.default === true || clusters.length === 0 ? null : name;
  return useCallback((href, params = {}) => withParams(href, { ...params, cluster: keep }), [keep]);
}
