import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { guardServer, hangFrontDoor } from "./front-door";

// A real server and bytes on a real socket: what a browser or a library would never send is asked here too.

/** Sends text and reads until the server closes. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (part) => (answer += part.toString()));
    socket.on("error", reject);
    socket.on("close", () => {
      resolve(answer);
    });
    socket.write(text);
  });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const seen: string[] = [];
const server = createServer((request, response) => {
  seen.push(`${request.method ?? ""} ${request.url ?? ""}`);
  request.resume();
  response.end("inside");
});
server.on("upgrade", (_, socket) => socket.end("upgraded"));
let port = 0;
beforeAll(async () => {
  guardServer(server, (client) => (client === "127.0.0.1" ? 0 : 1));
  port = await listen(server);
});
afterAll(() => {
  server.close();
});

const own = "Host: 127.0.0.1\r\n";
const bye = "Connection: close\r\n\r\n";

describe("the front door", () => {
  test.for([
    { name: "an ordinary request", text: `GET /a?b=1 HTTP/1.1\r\n${own}${bye}`, status: 200, inside: "GET /a?b=1" },
    { name: "a HEAD", text: `HEAD /a HTTP/1.1\r\n${own}${bye}`, status: 200, inside: "HEAD /a" },
    { name: "localhost by name, in capitals", text: `GET /a HTTP/1.1\r\nHost: LocalHost:80\r\n${bye}`, status: 200, inside: "GET /a" },
    { name: "loopback of IPv6", text: `GET /a HTTP/1.1\r\nHost: [::1]:3000\r\n${bye}`, status: 200, inside: "GET /a" },
    { name: "loopback of IPv6, written out", text: `GET /a HTTP/1.1\r\nHost: [0:0:0:0:0:0:0:1]\r\n${bye}`, status: 200, inside: "GET /a" },
    { name: "another address of IPv6", text: `GET /a HTTP/1.1\r\nHost: [fd00::1]\r\n${bye}`, status: 421, inside: null },
    { name: "an IPv6 address that is none", text: `GET /a HTTP/1.1\r\nHost: [::1::]\r\n${bye}`, status: 421, inside: null },
    { name: "a foreign name", text: `GET /a HTTP/1.1\r\nHost: evil.example\r\n${bye}`, status: 421, inside: null },
    { name: "a name that begins like ours", text: `GET /a HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n${bye}`, status: 421, inside: null },
    { name: "our name as a user", text: `GET /a HTTP/1.1\r\nHost: 127.0.0.1@evil.example\r\n${bye}`, status: 421, inside: null },
    {
      name: "a foreign name for a static file",
      text: `GET /_next/static/a.js HTTP/1.1\r\nHost: evil.example\r\n${bye}`,
      status: 421,
      inside: null,
    },
    { name: "two hosts, ours first", text: `GET /a HTTP/1.1\r\n${own}Host: evil.example\r\n${bye}`, status: 400, inside: null },
    { name: "two hosts, ours last", text: `GET /a HTTP/1.1\r\nhost: evil.example\r\n${own}${bye}`, status: 400, inside: null },
    { name: "no host, HTTP/1.0", text: `GET /a HTTP/1.0\r\n\r\n`, status: 421, inside: null },
    { name: "no host, HTTP/1.1", text: `GET /a HTTP/1.1\r\n${bye}`, status: 400, inside: null },
    {
      name: "our name only in X-Forwarded-Host",
      text: `GET /a HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: 127.0.0.1\r\n${bye}`,
      status: 421,
      inside: null,
    },
    {
      name: "a foreign name in X-Forwarded-Host changes nothing",
      text: `GET /a HTTP/1.1\r\n${own}X-Forwarded-Host: evil.example\r\n${bye}`,
      status: 200,
      inside: "GET /a",
    },
    {
      name: "a whole address of ours in the request line",
      text: `GET http://127.0.0.1/a?b=1 HTTP/1.1\r\n${own}${bye}`,
      status: 200,
      inside: "GET /a?b=1",
    },
    {
      name: "a foreign address in the request line",
      text: `GET http://evil.example/a HTTP/1.1\r\n${own}${bye}`,
      status: 421,
      inside: null,
    },
    {
      name: "our address in the request line, a foreign host",
      text: `GET http://127.0.0.1/a HTTP/1.1\r\nHost: evil.example\r\n${bye}`,
      status: 421,
      inside: null,
    },
    {
      name: "a way round to another path",
      text: `GET /_next/static/../%2e%2e/a?b=.. HTTP/1.1\r\n${own}${bye}`,
      status: 200,
      inside: "GET /a?b=..",
    },
    { name: "a path like a host name", text: `GET //evil.example/a HTTP/1.1\r\n${own}${bye}`, status: 200, inside: "GET //evil.example/a" },
    { name: "a request line with another scheme", text: `GET file:///etc/passwd HTTP/1.1\r\n${own}${bye}`, status: 400, inside: null },
    {
      name: "our own page",
      text: `GET /api/v1/a HTTP/1.1\r\n${own}Origin: http://127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n${bye}`,
      status: 200,
      inside: "GET /api/v1/a",
    },
    {
      name: "a page of another port",
      text: `GET /api/v1/a HTTP/1.1\r\n${own}Origin: http://127.0.0.1:8080\r\n${bye}`,
      status: 403,
      inside: null,
    },
    {
      name: "a page of another port, by its fetch metadata",
      text: `GET /api/v1/a HTTP/1.1\r\n${own}Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\n${bye}`,
      status: 403,
      inside: null,
    },
    {
      name: "a page of nowhere (a sandboxed frame, a file)",
      text: `GET /api/v1/a HTTP/1.1\r\n${own}Origin: null\r\n${bye}`,
      status: 403,
      inside: null,
    },
    {
      name: "two origins, ours first",
      text: `GET /api/v1/a HTTP/1.1\r\n${own}Origin: http://127.0.0.1\r\nOrigin: http://evil.example\r\n${bye}`,
      status: 403,
      inside: null,
    },
    {
      name: "another site's event stream",
      text: `GET /api/v1/events HTTP/1.1\r\n${own}Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n${bye}`,
      status: 403,
      inside: null,
    },
    {
      name: "another site's form",
      text: `POST /api/v1/check HTTP/1.1\r\n${own}Origin: http://evil.example\r\nContent-Length: 0\r\n${bye}`,
      status: 403,
      inside: null,
    },
    {
      name: "another site's script tag",
      text: `GET /a HTTP/1.1\r\n${own}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n${bye}`,
      status: 403,
      inside: null,
    },
    {
      name: "another site's frame",
      text: `GET /a HTTP/1.1\r\n${own}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n${bye}`,
      status: 403,
      inside: null,
    },
    {
      name: "another site's link to a page",
      text: `GET /a HTTP/1.1\r\n${own}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n${bye}`,
      status: 200,
      inside: "GET /a",
    },
    {
      name: "another site's link to data",
      text: `GET /api/v1/a HTTP/1.1\r\n${own}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n${bye}`,
      status: 403,
      inside: null,
    },
    { name: "a method that nothing answers", text: `TRACE /a HTTP/1.1\r\n${own}${bye}`, status: 405, inside: null },
    { name: "a POST where nothing is posted", text: `POST /a HTTP/1.1\r\n${own}Content-Length: 1\r\n${bye}x`, status: 405, inside: null },
    { name: "a body where none is taken", text: `GET /a HTTP/1.1\r\n${own}Content-Length: 1\r\n${bye}x`, status: 413, inside: null },
    {
      name: "a body of unknown length where none is taken",
      text: `GET /a HTTP/1.1\r\n${own}Transfer-Encoding: chunked\r\n${bye}1\r\nx\r\n0\r\n\r\n`,
      status: 413,
      inside: null,
    },
    { name: "a question where something is posted", text: `GET /api/v1/check HTTP/1.1\r\n${own}${bye}`, status: 405, inside: null },
    {
      name: "a body of the length that is taken",
      text: `POST /api/v1/check HTTP/1.1\r\n${own}Content-Length: 1\r\n${bye}x`,
      status: 200,
      inside: "POST /api/v1/check",
    },
    {
      name: "a body that is announced too long",
      text: `POST /api/v1/check HTTP/1.1\r\n${own}Content-Length: ${String((5 << 20) + 1)}\r\n${bye}x`,
      status: 413,
      inside: null,
    },
    {
      name: "a snapshot of unknown length",
      text: `POST /api/v1/snapshots?name=a HTTP/1.1\r\n${own}Transfer-Encoding: chunked\r\n${bye}1\r\nx\r\n0\r\n\r\n`,
      status: 200,
      inside: "POST /api/v1/snapshots?name=a",
    },
    {
      name: "the removal of a snapshot",
      text: `DELETE /api/v1/snapshots?cluster=a HTTP/1.1\r\n${own}${bye}`,
      status: 200,
      inside: "DELETE /api/v1/snapshots?cluster=a",
    },
    {
      name: "another site's removal of a snapshot",
      text: `DELETE /api/v1/snapshots?cluster=a HTTP/1.1\r\n${own}Origin: http://evil.example\r\n${bye}`,
      status: 403,
      inside: null,
    },
    { name: "the removal of anything else", text: `DELETE /api/v1/check HTTP/1.1\r\n${own}${bye}`, status: 405, inside: null },
    {
      name: "a length and chunks at once (request smuggling)",
      text: `POST /api/v1/check HTTP/1.1\r\n${own}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n${bye}0\r\n\r\n`,
      status: 400,
      inside: null,
    },
    { name: "headers beyond 16 KiB", text: `GET /a HTTP/1.1\r\n${own}X: ${"x".repeat(17_000)}\r\n${bye}`, status: 431, inside: null },
    {
      name: "an upgrade to another protocol is not made",
      text: `GET /a HTTP/1.1\r\n${own}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
      status: 200,
      inside: "GET /a",
    },
  ])("$name: $status", async ({ text, status, inside }) => {
    seen.length = 0;
    const answer = await exchange(port, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
    expect(seen).toEqual(inside === null ? [] : [inside]);
  });

  test("what is refused says why, as problem details, with the common headers", async () => {
    const answer = await exchange(port, `GET /a HTTP/1.1\r\nHost: evil.example\r\n${bye}`);
    expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im);
    expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
    expect(answer).toMatch(/^content-security-policy: default-src 'none'; frame-ancestors 'none'\r$/im);
    expect(JSON.parse(answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1))).toMatchObject({
      type: "urn:portolan:foreign-host",
      status: 421,
      field: "Host",
    });
  });
});

test("a client that asks too often is told when to come back; probes and static files are not counted", async () => {
  const busy = createServer((_, response) => response.end());
  let asked = 0;
  guardServer(busy, () => (++asked > 2 ? 7 : 0));
  const at = await listen(busy);
  const ask = (path: string): Promise<string> => exchange(at, `GET ${path} HTTP/1.1\r\n${own}${bye}`);
  expect(
    [await ask("/a"), await ask("/healthz"), await ask("/_next/static/x"), await ask("/b")].every((answer) =>
      answer.startsWith("HTTP/1.1 200 "),
    ),
  ).toBe(true);
  expect(await ask("/_next/static/../../c")).toMatch(/^HTTP\/1.1 429 /);
  const refused = await ask("/c");
  expect(refused).toMatch(/^HTTP\/1.1 429 /);
  expect(refused).toMatch(/^retry-after: 7\r$/im);
  expect(await ask("/healthz")).toMatch(/^HTTP\/1.1 200 /);
  busy.close();
});

test("one client cannot take every connection", async () => {
  const crowded = createServer((_, response) => response.end());
  guardServer(crowded);
  const at = await listen(crowded);
  const sockets = await Promise.all(
    Array.from(
      { length: 1024 },
      () =>
        new Promise<ReturnType<typeof connect>>((resolve, reject) => {
          const socket = connect(at, "127.0.0.1", () => {
            resolve(socket);
          });
          socket.on("error", reject);
        }),
    ),
  );
  await expect
    .poll(() => new Promise<number>((resolve) => crowded.getConnections((_, number) => resolve(number))), { timeout: 20_000 })
    .toBe(1024);
  expect(await exchange(at, `GET /a HTTP/1.1\r\n${own}${bye}`).catch(() => "")).toBe("");
  for (const socket of sockets.splice(0)) socket.destroy();
  await expect.poll(() => exchange(at, `GET /a HTTP/1.1\r\n${own}${bye}`).catch(() => ""), { timeout: 20_000 }).toMatch(/^HTTP\/1.1 200 /);
  crowded.close();
});

test("the door is hung on the server of that port, before its first request is answered; other servers are left alone", async () => {
  const ours = createServer((_, response) => response.end("inside"));
  const other = createServer((_, response) => response.end("inside"));
  const [at, elsewhere] = [await listen(ours), await listen(other)];
  hangFrontDoor(at);
  const foreign = `GET /a HTTP/1.1\r\nHost: evil.example\r\n${bye}`;
  expect(await exchange(elsewhere, foreign)).toMatch(/^HTTP\/1.1 200 /);
  expect(await exchange(at, foreign)).toMatch(/^HTTP\/1.1 421 /);
  expect(await exchange(elsewhere, foreign)).toMatch(/^HTTP\/1.1 200 /);
  expect({ headers: ours.headersTimeout, request: ours.requestTimeout, silence: ours.timeout }).toEqual({
    headers: 10_000,
    request: 600_000,
    silence: 120_000,
  });
  ours.close();
  other.close();
});

describe("a client that is slow", () => {
  const patience = { headersMs: 200, requestMs: 400, silenceMs: 150 };
  const never = 600_000;
  let slow: Server;
  let at = 0;
  /** How the handler's side of each request ended. */
  const ends: string[] = [];

  async function serve(limits: Partial<typeof patience>, handler: RequestListener): Promise<void> {
    // Node looks every 30 s at who has not finished asking, unless it is told otherwise when the server is made.
    slow = createServer({ connectionsCheckingInterval: 20 }, (request, response) => {
      response.on("close", () => ends.push(response.writableFinished ? "answered" : "cut off"));
      request.on("error", () => undefined);
      handler(request, response);
    });
    guardServer(slow, () => 0, { headersMs: never, requestMs: never, silenceMs: never, ...limits });
    at = await listen(slow);
  }

  /** Sends the text at once and then one byte after the other, for as long as the server takes them. Returns: what came back before the end. */
  function dribble(text: string, byte: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(at, "127.0.0.1");
      let answer = "";
      const timer = setInterval(() => socket.write(byte), 10);
      socket.on("data", (part) => (answer += part.toString()));
      socket.on("error", () => undefined);
      socket.on("close", () => {
        clearInterval(timer);
        resolve(answer);
      });
      socket.write(text);
    });
  }

  function closed(socket: Socket): Promise<void> {
    socket.on("error", () => undefined);
    return new Promise((resolve) => socket.on("close", () => resolve()));
  }

  afterEach(() => {
    ends.length = 0;
    slow.close();
    slow.closeAllConnections();
  });

  test("with its headers is told so and cut off, however steadily they come", async () => {
    await serve({ headersMs: patience.headersMs }, (_, response) => response.end("inside"));
    expect(await dribble(`GET /a HTTP/1.1\r\n${own}X: `, "x")).toMatch(/^HTTP\/1.1 408 /);
    expect(ends).toEqual([]);
  });

  test.for(["/api/v1/check", "/api/v1/snapshots?name=a"])("with its body is cut off, and the handler of %s hears of it", async (path) => {
    await serve({ requestMs: patience.requestMs, headersMs: patience.headersMs }, (request) => request.resume());
    await dribble(`POST ${path} HTTP/1.1\r\n${own}Content-Length: 100000\r\n\r\n`, "x");
    await expect.poll(() => ends).toEqual(["cut off"]);
  });

  test("and says nothing in the middle of a file is cut off", async () => {
    let read = 0;
    await serve({ silenceMs: patience.silenceMs }, (request) => request.on("data", (part: Buffer) => (read += part.length)));
    const socket = connect(at, "127.0.0.1");
    socket.write(`POST /api/v1/snapshots?name=a HTTP/1.1\r\n${own}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);
    await closed(socket);
    await expect.poll(() => ends).toEqual(["cut off"]);
    expect(read).toBe(3);
  });

  test("to take its answer is cut off once nothing moves, and the answer is let go", async () => {
    await serve({ silenceMs: patience.silenceMs }, (_, response) => response.end(Buffer.alloc(64 << 20)));
    const socket = connect(at, "127.0.0.1");
    socket.pause();
    socket.write(`GET /a HTTP/1.1\r\n${own}\r\n`);
    await expect.poll(() => ends, { timeout: 10_000 }).toEqual(["cut off"]);
    socket.destroy();
  });

  test("but moves now and then keeps its stream: comments count as movement", async () => {
    let comments = 0;
    await serve({ silenceMs: patience.silenceMs }, (_, response) => {
      const timer = setInterval(() => response.write(": still here\n\n"), patience.silenceMs / 3);
      response.on("close", () => {
        clearInterval(timer);
      });
    });
    const socket = connect(at, "127.0.0.1");
    socket.on("data", (part) => (comments += part.toString().split("still here").length - 1));
    socket.write(`GET /api/v1/events HTTP/1.1\r\n${own}\r\n`);
    // Three times as long as silence is borne.
    await expect.poll(() => comments, { timeout: 10_000 }).toBeGreaterThan(9);
    expect(ends).toEqual([]);
    socket.destroy();
  });
});
