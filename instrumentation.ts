/** Next calls this once per process, also for the Edge runtime, which has no place for a watch: the body stays inside the branch. */
export async function register(): Promise<void> {
  if (process.env["NEXT_RUNTIME"] === "nodejs") {
    const { start } = await import("./instrumentation-node");
    start();
  }
}
