// Reads a collection page by page, for servers (or ways to them) that have no streaming lists.

import { finishList, isVersion, note, type Collection, type Found, type Position } from "./collection";
import { createDeadline } from "./deadline";
import { broken, failed, foreignPage, refusal, type End } from "./end";
import { collectionPath } from "./kinds";
import { readText } from "./lines";
import { asArray, asObject, asText, type Raw } from "./slim/read";
import { isOfKind } from "./slim/slim-object";

const pageSize = 500;
const pageSizeMax = 8000;

/** Returns: null when the collection was read whole, else why it was not; nothing is changed then. */
export async function listPages(collection: Collection, position: Position): Promise<End | null> {
  const { row, events } = collection;
  const found: Found = new Map();
  // A server whose pages expire sooner than they are read gets fewer, larger ones.
  const limit = Math.min(pageSize * 2 ** position.expiries, pageSizeMax);
  let next = "";
  let version = "";
  do {
    const query = position.unpaged ? {} : { limit: String(limit), ...(next === "" ? {} : { continue: next }) };
    const before = found.size;
    const page = await readPage(collection, new URLSearchParams(query));
    if ("kind" in page) return page;
    const meta = asObject(page.list["metadata"]);
    // All pages of a list are of one version. A proxy that lost `continue` on the way gave the first page of another one: what was deleted in between would stay.
    const own = asText(meta["resourceVersion"]);
    if (version !== "" && own !== version)
      return { kind: "expired", why: `the pages of the list of ${row.kind} are of several versions`, steady: false };
    for (const item of asArray(page.list["items"])) note(found, collection, item);
    next = asText(meta["continue"]);
    version = own;
    if (next !== "" && found.size === before) {
      position.unpaged = true;
      return failed(collection, "the pages of the list do not go on: something in between takes `continue` away");
    }
    const remaining = meta["remainingItemCount"];
    events.state({
      state: position.synced ? "stale" : "syncing",
      message: null,
      expected: found.size + (typeof remaining === "number" ? remaining : 0),
      retryAtMs: null,
    });
  } while (next !== "");
  if (!isVersion(version)) return failed(collection, `the list of ${row.kind} has no resourceVersion`);
  finishList(collection, position, found, version);
  return null;
}

async function readPage(collection: Collection, query: URLSearchParams): Promise<End | { readonly list: Raw }> {
  const { connection, row, namespace, limits, signal, wake } = collection;
  const deadline = createDeadline(signal);
  const stopWaking = wake.subscribe(() => {
    deadline.giveUp("this machine slept");
  });
  deadline.atMost(limits.pageMaxMs, `a page took longer than ${String(Math.ceil(limits.pageMaxMs / 1000))} s`);
  try {
    const response = await connection.get(`${collectionPath(row, namespace)}?${query.toString()}`, deadline.signal, limits.answerMaxMs);
    if (!response.ok) return { kind: "failed", error: response.error, retryAfterMs: null, steady: false };
    const feed = (): void => {
      deadline.within(limits.answerMaxMs, "the list stopped in the middle");
    };
    feed();
    if (response.value.status !== 200) return await refusal(collection, response.value);
    return foreignPage(collection, response.value) ?? parseList(collection, await readText(response.value.body, undefined, feed));
  } catch (cause) {
    return broken(collection, deadline.reason(), cause);
  } finally {
    stopWaking();
    deadline.end();
  }
}

/** Nothing but a list may be taken for one: an empty object in its place would look like an empty cluster. */
function parseList(collection: Collection, text: string): End | { readonly list: Raw } {
  let list: Raw;
  try {
    list = asObject(JSON.parse(text));
  } catch {
    return failed(collection, "the answer is no JSON: something in between answers in the API server's place, or cuts its answers short");
  }
  const { items } = list;
  const kind = asText(list["kind"]);
  if (!kind.endsWith("List") || !(Array.isArray(items) || items === null))
    return failed(collection, `the answer is no list but ${JSON.stringify(kind || "something without a kind")}`);
  if (!isOfKind(collection.row.kind, asText(list["apiVersion"]), kind.slice(0, -"List".length)))
    return failed(collection, `the answer is a ${kind}: something in between mixes up its answers`);
  return { list };
}
