import { problem, problemResponse } from "./problem";
import { selectCluster } from "./select-cluster";
import { createSseResponse } from "./sse";
import { isProblem } from "./problem";
import { getLiveHub } from "./start";

/** Answers GET /api/v1/events: the stream of one cluster. */
export function openEventStream(request: Request): Response {
  const view = selectCluster(new URL(request.url).searchParams);
  if (isProblem(view)) return problemResponse(view);
  const hub = getLiveHub();
  const response = hub === undefined ? undefined : createSseResponse(hub, view.name, request.headers.get("last-event-id"), request.signal);
  return response ?? problemResponse(problem("not-found", `there is no cluster ${JSON.stringify(view.name)}`, "cluster"));
}
