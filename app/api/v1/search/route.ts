import { jsonRoute } from "@/lib/server/http";
import { loadSearch } from "@/lib/server/queries";

export const dynamic = "force-dynamic";
export const GET = jsonRoute(loadSearch);
