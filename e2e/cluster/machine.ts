// What the lab needs of the machine. A reason is text for people: it says what is missing and how to get it.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const tools = { iptables: "iptables", nft: "nftables", conntrack: "conntrack", ip: "iproute2", sysctl: "procps", unshare: "util-linux" };

/** Why the lab cannot run here, or null. Installs missing tools where that is one command (root on Debian). */
export function whyNotHere(say: (line: string) => void): string | null {
  if (process.platform !== "linux") return `it needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "it needs root, for network namespaces";
  const missing = missingPackages();
  if (missing.length > 0 && existsSync("/usr/bin/apt-get")) {
    say(`installing ${missing.join(" ")}`);
    spawnSync("sh", ["-c", `apt-get update -q && apt-get install -qy --no-install-recommends ${missing.join(" ")}`], {
      stdio: "ignore",
      timeout: 180_000,
    });
  }
  const still = missingPackages();
  if (still.length > 0) return `the tools of these packages are missing: ${still.join(" ")}`;
  const trial = spawnSync(
    "unshare",
    [
      "--net",
      "--mount",
      "--pid",
      "--fork",
      "sh",
      "-ec",
      "nft add table inet lab; ip link add name lab type bridge; test -e /proc/sys/net/bridge; iptables -t nat -L",
    ],
    {
      encoding: "utf8",
    },
  );
  if (trial.status !== 0)
    return `namespaces, nftables or bridges of this kernel do not serve: ${trial.stderr.trim().split("\n").at(-1) ?? ""}`;
  return null;
}

/** Why nothing can be built, or null. */
export function whyNoGo(): string | null {
  try {
    const version = execFileSync("go", ["version"], { encoding: "utf8" });
    const [, minor = "0"] = /go1\.(\d+)/.exec(version) ?? [];
    return Number(minor) >= 26 ? null : `it needs Go 1.26 or newer, this is ${version.trim()}`;
  } catch {
    return "it needs Go 1.26 or newer, and there is no go";
  }
}

function missingPackages(): string[] {
  return Object.entries(tools).flatMap(([tool, name]) => (spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0 ? [] : [name]));
}
