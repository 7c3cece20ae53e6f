// Words of snapshots that are brought through the page, in English.

const plural = (count: number, one: string, many: string): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export const snapshotsEn = {
  open: "Open a snapshot…",
  openHint: "or drop a file anywhere on the page",
  drop: "Drop to look at it as a snapshot",
  dropHint: "Read by this server, kept in memory only: no env, commands, secrets or logs.",
  one: "Drop one file; a folder as .tar.gz or .zip.",
  sending: (name: string, percent: string) => `Reading ${name}: ${percent} % sent`,
  reading: (name: string) => `Reading ${name}`,
  cancel: "Cancel",
  close: "Close",
  remove: "Remove",
  removeNamed: (name: string) => `Remove snapshot ${name}`,
  removed: (name: string) => `${name} removed`,
  failed: (why: string) => `Not opened: ${why}`,
  kubernetes: (version: string) => `Kubernetes ${version}`,
  holds: (nodes: number, pods: number, services: number) =>
    [plural(nodes, "node", "nodes"), plural(pods, "pod", "pods"), plural(services, "service", "services")].join(", "),
  missing: (kinds: string) => `no ${kinds}`,
  partly: (kinds: string) => `only in part: ${kinds}`,
  notEvaluated: (rules: number) => `: ${plural(rules, "rule", "rules")} not evaluated`,
  and: ", ",
  then: "; ",
};
