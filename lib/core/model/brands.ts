// The few values that call sites confuse, made distinct by type. Only the constructors here cast.

declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: { readonly [K in B]: true } };

/** A port number, 1 to 65535. */
export type Port = Brand<number, "Port">;
/** A port number that a Service holds on nodes (`nodePort` or `healthCheckNodePort`); also a Port. */
export type NodePort = Port & Brand<number, "NodePort">;
export type NodeName = Brand<string, "NodeName">;
/** `namespace/name` of a Service. */
export type ServiceKey = Brand<string, "ServiceKey">;
/** `namespace/name` of a Pod. */
export type PodKey = Brand<string, "PodKey">;

/** Returns: the port, or undefined when the number is no port (not an integer from 1 to 65535). */
export function toPort(value: number): Port | undefined {
  return Number.isInteger(value) && value >= 1 && value <= 65535 ? (value as Port) : undefined;
}

/** Returns: the nodePort, or undefined when the number is no port; 0 is the API's "none". */
export function toNodePort(value: number): NodePort | undefined {
  return toPort(value) as NodePort | undefined;
}

export function toNodeName(name: string): NodeName {
  return name as NodeName;
}

export function serviceKey(namespace: string, name: string): ServiceKey {
  return `${namespace}/${name}` as ServiceKey;
}

export function podKey(namespace: string, name: string): PodKey {
  return `${namespace}/${name}` as PodKey;
}
