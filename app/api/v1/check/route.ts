import { loadCheck } from "@/lib/server/check-query";
import { jsonBodyRoute } from "@/lib/server/http";

export const dynamic = "force-dynamic";
export const POST = jsonBodyRoute(loadCheck);
