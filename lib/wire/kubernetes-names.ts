// How the API server wants names. Source: k8s.io/apimachinery/pkg/util/validation (IsDNS1123Label, IsDNS1123Subdomain, IsValidPortName, IsQualifiedName, IsValidLabelValue).

const labelText = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
const label = new RegExp(`^${labelText}$`);
const subdomain = new RegExp(`^${labelText}(?:\\.${labelText})*$`);
const mixedCase = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Names of Services, namespaces, ports of Services and containers. */
export function isDnsLabel(name: string): boolean {
  return name.length <= 63 && label.test(name);
}

/** Names of everything else. */
export function isDnsSubdomain(name: string): boolean {
  return name.length <= 253 && subdomain.test(name);
}

/** Names of ports of containers, and target ports. */
export function isPortName(name: string): boolean {
  return name.length <= 15 && label.test(name) && /[a-z]/.test(name) && !name.includes("--");
}

export function isLabelKey(key: string): boolean {
  const parts = key.split("/");
  const name = parts.pop() ?? "";
  const [prefix] = parts;
  return parts.length <= 1 && (prefix === undefined || isDnsSubdomain(prefix)) && name.length <= 63 && mixedCase.test(name);
}

export function isLabelValue(value: string): boolean {
  return value === "" || (value.length <= 63 && mixedCase.test(value));
}
