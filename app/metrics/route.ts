import { respond } from "@/lib/server/http";
import { renderMetrics } from "@/lib/server/metrics";

export const dynamic = "force-dynamic";

export function GET(): Response {
  return respond(
    () =>
      new Response(renderMetrics(), {
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" },
      }),
  );
}
