import { respond } from "@/lib/server/http";
import { openEventStream } from "@/lib/server/event-stream";

export const dynamic = "force-dynamic";

export function GET(request: Request): Response {
  return respond(() => openEventStream(request));
}
