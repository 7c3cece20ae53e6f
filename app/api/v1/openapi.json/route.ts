import { jsonRoute } from "@/lib/server/http";
import { buildOpenApi } from "@/lib/wire/openapi";

export const dynamic = "force-dynamic";
export const GET = jsonRoute(() => buildOpenApi());
