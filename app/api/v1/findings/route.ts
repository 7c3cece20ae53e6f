import { jsonRoute } from "@/lib/server/http";
import { loadFindings } from "@/lib/server/queries";

export const dynamic = "force-dynamic";
export const GET = jsonRoute(loadFindings);
