import { jsonResponse, paramsRoute } from "@/lib/server/http";
import { readFormat } from "@/lib/server/params";
import { loadAllocations, loadAllocationsCsv } from "@/lib/server/queries";
import { isProblem } from "@/lib/server/problem";

export const dynamic = "force-dynamic";

export const GET = paramsRoute((params) => {
  const format = readFormat(params);
  if (isProblem(format)) return jsonResponse(format);
  if (format.format === "json") return jsonResponse(loadAllocations(params));
  const answer = loadAllocationsCsv(params);
  return isProblem(answer) ? jsonResponse(answer) : new Response(answer.csv, { headers: answer.headers });
});
