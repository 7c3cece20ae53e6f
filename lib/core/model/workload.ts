import type { Labels, ObjectMeta } from "./meta";
import type { Placement } from "./placement";
import type { Container } from "./pod";

/** A number or a percentage, as in `maxUnavailable`. */
export type IntOrPercent = number | string;

/** A Deployment or DaemonSet, slimmed to what placement and rollout rules read. `replicas` null for DaemonSets. */
export type WorkloadRecord = ObjectMeta & {
  readonly kind: "Deployment" | "DaemonSet";
  readonly replicas: number | null;
  readonly strategy: { readonly type: string; readonly maxUnavailable: IntOrPercent | null; readonly maxSurge: IntOrPercent | null };
  readonly template: {
    readonly labels: Labels;
    readonly hostNetwork: boolean;
    readonly placement: Placement;
    readonly containers: readonly Container[];
  };
};
