// The simulated API server as a process, for end-to-end tests and measurements. One line of JSON with the URLs when it is ready; SIGTERM ends it.
//   --story (default) | --empty | --scale NODES,PODS,SERVICES   what it holds
//   --port N, --token T                                         where it listens, and the bearer token it asks for
//   --control                                                   takes orders by POST /_control, there and at an address of its own (control.ts)

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import type { ApiObject } from "./api-object";
import { createApiServer, type ApiServer } from "./api-server";
import { createControl } from "./control";
import { buildScale } from "./scale";
import { buildStory, forbidden } from "./story/story";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    token: { type: "string" },
    control: { type: "boolean" },
    story: { type: "boolean" },
    empty: { type: "boolean" },
    scale: { type: "string" },
  },
});

const control = createControl(() => api);
const holdsStory = values.empty !== true && values.scale === undefined;
const api: ApiServer = createApiServer({
  objects: objectsOf(values),
  ...(values.control === true ? { intercept: control } : {}),
  ...(values.token === undefined ? {} : { token: values.token }),
});
if (holdsStory) for (const each of forbidden) api.switches.forbidden.add(each);
const url = await api.start(Number(values.port ?? 0));
const orders = values.control === true ? await startOrders() : null;
process.stdout.write(`${JSON.stringify({ url, ...(orders === null ? {} : { control: orders }) })}\n`);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void api.stop().then(() => process.exit(0)));

function objectsOf({ empty, scale }: { readonly empty?: boolean; readonly scale?: string }): Iterable<ApiObject> {
  if (scale !== undefined) {
    const [nodes = Number.NaN, pods = Number.NaN, services = Number.NaN] = scale.split(",").map(Number);
    if ([nodes, pods, services].some((each) => !Number.isInteger(each) || each < 0))
      refuse(`--scale: ${scale}: give NODES,PODS,SERVICES as whole numbers`);
    return buildScale({ nodes, pods, services });
  }
  return empty === true ? [] : buildStory();
}

function refuse(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}

/** A second listener for orders, since the first may be told to go down. */
function startOrders(): Promise<string> {
  const server = createServer((request, response) => {
    if (!control(request, response)) response.writeHead(404).end();
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/_control`);
    });
  });
}
