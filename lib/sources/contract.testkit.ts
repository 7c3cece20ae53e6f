// What every source of cluster data must do; each source runs these tests against itself.

import { afterEach, describe, expect, test } from "vitest";
import { createClusterIndex, requiredKinds, type Delta, type Snapshot } from "@/lib/core";
import type { ClusterSource, SourceError } from "./source";

/** A running source with its index; `until` resolves once a snapshot satisfies the condition, and never by waiting. */
export type Observed = {
  snapshot(): Snapshot;
  until(condition: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  readonly troubles: (SourceError | null)[];
  readonly deltas: Delta[];
  readonly synced: Promise<{ readonly ok: boolean }>;
  stop(): Promise<void>;
};

/** Starts a source and watches what it tells. */
export function observe(source: ClusterSource): Observed {
  const index = createClusterIndex(source.cluster);
  const troubles: (SourceError | null)[] = [];
  const deltas: Delta[] = [];
  const waiting = new Set<() => void>();
  const check = (): void => {
    for (const each of [...waiting]) each();
  };
  const handle = source.start(
    {
      apply: (batch) => {
        index.apply(batch);
        deltas.push(...batch);
        check();
      },
    },
    (trouble) => {
      troubles.push(trouble);
      check();
    },
  );
  return {
    snapshot: () => index.snapshot(),
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          const snapshot = index.snapshot();
          if (!condition(snapshot)) return;
          waiting.delete(look);
          resolve(snapshot);
        };
        waiting.add(look);
        look();
      }),
    troubles,
    deltas,
    synced: handle.synced,
    stop: () => handle.stop(),
  };
}

/** A source whose cluster holds exactly these names, for the contract. */
export type ContractCase = {
  readonly source: ClusterSource;
  readonly nodes: readonly string[];
  readonly services: readonly string[];
  close(): Promise<void>;
};

/** The part that holds for every source, live or not. */
export function describeSourceContract(name: string, make: () => Promise<ContractCase>): void {
  describe(`source contract: ${name}`, () => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });
    const start = async (): Promise<{ readonly given: ContractCase; readonly observed: Observed }> => {
      const given = await make();
      const observed = observe(given.source);
      closing.push(
        () => given.close(),
        () => observed.stop(),
      );
      return { given, observed };
    };

    test("synced once, with every required kind read or refused", async () => {
      const { observed } = await start();
      expect((await observed.synced).ok).toBe(true);
      for (const kind of requiredKinds) expect(observed.snapshot().kinds[kind].state).not.toBe("syncing");
    });

    test("holds exactly what the cluster holds", async () => {
      const { given, observed } = await start();
      await observed.synced;
      expect([...observed.snapshot().nodes.keys()].sort()).toEqual([...given.nodes].sort());
      expect([...observed.snapshot().services.keys()].sort()).toEqual([...given.services].sort());
    });

    test("two starts of one cluster come to the same records", async () => {
      const first = await start();
      const second = await start();
      await Promise.all([first.observed.synced, second.observed.synced]);
      const names = ({ pods }: Snapshot): string[] => [...pods.keys()];
      expect(names(second.observed.snapshot())).toEqual(names(first.observed.snapshot()));
    });

    test("says nothing after it was stopped", async () => {
      const { observed } = await start();
      await observed.synced;
      await observed.stop();
      const told = observed.deltas.length;
      await new Promise((resolve) => setImmediate(resolve));
      expect(observed.deltas.length).toBe(told);
    });
  });
}
