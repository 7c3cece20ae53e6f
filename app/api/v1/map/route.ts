import { jsonRoute } from "@/lib/server/http";
import { loadMap } from "@/lib/server/queries";

export const dynamic = "force-dynamic";
export const GET = jsonRoute(loadMap);
