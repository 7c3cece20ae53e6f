// What a file is when it is no snapshot: named, so that whoever brought the wrong one sees which it was.

/** Names bytes that are no text; null when they may be text. */
export function describeBytes(head: Buffer): string | null {
  const begins = (text: string, at = 0): boolean => head.toString("latin1", at, at + text.length) === text;
  if (begins("\u0089PNG")) return "a PNG picture";
  if (begins("\u00ff\u00d8\u00ff")) return "a JPEG picture";
  if (begins("%PDF")) return "a PDF document";
  if (begins("\u00fd7zXZ\u0000")) return "packed with xz (unpack it first: xz -d)";
  if (begins("\u0028\u00b5\u002f\u00fd")) return "packed with zstd (unpack it first: zstd -d)";
  if (begins("BZh")) return "packed with bzip2 (unpack it first: bzip2 -d)";
  if (begins("\u0004\u0022\u004d\u0018")) return "packed with lz4 (unpack it first: lz4 -d)";
  if (begins("\u001f\u009d")) return "packed with compress (unpack it first: uncompress)";
  if (begins("7z\u00bc\u00af")) return "a 7z archive (unpack it first: 7z x)";
  if (begins("Rar!")) return "a RAR archive (unpack it first)";
  if (begins("SQLite format 3")) return "an SQLite database";
  if (begins("\u007fELF")) return "a program";
  if (begins("k8s\u0000")) return "a protobuf object of etcd";
  if (head.length > 20 && head.readUInt32LE(16) === 0xed0cdaed) return "a database of etcd (read the cluster that it is restored to)";
  if (begins("\u00d4\u00c3\u00b2\u00a1") || begins("\u000a\u000d\u000d\u000a")) return "a packet capture";
  return head.includes(0) ? "a binary file" : null;
}

/** Names text that holds neither JSON nor YAML of the API. */
export function describeText(head: string): string {
  const text = head.trimStart();
  if (text === "") return "empty";
  if (/^<(!doctype|html)/i.test(text)) return "an HTML page";
  if (/^<\?xml|^<[a-z]/i.test(text)) return "XML";
  if (/^(NAMESPACE\s+)?NAME\s{2,}\S/.test(text)) return "the printed table of kubectl get (add -o json)";
  if (/^Name:\s+\S+\s*\n(Namespace|Roles|Labels|Priority):/.test(text))
    return "the printed text of kubectl describe (use kubectl get -o json)";
  return "text without an object of the Kubernetes API";
}

/** Names a parsed value that is no object of the API; null when nothing is known of it. */
export function describeValue(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  if ("Items" in value && Array.isArray(value.Items))
    return "a dump of a kubectl older than 1.12, which printed its inner objects (collect it with a newer kubectl)";
  if ("Id" in value && ("Config" in value || "RepoTags" in value || "Containers" in value)) return "the output of docker inspect";
  if ("info" in value && "status" in value && "runtimeSpec" in asRecord(value.info)) return "the output of crictl inspect";
  if ("terraform_version" in value) return "a Terraform state";
  if ("log" in value && "entries" in asRecord(value.log)) return "an HTTP archive of a browser";
  return null;
}

function asRecord(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

// Troubleshoot: a folder per namespaced kind, with a file per namespace.
const bundleFormat = "Troubleshoot support bundle";
const bundleFile = /(^|\/)cluster-resources\/([a-z]+)\/([^/]+)\.json$/;

type Layout = {
  readonly format: string;
  /** Names of files that only this layout has. */
  readonly files: readonly RegExp[];
  /** Where it may hold no object at all: what to say then. */
  readonly without?: string;
  /**
   * Which namespaces it is about, told by a folder of each, by its Namespace objects, or by nothing; where none of `whole` is among them it is not about all,
   * for the reason `why`. Every cluster has kube-system, and since 1.13 kube-node-lease.
   */
  readonly namespaces?: { readonly by: RegExp | "objects" | "nothing"; readonly whole: readonly string[]; readonly why: string };
};

// The first that fits. All of `files` must have been seen.
const layouts: readonly Layout[] = [
  {
    format: bundleFormat,
    files: [/(^|\/)cluster-resources\//],
    namespaces: { by: "objects", whole: ["kube-system"], why: "its specification names no others" },
  },
  {
    format: "OpenShift Insights archive",
    files: [/(^|\/)config\/(clusteroperator|pod|node)\//],
    namespaces: { by: "nothing", whole: [], why: "an Insights archive holds some objects of the platform" },
  },
  {
    format: "OpenShift must-gather",
    files: [/(^|\/)(cluster-scoped-resources|namespaces\/[^/]+\/(core|apps|pods))\//],
    namespaces: { by: /(^|\/)namespaces\/([a-z0-9-]+)\//, whole: [], why: "a must-gather leaves out those of applications" },
  },
  {
    format: "Sonobuoy results",
    files: [/(^|\/)resources\/(ns\/[^/]+|cluster)\/[a-z0-9.]+_v[a-z0-9]+_[a-z]+\.json$/],
    namespaces: { by: /(^|\/)resources\/ns\/([a-z0-9-]+)\//, whole: ["kube-system"], why: "its configuration names no others" },
  },
  {
    format: "Velero backup",
    files: [/(^|\/)resources\/[a-z0-9.-]+\/((v[a-z0-9-]+\/)?(namespaces|cluster))\//],
    namespaces: {
      by: /(^|\/)resources\/[a-z0-9.-]+\/(?:v[a-z0-9-]+\/)?namespaces\/([a-z0-9-]+)\//,
      whole: ["kube-system"],
      why: "the backup names no others",
    },
  },
  {
    format: "Rancher support bundle",
    files: [/(^|\/)yamls\/(cluster|namespaced)\//],
    namespaces: { by: /(^|\/)yamls\/namespaced\/([a-z0-9-]+)\//, whole: [], why: "the bundle was asked for these" },
  },
  { format: "Cilium sysdump", files: [/(^|\/)(cilium-sysdump[^/]*\/)?(k8s|kubernetes)-(nodes|pods|services|endpoints)[^/]*\.ya?ml$/] },
  {
    format: "k3s or RKE2 log collection",
    files: [/(^|\/)(k3s|rke2|kubeadm|rke)\/kubectl\//],
    without: "a k3s or RKE2 log collection, which prints its objects as tables",
  },
  {
    format: "kind export of logs",
    files: [/(^|\/)kind-version\.txt$|(^|\/)kubernetes-version\.txt$/, /(^|\/)(kubelet|containerd|journal)\.log$|(^|\/)serial\.log$/],
    without: "a kind export of logs, which holds no objects",
  },
  { format: "sosreport", files: [/(^|\/)sos_(commands|logs|reports)\//], without: "a sosreport, which is about one machine" },
  {
    format: "Replicated support bundle v1beta1",
    files: [/(^|\/)index\.json$/, /(^|\/)(error|manifest|VERSION)\.json$/],
    without: "a Replicated support bundle of v1beta1, too old to hold objects (collect one with troubleshoot.sh v1beta2)",
  },
  {
    // A folder per namespace, with a file per kind. Without -A it stops at kube-system and the namespace of its context.
    format: "kubectl cluster-info dump",
    files: [/(^|\/)[a-z0-9-]+\/(replication-controllers|pods)\.(json|ya?ml)$/, /(^|\/)(nodes|[a-z0-9-]+\/services)\.(json|ya?ml)$/],
    namespaces: {
      by: /(^|\/)([a-z0-9-]+)\/(pods|services)\.(json|ya?ml)$/,
      whole: ["kube-node-lease", "kube-public"],
      why: "kubectl cluster-info dump needs -A for all namespaces",
    },
  },
];

/** Watches names of files go by and says which layout they are of. */
export function createRecogniser() {
  const seen = new Set<RegExp>();
  const namespaces = new Map<Layout, Set<string>>();
  const bundled = new Map<string, Set<string>>();
  let names = 0;
  const found = (): Layout | undefined => layouts.find(({ files }) => files.every((each) => seen.has(each)));
  return {
    name: (name: string): void => {
      names += 1;
      const [, , kind, bundledNamespace] = bundleFile.exec(name) ?? [];
      if (kind !== undefined && bundledNamespace !== undefined)
        bundled.set(kind, (bundled.get(kind) ?? new Set<string>()).add(bundledNamespace));
      for (const layout of layouts) {
        for (const each of layout.files) if (!seen.has(each) && each.test(name)) seen.add(each);
        const by = layout.namespaces?.by;
        const namespace = by instanceof RegExp ? by.exec(name)?.[2] : undefined;
        if (namespace !== undefined) namespaces.set(layout, (namespaces.get(layout) ?? new Set<string>()).add(namespace));
      }
    },
    /** `documents`: how many values were read, of all files. */
    format: (documents: number): string =>
      found()?.format ??
      (names > 1 ? "folder of objects" : documents > 1 ? `${documents.toLocaleString("en")} documents` : "kubectl output"),
    /** Where it is not about all namespaces: about which, and why. `known`: the Namespace objects seen. */
    onlyNamespaces: (known: ReadonlySet<string>): { readonly namespaces: readonly string[]; readonly why: string } | null => {
      const layout = found();
      if (layout?.namespaces === undefined) return null;
      const { by, whole, why } = layout.namespaces;
      const those = by === "objects" ? known : (namespaces.get(layout) ?? new Set<string>());
      if (whole.some((each) => those.has(each)) || (by === "objects" && known.size === 0)) return null;
      return { namespaces: [...those].sort(), why };
    },
    /** The namespaces of which a bundle that lists them has no file of a kind: it leaves out where its account may read too little. */
    leftOut: (known: ReadonlySet<string>): readonly { readonly kind: string; readonly namespace: string }[] =>
      found()?.format === bundleFormat
        ? [...bundled].flatMap(([kind, held]) => [...known].filter((each) => !held.has(each)).map((namespace) => ({ kind, namespace })))
        : [],
    without: (): string | null => found()?.without ?? null,
  };
}
