// Brings the API server to the state of a scenario, as kubelets and users would have, and back to empty (control-plane.md's order).

import type { ApiServer, Etcd } from "./control-plane";
import { until } from "./process";

/** An API object, as far as the lab looks at one. */
export type ApiObject = {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly [key: string]: unknown;
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers?: readonly { readonly ports?: readonly ContainerPort[] }[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly clusterIPs?: readonly string[];
    readonly type?: string;
    readonly ipFamilies?: readonly string[];
    readonly [key: string]: unknown;
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly startTime?: string;
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly [key: string]: unknown;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly addressType?: string;
  readonly endpoints?: readonly { readonly addresses: readonly string[]; readonly [key: string]: unknown }[] | null;
  readonly [key: string]: unknown;
};

export type ContainerPort = {
  readonly hostPort?: number;
  readonly hostIP?: string;
  readonly containerPort: number;
  readonly protocol?: string;
};

const kinds = {
  Node: { path: "/api/v1", plural: "nodes", version: "v1" },
  Namespace: { path: "/api/v1", plural: "namespaces", version: "v1" },
  ConfigMap: { path: "/api/v1", plural: "configmaps", version: "v1" },
  Pod: { path: "/api/v1", plural: "pods", version: "v1" },
  Service: { path: "/api/v1", plural: "services", version: "v1" },
  EndpointSlice: { path: "/apis/discovery.k8s.io/v1", plural: "endpointslices", version: "discovery.k8s.io/v1" },
} as const;
type Kind = keyof typeof kinds;

export const podPorts = [80, 8080, 8081, 9090, 9091, 8443, 5353, 7000];
const controller = "endpointslice-controller.k8s.io";
// What the server writes itself.
const ofServer = new Set(
  "uid resourceVersion creationTimestamp generation deletionTimestamp deletionGracePeriodSeconds managedFields ownerReferences".split(" "),
);
const serviceLabel = "kubernetes.io/service-name";
const managedLabel = "endpointslice.kubernetes.io/managed-by";

export class Objects {
  private readonly api: ApiServer;
  private readonly etcd: Etcd;
  constructor(api: ApiServer, etcd: Etcd) {
    this.api = api;
    this.etcd = etcd;
  }

  async list(kind: Kind): Promise<readonly ApiObject[]> {
    const { path, plural, version } = kinds[kind];
    const { status, body } = await this.api.ask("GET", `${path}/${plural}`);
    if (status !== 200) throw new Error(`list ${plural}: ${String(status)}`);
    return (body as { items: readonly ApiObject[] }).items
      .map((item) => ({ ...item, apiVersion: version, kind }))
      .filter((item) => !(item.metadata.namespace === "default" && item.metadata.name === "kubernetes"));
  }

  /** Removes all of the last scenario. */
  async clear(): Promise<void> {
    for (const kind of ["Service", "EndpointSlice", "Pod", "Node"] as const) {
      await Promise.all((await this.list(kind)).map((each) => this.remove(each, 0)));
      await until(`no ${kind} is left`, async () => ((await this.list(kind)).length === 0 ? true : undefined));
    }
  }

  remove(object: ApiObject, gracePeriodSeconds: number): Promise<unknown> {
    return this.api.ask("DELETE", this.place(object), { kind: "DeleteOptions", apiVersion: "v1", gracePeriodSeconds });
  }

  /** Nodes, settings and pods: what must be there before the proxies and the Services. */
  async createMachines(items: readonly ApiObject[]): Promise<void> {
    for (const node of ofKind(items, "Node")) await this.create(node, true);
    const namespaces = new Set(items.flatMap(({ metadata }) => metadata.namespace ?? []));
    for (const name of namespaces)
      await this.api.ask("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    for (const map of ofKind(items, "ConfigMap")) {
      await this.remove(map, 0);
      await this.create(map, false);
    }
    await Promise.all(
      ofKind(items, "Pod").map(async (pod) => {
        await this.create(pod, true);
        // Nobody confirms the deletion, so that the pod stays terminating.
        if (pod.metadata.deletionTimestamp !== undefined) await this.remove(pod, 3600);
      }),
    );
  }

  /** Services and their slices; settles when the slices hold what they should and rest. */
  async createServices(items: readonly ApiObject[]): Promise<void> {
    const services = ofKind(items, "Service").filter(
      ({ metadata }) => !(metadata.namespace === "default" && metadata.name === "kubernetes"),
    );
    const names = new Set(services.map(nameOf));
    const slices = ofKind(items, "EndpointSlice").filter(({ metadata }) => metadata.name !== "kubernetes");
    const isOfController = (slice: ApiObject) =>
      slice.metadata.labels?.[managedLabel] === controller &&
      names.has(`${slice.metadata.namespace ?? ""}/${slice.metadata.labels[serviceLabel] ?? ""}`);
    for (const slice of slices) if (!isOfController(slice)) await this.create(slice, false);
    for (const service of services) await this.create(service, service.status !== undefined);
    const expected = addressesOf(slices.filter(isOfController));
    const isRecorded = expected.length > 0 || slices.length > 0;
    await this.settle(isRecorded ? expected : null);
  }

  /** What the API server holds now, in the order of the records. */
  async readBack(): Promise<readonly ApiObject[]> {
    const lists = await Promise.all((["Node", "Pod", "Service", "EndpointSlice"] as const).map((kind) => this.list(kind)));
    const maps = (await this.list("ConfigMap")).filter(({ metadata }) => metadata.name === "kube-proxy");
    return [...lists.flat(), ...maps].filter(({ metadata }) => !metadata.name.startsWith("sentinel"));
  }

  async create(object: ApiObject, withStatus: boolean): Promise<ApiObject> {
    const { uid, creationTimestamp } = object.metadata;
    const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !ofServer.has(key))) as ApiObject["metadata"];
    const { status, ...rest } = object;
    const { status: code, body } = await this.api.ask("POST", this.place(object, true), { ...rest, metadata });
    // What validation forbids exists in real clusters all the same: older servers or races let it in.
    if (code === 422) {
      await this.putInEtcd({
        ...object,
        metadata: { ...metadata, uid: uid ?? crypto.randomUUID(), creationTimestamp: creationTimestamp ?? new Date().toISOString() },
      });
      return object;
    }
    if (code !== 201) throw new Error(`create ${object.kind} ${nameOf(object)}: ${String(code)} ${JSON.stringify(body).slice(0, 300)}`);
    if (withStatus && status !== undefined) {
      const patched = await this.api.ask(
        "PATCH",
        `${this.place(object)}/status`,
        { status },
        { contentType: "application/merge-patch+json" },
      );
      if (patched.status !== 200)
        throw new Error(`status of ${object.kind} ${nameOf(object)}: ${JSON.stringify(patched.body).slice(0, 300)}`);
    }
    return body as ApiObject;
  }

  private async putInEtcd(object: ApiObject): Promise<void> {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const folder = object.kind === "Service" ? "services/specs" : kinds[object.kind as Kind].plural;
    const answer = await fetch(`${this.etcd.url}/v3/kv/put`, {
      method: "POST",
      body: JSON.stringify({ key: base64(`/registry/${folder}/${nameOf(object)}`), value: base64(JSON.stringify(object)) }),
    });
    if (!answer.ok) throw new Error(`etcd: ${object.kind} ${nameOf(object)}: ${await answer.text()}`);
  }

  private async settle(expected: readonly string[] | null): Promise<void> {
    let [before, since] = ["", Date.now()];
    await until(
      `the controller's slices hold ${expected?.join(" ") ?? "all pods"}`,
      async () => {
        const slices = (await this.list("EndpointSlice")).filter(({ metadata }) => metadata.labels?.[managedLabel] === controller);
        const now = slices.map(({ metadata }) => `${metadata.name} ${String(metadata["resourceVersion"])}`).join();
        if (now !== before) [before, since] = [now, Date.now()];
        const missing = expected?.filter((each) => !addressesOf(slices).includes(each)) ?? [];
        return missing.length === 0 && Date.now() - since > 400 ? true : undefined;
      },
      15_000,
      60,
    );
  }

  private place({ kind, metadata: { namespace, name } }: ApiObject, collection = false): string {
    const { path, plural } = kinds[kind as Kind];
    return `${path}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${plural}${collection ? "" : `/${name}`}`;
  }
}

export function ofKind(items: readonly ApiObject[], kind: Kind): readonly ApiObject[] {
  return items.filter((item) => item.kind === kind);
}

export function nameOf({ metadata: { namespace, name } }: ApiObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function addressesOf(slices: readonly ApiObject[]): string[] {
  return slices.flatMap(({ endpoints, metadata }) =>
    (endpoints ?? []).flatMap(({ addresses }) => addresses.map((each) => `${metadata.labels?.[serviceLabel] ?? ""}=${each}`)),
  );
}
