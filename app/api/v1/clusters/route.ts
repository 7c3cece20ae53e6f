import { jsonRoute } from "@/lib/server/http";
import { loadClusters } from "@/lib/server/queries";

export const dynamic = "force-dynamic";
export const GET = jsonRoute(loadClusters);
