// The command line: finds the command, reads its flags, runs it, ends with its code. Commands are loaded when they are needed.

import type { Command } from "./command";
import { parseFlags } from "./flags";
import { CommandError, complain, print, type ExitCode } from "./terminal";
import { version } from "./version";

const commands: Readonly<Record<string, { readonly about: string; load(): Promise<Command> }>> = {
  serve: { about: "the dashboard in the browser (the usual command)", load: async () => (await import("./commands/serve")).serve },
  trace: { about: "where an address and port leads, and why", load: async () => (await import("./commands/trace")).trace },
  list: { about: "the allocation table: who holds which port", load: async () => (await import("./commands/list")).list },
  map: { about: "the node and port map", load: async () => (await import("./commands/map")).map },
  findings: { about: "collisions and surprises, by root cause", load: async () => (await import("./commands/findings")).findings },
  check: { about: "what a manifest would break, before it is applied", load: async () => (await import("./commands/check")).check },
  free: { about: "the next free port or block, and why that one", load: async () => (await import("./commands/free")).free },
  remedy: { about: "what makes a finding go away, as YAML to apply", load: async () => (await import("./commands/remedy")).remedy },
  "init-policy": {
    about: "a starter policy file from what is in the cluster now",
    load: async () => (await import("./commands/init-policy")).initPolicy,
  },
  snapshot: {
    about: "writes a slim snapshot that every command reads again",
    load: async () => (await import("./commands/snapshot")).snapshot,
  },
  doctor: {
    about: "what can be reached and read, kind by kind, and the RBAC to add",
    load: async () => (await import("./commands/doctor")).doctor,
  },
  explain: { about: "what a rule means, why it matters, how to fix it", load: async () => (await import("./commands/explain")).explain },
};

process.exitCode = await main(process.argv.slice(2));
// All is said. What may still be open (a credential plugin that never ends) holds up nobody.
setTimeout(() => process.exit(), 1000).unref();

async function main(args: readonly string[]): Promise<ExitCode> {
  const [first, ...rest] = args;
  if (first === "--version" || first === "version") {
    await print(`portolan ${version}\n`);
    return 0;
  }
  if (first === "--help" || first === "-h" || first === "help") {
    const command = first === "help" && rest[0] !== undefined ? commands[rest[0]] : undefined;
    await print(command === undefined ? overview() : describe(await command.load()));
    return 0;
  }
  const named = first !== undefined && !first.startsWith("-");
  const name = named ? first : "serve";
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    complain(`unknown command: ${first ?? ""}: one of ${Object.keys(commands).join(", ")}`);
    return 2;
  }
  return run(await entry.load(), named ? rest : args);
}

async function run(command: Command, args: readonly string[]): Promise<ExitCode> {
  const parsed = parseFlags(command.flags, args, process.env);
  if (!parsed.ok) {
    complain(parsed.error);
    return 2;
  }
  const { flags, words } = parsed.value;
  if (flags.has("help")) {
    await print(describe(command));
    return 0;
  }
  const output = flags.text("output");
  if (output !== null && command.formats.length > 0 && !command.formats.includes(output)) {
    complain(`unknown format: ${output}: one of ${command.formats.join(", ")}`);
    return 2;
  }
  try {
    return await command.run(flags, words);
  } catch (cause) {
    if (cause instanceof CommandError) {
      for (const line of [cause.message, ...cause.others]) complain(line);
      return 2;
    }
    complain(
      `internal fault: ${cause instanceof Error ? cause.message : String(cause)}: please report it; PORTOLAN_LOG_LEVEL=debug shows more`,
    );
    if (process.env["PORTOLAN_LOG_LEVEL"] === "debug" && cause instanceof Error) process.stderr.write(`${cause.stack ?? ""}\n`);
    return 2;
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`);
  return `portolan: what every port on a cluster's nodes does. It reads, and never writes to a cluster.

Usage: portolan [COMMAND] [FLAGS]

${lines.join("\n")}

A cluster: the current kubeconfig context, or --context NAME, --snapshot PATH, --demo.
portolan COMMAND --help says more.
`;
}

function describe(command: Command): string {
  const width = Math.max(...command.flags.map((flag) => left(flag).length));
  const formats = command.formats.length === 0 ? "" : `\nFormats (-o): ${command.formats.join(", ")}\n`;
  return `Usage: portolan ${command.usage}

${command.about}

${command.flags.map((flag) => `  ${left(flag).padEnd(width)}  ${flag.about}`).join("\n")}
${formats}
Exit codes: 0 done, 1 something at or above the wanted severity, 2 could not do the work.
`;
}

function left({ name, short, value }: Command["flags"][number]): string {
  return `${short === undefined ? "    " : `-${short}, `}--${name}${value === null ? "" : ` ${value}`}`;
}
