// The node × port map, the largest answer: made in slices, once for all who ask, and kept as the bytes that go out.

import { encodePortMap } from "@/lib/wire/encode-port-map";
import { findUnknownPosition } from "@/lib/wire/find-unknown-position";
import type { WirePortMap } from "@/lib/wire/schemas";
import { encodeEnvelope } from "./envelope";
import { runInSlices } from "./in-slices";
import { createKeptAnswers, type KeptAnswers } from "./kept-answers";
import { readFrom, readPorts } from "./params";
import { isProblem, problem, type Problem } from "./problem";
import { selectDerived, type Answer } from "./queries";
import type { DerivedView } from "./views";

/** That of 5,000 nodes has 2.8 MB. */
const questionsMax = 8;
const key = Symbol.for("portolan.maps.v1");
const shared = globalThis as { [key]?: KeptAnswers<Uint8Array<ArrayBuffer> | Problem> | undefined };

/** GET /api/v1/map: `cluster`, `from`, `ports`. Returns: the JSON as UTF-8, the same bytes for the same revision and question. */
export async function encodeMapAnswer(params: URLSearchParams): Promise<Uint8Array<ArrayBuffer> | Problem> {
  const from = readFrom(params);
  if (isProblem(from)) return from;
  const ports = readPorts(params);
  if (isProblem(ports)) return ports;
  const make = async ({ view, context, evaluation, engine }: DerivedView): Promise<Uint8Array<ArrayBuffer> | Problem> => {
    const absent = findUnknownPosition(view.snapshot, { from, node: null });
    if (absent !== undefined) return problem("not-found", absent.says, absent.field);
    const map = await runInSlices(engine.buildPortMapInSteps(view.snapshot, context, { from, ports: ports.ranges, evaluation }));
    return new TextEncoder().encode(JSON.stringify({ ...encodeEnvelope(view), ...encodePortMap(map) }));
  };
  const answers = (shared[key] ??= createKeptAnswers(questionsMax, {
    now: () => performance.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }));
  const question = JSON.stringify(["cluster", "from", "ports"].map((name) => params.get(name)));
  return answers.get(question, () => selectDerived(params), make);
}

/** The map for a page's first view. */
export async function loadMap(params: URLSearchParams): Promise<Answer<WirePortMap>> {
  const answer = await encodeMapAnswer(params);
  return isProblem(answer) ? answer : (JSON.parse(new TextDecoder().decode(answer)) as Exclude<Answer<WirePortMap>, Problem>);
}
