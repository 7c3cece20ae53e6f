import type { WireCluster } from "@/lib/wire/schemas";

/** The same question on the command line. What a browser calls a snapshot has no path here: the reader puts it in. */
export function describeCommand(file: string, cluster: Pick<WireCluster, "name" | "source"> | null): string {
  return ["portolan check -f", shellWord(file), ...sourceFlags(cluster)].join(" ");
}

function sourceFlags(cluster: Pick<WireCluster, "name" | "source"> | null): string[] {
  switch (cluster?.source) {
    case "demo":
      return ["--demo"];
    case "kubeconfig":
      return ["--context", shellWord(cluster.name)];
    case "snapshot":
      return ["--snapshot", "SNAPSHOT"];
    case "inCluster":
    case undefined:
      return [];
  }
}

function shellWord(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
