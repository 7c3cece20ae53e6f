// The demo's own policy file.

/** The demo's own policy file; `day` shifts its dates with the story. */
export function policyText(day: (daysFromMoment: number) => string): string {
  return `version: 1
bands:
  - { name: host, kind: hostPort, ports: 1-29999, owner: platform }
  - { name: clearml, kind: nodePort, ports: 30001-30020, owner: ML platform, allow: { namespaces: [clearml] } }
  - { name: edge, kind: nodePort, ports: 30080-30085, owner: platform, allow: { namespaces: [ingress-nginx] } }
  - { name: inference, kind: nodePort, ports: 31000-31099, owner: inference team, allow: { namespaces: [inference] } }
  - { name: monitoring, kind: nodePort, ports: 31900-31949, owner: SRE, allow: { namespaces: [monitoring] } }
reservations:
  - { port: 30008, for: "LLM team: second H200 batch", until: ${day(6)}, ticket: OPS-412, allow: { namespaces: [clearml] } }
acknowledgements:
  - { rule: mixed-owners, subject: Service/web/storefront, owners: [Deployment/storefront, Deployment/storefront-canary], reason: "canary release, one connection in three", by: "web team", until: ${day(49)} }
`;
}
