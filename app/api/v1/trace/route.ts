import { jsonRoute } from "@/lib/server/http";
import { loadTrace } from "@/lib/server/queries";

export const dynamic = "force-dynamic";
export const GET = jsonRoute(loadTrace);
