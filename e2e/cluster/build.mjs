// Builds what the lab runs, from Go modules, into a cache folder: etcd, kube-apiserver, kube-controller-manager, kube-proxy (one per release)
// and the CNI plugin portmap. A binary that is there already is kept. Needs Go 1.26 or newer and the Go module proxy.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";

export const kubernetesVersion = "1.36.3";
const etcdVersion = "3.6.8";
const pluginsVersion = "1.9.1";

/** Where the binaries are kept between runs. */
export const cacheFolder = join(env["PORTOLAN_LAB_CACHE"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "portolan-lab"));

/** Path of a lab binary, built or not. */
export function binary(name, version = kubernetesVersion) {
  return join(cacheFolder, "bin", name.startsWith("kube-") ? `${name}-${version}` : name);
}

// The modules of kubernetes' own repository that its go.mod replaces by folders (release 1.36).
const staging =
  `api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap code-generator component-base
component-helpers controller-manager cri-api cri-client cri-streaming csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator
kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver streaming`.split(
    /\s+/,
  );

/** Builds what is missing. `say` gets one line for each step. */
export function buildAll(say = console.error) {
  mkdirSync(join(cacheFolder, "bin"), { recursive: true });
  for (const name of ["kube-proxy", "kube-apiserver", "kube-controller-manager"]) {
    build(say, binary(name), `k8s-${kubernetesVersion}`, kubernetesModule(kubernetesVersion), `k8s.io/kubernetes/cmd/${name}`);
  }
  build(say, binary("etcd"), "etcd", plainModule("go.etcd.io/etcd/server/v3", etcdVersion), "go.etcd.io/etcd/server/v3");
  build(
    say,
    binary("portmap"),
    "plugins",
    plainModule("github.com/containernetworking/plugins", pluginsVersion),
    "github.com/containernetworking/plugins/plugins/meta/portmap",
  );
}

function kubernetesModule(version) {
  const lib = version.replace(/^1\./, "0.");
  return {
    mod: [`require k8s.io/kubernetes v${version}`, ...staging.map((name) => `replace k8s.io/${name} => k8s.io/${name} v${lib}`)],
    imports: ["kube-proxy", "kube-apiserver", "kube-controller-manager"].map((name) => `k8s.io/kubernetes/cmd/${name}`),
  };
}

function plainModule(path, version) {
  return { mod: [`require ${path} v${version}`], imports: [path.includes("plugins") ? `${path}/plugins/meta/portmap` : path] };
}

function build(say, target, folderName, { mod, imports }, pkg) {
  if (existsSync(target)) return;
  const folder = join(cacheFolder, "src", folderName);
  const began = Date.now();
  const go = (...args) =>
    execFileSync("go", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"], env: { ...env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" } });
  if (!existsSync(join(folder, "go.sum"))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "go.mod"), `module lab\n\ngo 1.26\n\n${mod.join("\n")}\n`);
    writeFileSync(
      join(folder, "tools.go"),
      `//go:build tools\n\npackage tools\n\nimport (\n${imports.map((path) => `\t_ "${path}"`).join("\n")}\n)\n`,
    );
    go("mod", "tidy");
  }
  go("build", "-ldflags", "-s -w", "-o", `${target}.part`, pkg);
  renameSync(`${target}.part`, target);
  say(`built ${pkg} in ${Math.round((Date.now() - began) / 1000)} s`);
}

if (import.meta.filename === process.argv[1]) buildAll();
