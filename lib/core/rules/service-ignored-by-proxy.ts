import { compareNatural } from "../basics/order";
import { describeProxy } from "../routing/proxy-config";
import { headlessLabel, ignoredByProxy, proxyNameLabel, servedFamilies } from "../routing/service-rules";
import { readsOfProxies } from "../inventory/survey-pods";
import { serveAgain } from "../remedies/serve-again";
import { defineRule } from "./rule";
import { distinctPorts } from "./support/claimed-ports";
import { surveyServices } from "./support/survey-services";
import { sayCount, sayPorts, verb } from "./support/words";

type IgnoredEvidence = {
  readonly service: string;
  readonly label: string;
  readonly value: string;
  /** How many nodes have a kube-proxy, and how many of these pass the Service over. */
  readonly proxies: number;
  readonly ignoring: number;
};

/** A Service with a nodePort and a label that tells kube-proxy to pass it over. Source: kube-proxy's informers (routing.md 1.2); findings.md. */
export const serviceIgnoredByProxy = defineRule<IgnoredEvidence>({
  id: "service-ignored-by-proxy",
  severity: "warning",
  needs: ["services", "nodes"],
  remedies: [serveAgain],
  reads: (snapshot) => [snapshot.services, ...readsOfProxies(snapshot)],
  *check(snapshot, context) {
    const labelled = surveyServices(snapshot).onNodes.filter(({ labels }) => proxyNameLabel in labels || headlessLabel in labels);
    if (labelled.length === 0) return;
    const proxies = [...snapshot.nodes.values()].flatMap((node) => {
      const { kind, minor } = describeProxy(snapshot, context, node);
      // Another proxy may be the one that the label names.
      return kind === "kubeProxy" ? [{ name: node.name, minor }] : [];
    });
    for (const service of labelled) {
      const ports = service.ports.flatMap(({ nodePort, protocol }) => (nodePort === 0 ? [] : [{ port: nodePort, protocol }]));
      const [family] = servedFamilies(service);
      if (ports.length === 0 || family === undefined) continue;
      const ignoring = proxies.flatMap(({ name, minor }) => {
        const ignored = ignoredByProxy(service, family, minor);
        return ignored !== null && (ignored.why === "proxy-name" || ignored.why === "headless-label") ? [{ name, ignored }] : [];
      });
      const [first] = ignoring;
      if (first === undefined) continue;
      yield {
        subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }],
        ports: distinctPorts(ports),
        nodes: ignoring.length === proxies.length ? [] : ignoring.map(({ name }) => name).sort(compareNatural),
        sinceMs: null,
        evidence: {
          service: `${service.namespace}/${service.name}`,
          label: first.ignored.field.replace(/^metadata\.labels\[(.*)\]$/, "$1"),
          value: first.ignored.value,
          proxies: proxies.length,
          ignoring: ignoring.length,
        },
      };
    }
  },
  words: {
    en: {
      title: "kube-proxy passes the Service over",
      why: "Two labels make kube-proxy ignore a Service altogether, whatever their value: its nodePort stays allocated, and no node answers on it.",
      fix: "Remove the label, unless another proxy serves the Service; then give up its nodePort.",
      describe({ service, label, value, proxies, ignoring }, { ports }) {
        return {
          title: `${sayPorts(ports)} ${verb(ports, "is", "are")} allocated, and kube-proxy ignores ${service}`,
          summary: `Its label ${label}${value === "" ? "" : `=${value}`} says so to ${ignoring === proxies ? "kube-proxy on every node" : `kube-proxy on ${sayCount(ignoring, "node")} of ${String(proxies)}`}.`,
          symptoms: ["connection refused on the nodePort, though pods are ready"],
        };
      },
    },
  },
});
