/** In the order in which they are offered: what lasts first, the guards last (contract.md `Remedy`). */
export const remedyKinds = ["service", "hostPort", "daemonSet", "local", "layered", "policy"] as const;
export type RemedyKind = (typeof remedyKinds)[number];
