// The three streams of a command and how it ends. Data goes to standard output, everything else to standard error.

import type { SourceError } from "@/lib/sources/source";
import { harmless, plain } from "@/lib/wire/plain-text";

/** 0 done, 1 something at or above the wanted severity, 2 could not do the work. */
export type ExitCode = 0 | 1 | 2;

/** Ends a command with code 2 and one line for each error: what, where, what to do. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** Of several errors those after the first. */
  readonly others: readonly string[];

  constructor(message: string, others: readonly string[] = []) {
    super(message);
    this.others = others;
  }
}

export function commandError(what: string, where: string, todo: string): CommandError {
  return new CommandError(`${what}: ${where}: ${todo}`);
}

export function fromSourceError({ what, where, todo, others = [] }: SourceError): CommandError {
  return new CommandError(
    `${what}: ${where}: ${todo}`,
    others.map((each) => `${what}: ${each}: ${todo}`),
  );
}

/** Ends a command that takes no words of its own, when some are given. */
export function refuseWords(words: readonly string[], command: string): void {
  if (words.length > 0) throw commandError("too many words", words.join(" "), `portolan ${command} --help`);
}

/** Why a file cannot be read or written, in words. */
export function whyFile(cause: unknown): string {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  const words: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file or folder",
    EACCES: "it is not permitted",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of the path is no folder",
    ENOSPC: "the disk is full",
    EROFS: "the disk is read only",
  };
  return words[code] ?? (cause instanceof Error ? cause.message : String(cause));
}

/** One line on standard error, named after the program. */
export function complain(line: string): void {
  process.stderr.write(`portolan: ${plain(line)}\n`);
}

/** Writes data and waits until it is on its way; a reader that left early (head) is no error. Whatever the data holds, it is only read, never obeyed by a terminal. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const settle = (cause?: NodeJS.ErrnoException | null): void => {
      // A failed write tells its callback first and then everybody: the listener stays for that.
      if (cause === undefined || cause === null) process.stdout.off("error", settle);
      if (cause === undefined || cause === null || cause.code === "EPIPE") resolve();
      else reject(cause);
    };
    process.stdout.once("error", settle);
    process.stdout.write(harmless(text), settle);
  });
}
