import { jsonRoute } from "@/lib/server/http";
import { loadRemedies } from "@/lib/server/remedy-queries";

export const dynamic = "force-dynamic";
export const GET = jsonRoute(loadRemedies);
