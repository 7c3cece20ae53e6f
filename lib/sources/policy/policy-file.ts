// Finds, reads and watches the policy file.

import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { emptyPolicy, mistake, type Policy } from "@/lib/core";
import type { SourceError } from "../source";
import { formatPolicyError, readPolicy, type PolicyError } from "./read-policy";

/** The policy in force. `error`: why the newest text of the file is not, and `mistakes` what that is made of; the last good one stays. */
export type PolicyState = {
  readonly value: Policy;
  readonly file: string | null;
  readonly error: string | null;
  readonly mistakes: readonly PolicyError[];
};

const pollIntervalMs = 2000;

/** The file that applies: the one named, else the first that exists of the two usual places; null when there is none. */
export function findPolicyFile(named: string | null, env: Readonly<Record<string, string | undefined>>, folder: string): string | null {
  if (named !== null) return named;
  const config = env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
  return [join(folder, "portolan.yaml"), join(config, "portolan", "portolan.yaml")].find((path) => existsSync(path)) ?? null;
}

type PolicyFailure = SourceError & Pick<PolicyState, "mistakes">;

/** Reads a policy file once. Returns: the state, or the error of a file that cannot be read or understood. */
export function loadPolicyFile(file: string | null): PolicyState | PolicyFailure {
  if (file === null) return { value: emptyPolicy, file, error: null, mistakes: [] };
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    return {
      kind: "bad-policy",
      what: "the policy file cannot be read",
      where: file,
      todo: "check --policy and the file's permissions",
      retryable: false,
      cause,
      mistakes: [{ file, line: 1, column: 1, ...mistake("unreadable") }],
    };
  }
  const read = readPolicy(new TextDecoder().decode(bytes), file, !isUtf8(bytes));
  if (read.ok) return { value: read.value, file, error: null, mistakes: [] };
  const [first = file, ...others] = read.error.map(formatPolicyError);
  return {
    kind: "bad-policy",
    what: "the policy file has a mistake",
    where: first,
    others,
    todo: "correct it",
    retryable: false,
    mistakes: read.error,
  };
}

/**
 * Reads the file again when it changes, and keeps the last good policy when it is broken.
 *
 * Returns: the function that ends it. A replaced file (editors, mounted ConfigMaps) is noticed as well, since the file's state is asked and not its descriptor.
 */
export function watchPolicyFile(file: string, first: PolicyState, changed: (state: PolicyState) => void): () => void {
  let current = first;
  let seen = stampOf(file);
  const timer = setInterval(() => {
    const stamp = stampOf(file);
    if (stamp === seen) return;
    seen = stamp;
    const read = loadPolicyFile(file);
    const next = "kind" in read ? keepLastGood(current, read) : read;
    if (next.error !== current.error || next.value !== current.value) changed((current = next));
  }, pollIntervalMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** The policy that stays in force while the newest text of its file is not. */
export function keepLastGood({ value, file }: Pick<PolicyState, "value" | "file">, failure: PolicyFailure): PolicyState {
  const error = `${failure.what}: ${failure.where}${countOthers(failure)}: the last good one stays in force`;
  return { value, file, error, mistakes: failure.mistakes };
}

function countOthers({ others = [] }: SourceError): string {
  return others.length === 0 ? "" : ` (and ${String(others.length)} more)`;
}

function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${String(mtimeMs)} ${String(size)} ${String(ino)}`;
  } catch {
    return "missing";
  }
}
