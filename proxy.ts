import { NextResponse, type NextRequest } from "next/server";
import { guardRequest } from "@/lib/server/guard";
import { problemResponse } from "@/lib/server/problem";
import { commonHeaders, contentPolicy } from "@/lib/server/security-headers";

/**
 * Runs before every page and answer and gives pages their nonce. The front door (lib/server/front-door.ts) has asked the same of every request by then;
 * the few that came before it was hung are asked here.
 */
export function proxy(request: NextRequest): Response {
  const refused = guardRequest({ pathname: request.nextUrl.pathname, header: (name) => request.headers.get(name) });
  if (refused !== undefined) return problemResponse(refused);
  const nonce = btoa(crypto.randomUUID());
  const policy = contentPolicy(nonce);
  const forwarded = new Headers(request.headers);
  forwarded.set("x-nonce", nonce);
  // Next reads the nonce of its own scripts from the request's policy.
  forwarded.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers: forwarded } });
  for (const [name, value] of Object.entries({ ...commonHeaders, "content-security-policy": policy })) response.headers.set(name, value);
  return response;
}

// Next would hold what is sent to a matched address in memory, and cut it off after 10 MiB: manifests and snapshots go by. The front door has asked them, too.
export const config = { matcher: [{ source: "/((?!_next/static|api/v1/check$|api/v1/snapshots$).*)" }] };
