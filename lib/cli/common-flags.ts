import type { FlagSpec } from "./flags";

/** Where a cluster's data comes from; every command that reads one takes these. */
export const sourceFlags: readonly FlagSpec[] = [
  {
    name: "context",
    source: "kubeconfig",
    value: "NAME",
    many: true,
    about: "a context of the kubeconfig (serve, list, findings: several times)",
  },
  { name: "kubeconfig", source: "kubeconfig", value: "FILE", about: "the kubeconfig to use" },
  {
    name: "snapshot",
    source: "snapshot",
    value: "PATH",
    many: true,
    about: "a file, folder or .tar.gz instead of a cluster; - = standard input",
  },
  { name: "demo", source: "demo", value: null, about: "the demo cluster" },
  { name: "policy", value: "FILE", about: "the policy file; else portolan.yaml here, else in the user's configuration folder" },
  {
    name: "namespace",
    short: "n",
    value: "NS",
    many: true,
    about: "print only this namespace (several times); everything is judged all the same",
  },
];

export const helpFlag: FlagSpec = { name: "help", short: "h", value: null, about: "this text" };

export const outputFlags: readonly FlagSpec[] = [
  { name: "output", short: "o", value: "FORMAT", about: "the format; see the command" },
  { name: "strict", value: null, about: "anything unknown or not evaluated gives exit code 1" },
  { name: "quiet", value: null, about: "no progress and no remarks on standard error" },
  { name: "no-color", value: null, env: "NO_COLOR", about: "no colours" },
];
