/** Free ports as part of a manifest: ports of a Service, or of a container. */
export function portsSnippet(kind: "nodePort" | "hostPort", ports: readonly number[]): string {
  const lines = ports.map((port, place) => {
    const name = ports.length === 1 ? "main" : `port-${String(place + 1)}`;
    return kind === "nodePort"
      ? `  - { name: ${name}, port: 80, targetPort: 80, nodePort: ${String(port)} }`
      : `  - { name: ${name}, containerPort: 80, hostPort: ${String(port)} }`;
  });
  return `ports:\n${lines.join("\n")}\n`;
}
