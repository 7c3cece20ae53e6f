"use client";

import { useQueryState } from "nuqs";
import { createContext, useContext, type ReactNode } from "react";
import type { ClustersAnswer } from "@/lib/client/api";
import type { WireCluster } from "@/lib/wire/schemas";
import { useClusters } from "./queries";

type ClusterChoice = {
  /** The chosen cluster's name as the API takes it; empty when none is being read. */
  readonly name: string;
  readonly hasCluster: boolean;
  /** Null while unknown, or when the address names a cluster that is not served. */
  readonly cluster: WireCluster | null;
  readonly clusters: readonly WireCluster[];
  readonly choose: (name: string) => void;
};

const InitialClusters = createContext<ClustersAnswer>({ clusters: [] });

export function ClusterProvider({ initial, children }: { readonly initial: ClustersAnswer; readonly children: ReactNode }) {
  return <InitialClusters value={initial}>{children}</InitialClusters>;
}

/** The cluster of this page: `?cluster=`, else the default one. */
export function useCluster(): ClusterChoice {
  const initial = useContext(InitialClusters);
  const [chosen, setChosen] = useQueryState("cluster", { history: "push" });
  const { clusters } = useClusters(initial).data ?? initial;
  const usual = clusters.find((each) => each.default) ?? clusters[0];
  const name = chosen ?? usual?.name ?? "";
  return {
    name,
    hasCluster: name !== "",
    cluster: clusters.find((each) => each.name === name) ?? null,
    clusters,
    choose: (next) => {
      void setChosen(next === usual?.name ? null : next);
    },
  };
}
