import type { Flags, FlagSpec } from "./flags";
import type { ExitCode } from "./terminal";

/** One command. `usage`: the words after the program's name. `run` throws a CommandError for what it cannot do. */
export type Command = {
  readonly usage: string;
  readonly about: string;
  readonly flags: readonly FlagSpec[];
  readonly formats: readonly string[];
  run(flags: Flags, words: readonly string[]): Promise<ExitCode>;
};
