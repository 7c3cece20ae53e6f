import { jsonRoute } from "@/lib/server/http";
import { loadFree } from "@/lib/server/range-queries";

export const dynamic = "force-dynamic";
export const GET = jsonRoute(loadFree);
