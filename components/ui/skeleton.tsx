import { classes } from "./classes";

/** A still grey bar where text will be. No shimmer: nothing is happening that one could watch. */
export function Skeleton({ className }: { readonly className: string }) {
  return <span aria-hidden className={classes("inline-block h-8 rounded-1 bg-line", className)} />;
}
