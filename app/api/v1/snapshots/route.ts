import { jsonBodyRoute } from "@/lib/server/http";
import { receiveSnapshot, removeSnapshot } from "@/lib/server/uploads";

export const dynamic = "force-dynamic";
export const POST = jsonBodyRoute(receiveSnapshot);
export const DELETE = jsonBodyRoute(removeSnapshot);
