import { readiness } from "@/lib/server/readiness";
import { respond } from "@/lib/server/http";

export const dynamic = "force-dynamic";

export function GET(): Response {
  return respond(() => {
    const { ready, body } = readiness();
    return new Response(JSON.stringify(body), {
      status: ready ? 200 : 503,
      headers: { "content-type": "application/json", "cache-control": "no-store" },
    });
  });
}
