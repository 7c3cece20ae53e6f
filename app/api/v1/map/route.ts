import { encodedRoute } from "@/lib/server/http";
import { encodeMapAnswer } from "@/lib/server/map-answer";

export const dynamic = "force-dynamic";
export const GET = encodedRoute(encodeMapAnswer);
