"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "react-aria-components/Button";
import { Dialog, DialogTrigger } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";
import { useCluster } from "@/components/live/cluster";
import { freshnessOf } from "@/components/live/freshness";
import { useLive } from "@/components/live/live-state";
import { queryKeys } from "@/components/live/queries";
import { useSnapshots } from "@/components/snapshots/snapshots";
import { IconButton } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { Chevron, Icon } from "@/components/ui/icon";
import { overlayClass } from "@/components/ui/popover";
import { useWords } from "@/components/words/words";
import type { WireCluster } from "@/lib/wire/schemas";

/** The cluster's name, and behind it what chooses another one or opens a snapshot. */
export function ClusterSwitch() {
  const words = useWords();
  const client = useQueryClient();
  const { name, cluster } = useCluster();
  const live = useLive();
  const kind = freshnessOf(live, cluster).kind;
  const degraded = kind === "stale" || kind === "unreachable" || kind === "reconnecting";
  const label = (
    <>
      {degraded && <Ring label={words.shell.degraded} />}
      <span className="max-w-200 truncate font-semibold">{name === "" ? words.state.noCluster : name}</span>
    </>
  );
  return (
    <DialogTrigger
      onOpenChange={(isOpen) => {
        // Others may have brought or removed snapshots.
        if (isOpen) void client.invalidateQueries({ queryKey: queryKeys.clusters });
      }}
    >
      <Button
        aria-label={`${words.shell.cluster}: ${name}`}
        className="inline-flex h-28 flex-none items-center gap-6 rounded-2 px-8 hover:bg-hover"
      >
        {label}
        <Chevron />
      </Button>
      <Popover placement="bottom start" offset={4} className={overlayClass}>
        <Dialog aria-label={words.shell.chooseCluster} className="w-320 p-6 outline-none">
          {({ close }) => <ClusterList onChosen={close} />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function ClusterList({ onChosen }: { readonly onChosen: () => void }) {
  const words = useWords();
  const { name, clusters, choose } = useCluster();
  const { choose: openSnapshot, remove } = useSnapshots();
  const [text, setText] = useState("");
  const shown = clusters.filter((each) => each.name.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <>
      {clusters.length > 5 && (
        <input
          autoFocus
          aria-label={words.shell.filterClusters}
          placeholder={words.shell.filterClusters}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
          }}
          className="mb-4 h-30 w-full rounded-2 border border-control bg-transparent px-9"
        />
      )}
      <ul className="max-h-320 overflow-auto">
        {shown.map((each) => (
          <li key={each.name} className="flex items-center">
            <button
              type="button"
              aria-current={each.name === name ? "true" : undefined}
              onClick={() => {
                choose(each.name);
                onChosen();
              }}
              className="focus-inset flex min-h-30 min-w-0 flex-1 items-center gap-8 rounded-1 px-8 text-left hover:bg-hover phone:min-h-44"
            >
              <span className="w-14 flex-none">{each.name === name && <Icon name="check" size={14} />}</span>
              <span className="min-w-0 flex-1 py-4">
                <span className="block truncate font-medium">{each.name}</span>
                {each.recognised !== null && <span className="block truncate text-11 text-ink-3">{each.recognised.format}</span>}
              </span>
              <ClusterNote cluster={each} />
            </button>
            {each.removable && (
              <IconButton
                label={words.snapshots.removeNamed(each.name)}
                onPress={() => {
                  remove(each.name);
                }}
              >
                <Icon name="close" size={12} />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="px-8 py-6 text-ink-3">{words.shell.noClusterMatches}</p>}
      <div className="mt-4 border-t border-line pt-4">
        <button
          type="button"
          onClick={() => {
            onChosen();
            openSnapshot();
          }}
          className="focus-inset flex min-h-30 w-full items-center gap-8 rounded-1 px-8 text-left hover:bg-hover phone:min-h-44"
        >
          <span className="w-14 flex-none" />
          <span className="py-4">
            <span className="block">{words.snapshots.open}</span>
            <span className="block text-11 text-ink-3 phone:hidden">{words.snapshots.openHint}</span>
          </span>
        </button>
      </div>
    </>
  );
}

function ClusterNote({ cluster }: { readonly cluster: WireCluster }) {
  const words = useWords();
  if (cluster.state === "unreachable") return <Ring label={words.freshness.unreachable} />;
  if (cluster.state === "syncing") return <span className="text-12 text-ink-3">{words.freshness.syncing}</span>;
  const version = cluster.version ?? cluster.recognised?.kubernetes ?? null;
  return version === null ? null : <span className="text-12 text-ink-3">{version}</span>;
}

function Ring({ label }: { readonly label: string }) {
  return <span role="img" aria-label={label} className={classes("size-7 flex-none rounded-full border-2 border-warning")} />;
}
