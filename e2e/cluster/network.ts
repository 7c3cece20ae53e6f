// The machines of the lab: three nodes, a client outside, and a pool of pods, each a network namespace (addresses as in records/README.md).

import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

export const nodeNumbers = [1, 2, 3] as const;
const slotNumbers = Array.from({ length: 12 }, (_, place) => place + 10);
/** Where the sentinel listens: a pod of node 1 that no scenario uses. */
export const sentinelSlot = { IPv4: "10.244.1.9", IPv6: "fd00:244:1::9" };

const run = promisify(execFile);
const sharedSettings = `net.ipv4.icmp_ratemask=0 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv6.icmp.ratemask=2
net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0`;

/** Network namespace of a node, of the pod that has an address, or of the client outside. */
export function namespaceOfNode(name: string): string {
  return `/run/netns/${name}`;
}
export function namespaceOfPod(address: string): string {
  const [, node = "", slot = ""] = /^10\.244\.(\d+)\.(\d+)$/.exec(address) ?? /^fd00:244:(\d+)::(\d+)$/.exec(address) ?? [];
  return `/run/netns/pod-${node}-${slot}`;
}
export const namespaceOutside = "/run/netns/ext";

/** Every pod address of the pool, so that a server runs behind each. */
export function podSlots(): readonly { readonly netns: string; readonly IPv4: string; readonly IPv6: string }[] {
  return nodeNumbers.flatMap((node) =>
    slotNumbers.map((slot) => {
      const [IPv4, IPv6] = [`10.244.${String(node)}.${String(slot)}`, `fd00:244:${String(node)}::${String(slot)}`];
      return { netns: namespaceOfPod(IPv4), IPv4, IPv6 };
    }),
  );
}

/** 160 further addresses of the client outside, for Services that stick to one. */
export const manySources = {
  IPv4: Array.from({ length: 160 }, (_, place) => `10.190.2.${String(place + 1)}`),
  IPv6: Array.from({ length: 160 }, (_, place) => `fd00:190::2:${String(place + 1)}`),
};

/** Makes all namespaces. To be called in a network and mount namespace of one's own: nothing of it is undone. */
export function makeNetwork(): void {
  const inside = (name: string, text: string) => `ip netns exec ${name} sh -e <<'END'\n${text}\nEND`;
  const plug = (name: string) => [
    `ip netns add ${name}`,
    `ip link add eth0 netns ${name} type veth peer name v-${name} netns net`,
    `ip -n net link set v-${name} master br0 up`,
    `ip -n ${name} link set lo up`,
    inside(name, `sysctl -qw ${sharedSettings.replaceAll("\n", " ")}`),
  ];
  const lines = [
    "ip link set lo up",
    "ip netns add net",
    "ip -n net link add br0 type bridge",
    inside("net", `sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0 ${sharedSettings.replaceAll("\n", " ")}`),
    "ip -n net link set br0 up",
    "ip -n net addr add 10.190.0.254/16 dev br0",
    "ip -n net addr add fd00:190::fe/64 dev br0 nodad",
    // What leaves the nodes dies there silently.
    "ip -n net -6 route add blackhole default",
    "ip link add lab0 type veth peer name v-ctl netns net",
    "ip -n net link set v-ctl master br0 up",
    "ip addr add 10.190.1.250/16 dev lab0",
    "ip link set lab0 up",
    ...plug("ext"),
    "ip -n ext link set eth0 up",
    ...[
      "10.190.1.200/16",
      ...manySources.IPv4.map((each) => `${each}/16`),
      "fd00:190::200/64",
      ...manySources.IPv6.map((each) => `${each}/64`),
    ].map((each) => `ip -n ext addr add ${each} dev eth0${each.includes(":") ? " nodad" : ""}`),
    // The source that the kernel picks is the one that the questions name.
    "ip -n ext -6 route replace fd00:190::/64 dev eth0 src fd00:190::200 metric 10",
    ...nodeNumbers.flatMap((node) => {
      const [mark, table] = [String(node), String(100 + node)];
      return [
        `ip -n ext rule add fwmark ${mark} lookup ${table}`,
        `ip -n ext route add default via 10.190.1.${mark} table ${table} src 10.190.1.200`,
        `ip -n ext -6 rule add fwmark ${mark} lookup ${table}`,
        `ip -n ext -6 route add default via fd00:190::${mark} dev eth0 table ${table} src fd00:190::200`,
      ];
    }),
    ...nodeNumbers.flatMap((node) => [...plug(`node-${String(node)}`), ...nodeLines(node, inside)]),
  ];
  execFileSync("sh", ["-e"], { input: lines.join("\n"), stdio: ["pipe", "inherit", "inherit"] });
}

function nodeLines(node: number, inside: (name: string, text: string) => string): string[] {
  const [n, name] = [String(node), `node-${String(node)}`];
  const ip = `ip -n ${name}`;
  return [
    inside(
      name,
      "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1 net.ipv4.conf.all.rp_filter=2",
    ),
    `${ip} link set eth0 up`,
    `${ip} addr add 10.190.1.${n}/16 dev eth0`,
    `${ip} addr add fd00:190::${n}/64 dev eth0 nodad`,
    `${ip} route add default via 10.190.0.254`,
    `${ip} -6 route add default via fd00:190::fe dev eth0 src fd00:190::${n}`,
    ...(node === 1 ? [`${ip} addr add 10.190.9.1/16 dev eth0`, `${ip} addr add fd00:190::9:1/64 dev eth0 nodad preferred_lft 0`] : []),
    `${ip} link add cni0 type bridge`,
    `${ip} link set cni0 up`,
    `${ip} addr add 10.244.${n}.1/24 dev cni0`,
    `${ip} addr add fd00:244:${n}::1/64 dev cni0 nodad`,
    ...nodeNumbers
      .filter((other) => other !== node)
      .flatMap((other) => [
        `${ip} route add 10.244.${String(other)}.0/24 via 10.190.1.${String(other)}`,
        `${ip} -6 route add fd00:244:${String(other)}::/64 via fd00:190::${String(other)} dev eth0`,
      ]),
    ...[9, ...slotNumbers].flatMap((slot) => {
      const pod = `pod-${n}-${String(slot)}`;
      return [
        `ip netns add ${pod}`,
        `ip link add eth0 netns ${pod} type veth peer name v${String(slot)} netns ${name}`,
        `${ip} link set v${String(slot)} master cni0 up`,
        `${ip} link set v${String(slot)} type bridge_slave hairpin on`,
        inside(pod, `sysctl -qw ${sharedSettings.replaceAll("\n", " ")}`),
        `ip -n ${pod} link set lo up`,
        `ip -n ${pod} link set eth0 up`,
        `ip -n ${pod} addr add 10.244.${n}.${String(slot)}/24 dev eth0`,
        `ip -n ${pod} addr add fd00:244:${n}::${String(slot)}/64 dev eth0 nodad`,
        `ip -n ${pod} route add default via 10.244.${n}.1`,
        `ip -n ${pod} -6 route add default via fd00:244:${n}::1 dev eth0`,
      ];
    }),
  ];
}

/** Empties the rules of all nodes and leaves only what the CNI would have put there. */
export async function resetRules(podToNodeMasquerade: boolean): Promise<void> {
  await Promise.all(
    nodeNumbers.map(async (node) => {
      const n = String(node);
      const masquerade = [
        `iptables -w -t nat -A POSTROUTING -s 10.244.${n}.0/24 ! -d 10.244.0.0/16 -j MASQUERADE --random-fully`,
        `ip6tables -w -t nat -A POSTROUTING -s fd00:244:${n}::/64 ! -d fd00:244::/32 -j MASQUERADE --random-fully`,
      ];
      const text = ["nft flush ruleset", "sysctl -qw net.ipv4.conf.all.route_localnet=0", ...(podToNodeMasquerade ? masquerade : [])].join(
        " && ",
      );
      await run("ip", ["netns", "exec", `node-${n}`, "sh", "-c", text]);
    }),
  );
}

export async function forgetConnections(): Promise<void> {
  await Promise.all(nodeNumbers.map((node) => run("ip", ["netns", "exec", `node-${String(node)}`, "conntrack", "-F"])));
}
