// Prometheus text of the process and of each cluster. Names start with portolan_; labels hold cluster names, kinds and rule words only.

import { resourceKinds } from "@/lib/core";
import { countOf } from "@/lib/wire/encode-status";
import { countFindings } from "./finding-counts";
import { readServeConfig } from "./config";
import { counted } from "./counters";
import { clusterState } from "./readiness";
import { getRuntime } from "./runtime";
import { queueLengthMax } from "./sse";
import { getLiveHub } from "./start";
import { deriveView } from "./views";

type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };
type Metric = { readonly name: string; readonly type: "gauge" | "counter"; readonly help: string; readonly samples: readonly Sample[] };

/** The whole page in the text format of Prometheus, version 0.0.4. */
export function renderMetrics(): string {
  return collectMetrics().map(renderMetric).join("");
}

function collectMetrics(): readonly Metric[] {
  const runtime = getRuntime();
  const hub = getLiveHub();
  const nowMs = Date.now();
  const views = runtime?.clusters() ?? [];
  const perCluster = (name: string, help: string, value: (view: (typeof views)[number]) => readonly Sample[]): Metric => ({
    name,
    type: "gauge",
    help,
    samples: views.flatMap((view) => value(view).map((sample) => ({ ...sample, labels: { cluster: view.name, ...sample.labels } }))),
  });
  const seconds = (sinceMs: number | null): number | null => (sinceMs === null ? null : Math.max(0, (nowMs - sinceMs) / 1000));
  return [
    gauge("portolan_build_info", "Always 1; what runs", 1, { version: readServeConfig().version, node: process.version }),
    perCluster("portolan_cluster_ready", "1 once the first sync of the cluster is over", (view) => [
      { labels: {}, value: clusterState(view) === "ready" ? 1 : 0 },
    ]),
    perCluster(
      "portolan_sync_age_seconds",
      "Since something of the cluster was last read; of a snapshot since it was collected",
      (view) => {
        const value = seconds(view.snapshot.asOfMs);
        return value === null ? [] : [{ labels: {}, value }];
      },
    ),
    perCluster("portolan_kind_state_seconds", "How long the kind has been in the state that it is in", (view) =>
      resourceKinds.flatMap((kind) => {
        const { state, sinceMs } = view.snapshot.kinds[kind];
        const value = seconds(sinceMs);
        return value === null ? [] : [{ labels: { kind, state }, value }];
      }),
    ),
    counter("portolan_events_total", "Objects added, changed or removed, by cluster and kind"),
    counter("portolan_lists_total", "Whole lists read, the first and every one after a watch was lost, by cluster and kind"),
    // Of a cluster that was never read they are absent: 0 would look calm.
    perCluster("portolan_findings", "Findings by severity", (view) =>
      clusterState(view) === "ready"
        ? Object.entries(countFindings(deriveView(view).evaluation.findings)).map(([severity, value]) => ({ labels: { severity }, value }))
        : [],
    ),
    perCluster("portolan_allocations", "Rows of the allocation table", (view) =>
      clusterState(view) === "ready" ? [{ labels: {}, value: deriveView(view).allocations.length }] : [],
    ),
    perCluster("portolan_objects", "Objects held, by kind", (view) =>
      resourceKinds.map((kind) => ({ labels: { kind }, value: countOf(view.snapshot, kind) })),
    ),
    perCluster("portolan_kind_fresh", "1 while the kind is live or was read as a snapshot", (view) =>
      resourceKinds.map((kind) => ({ labels: { kind }, value: ["live", "snapshot"].includes(view.snapshot.kinds[kind].state) ? 1 : 0 })),
    ),
    perCluster("portolan_revision", "Revision of the cluster view", (view) => [{ labels: {}, value: view.revision }]),
    perCluster("portolan_warnings", "Objects with something surprising", (view) => [{ labels: {}, value: view.snapshot.warnings.length }]),
    gauge("portolan_event_streams", "Open event streams", hub?.subscriberCount() ?? 0),
    gauge(
      "portolan_stream_queue_length",
      "Events that wait in the longest queue of an open stream",
      Math.max(0, queueLengthMax - Math.min(queueLengthMax, hub?.queueRoomMin() ?? queueLengthMax)),
    ),
    counter("portolan_stream_drops_total", "How often a browser was too slow: its queue was dropped and it starts again from a snapshot"),
    counter("portolan_requests_refused_total", "Requests that the front door refused, by reason"),
    counter("portolan_connections_refused_total", "Connections cut because their client had too many"),
    gauge("portolan_resident_memory_bytes", "Resident memory of the process", process.memoryUsage.rss()),
    gauge("portolan_start_time_seconds", "When the process started, seconds since the epoch", (runtime?.startedAtMs ?? 0) / 1000),
  ];
}

function gauge(name: string, help: string, value: number, labels: Sample["labels"] = {}): Metric {
  return { name, type: "gauge", help, samples: [{ labels, value }] };
}

/** A combination of labels is absent until it was counted. */
function counter(name: string, help: string): Metric {
  return { name, type: "counter", help, samples: counted(name) };
}

function renderMetric({ name, type, help, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(
      ([key, text]) => `${key}="${text.replaceAll(/["\\\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`))}"`,
    );
    return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${String(value)}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}
