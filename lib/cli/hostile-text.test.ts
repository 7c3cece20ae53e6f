import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepareCommandLine } from "./cli.testkit";

// No API server lets such names in; a file that somebody hands over may hold them, and an event's message is free text anyway. They stay text everywhere.

const { folder, run } = prepareCommandLine();
const escapes = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u0001";
const bidi = "\u202egnp.exe\u202c\u2066";
const source = ["--snapshot", join(import.meta.dirname, "../sources/fixture/hostile-text.json")];
// What acts on a terminal or turns text: anything of it in an output is a failure.
const acting = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/;
describe("hostile names stay text", { timeout: 60_000 }, () => {
  test.for([
    ["list"],
    ["list", "-o", "json"],
    ["list", "-o", "csv"],
    ["list", "-o", "markdown"],
    ["findings"],
    ["findings", "-o", "json"],
    ["findings", "-o", "sarif"],
    ["findings", "-o", "junit"],
    ["findings", "-o", "markdown"],
    ["map"],
    ["map", "-o", "json"],
    ["trace", "10.0.0.1:30001"],
    ["trace", "10.0.0.1:30001", "-o", "json"],
    ["trace", "10.0.0.1:30001", "-o", "markdown"],
    ["trace", "10.0.0.1:8080", "--why-not", `a${escapes}/b${bidi}`],
    ["free"],
    ["init-policy"],
    ["list", "--filter", `port:${escapes}`],
    ["trace", escapes],
    [escapes],
  ])("%s", (args) => {
    const { stdout, stderr } = run([...args.slice(0, 1), ...(args[0] === escapes ? [] : source), ...args.slice(1)]);
    expect(`${stdout}${stderr}`).not.toBe("");
    expect(acting.exec(stdout)).toBeNull();
    expect(acting.exec(stderr)).toBeNull();
  });

  test("a table has a line for each row, whatever line breaks a name holds", () => {
    const rows = (JSON.parse(run(["list", ...source, "-o", "json"]).stdout) as { readonly allocations: readonly unknown[] }).allocations;
    expect(rows.length).toBeGreaterThan(0);
    const lines = (format: string): readonly string[] =>
      run(["list", ...source, "-o", format])
        .stdout.trimEnd()
        .split("\n");
    expect(lines("table")).toHaveLength(rows.length + 1);
    expect(lines("markdown").map((line) => line.match(/(?<!\\)\|/g)?.length)).toEqual(Array.from({ length: rows.length + 2 }, () => 13));
  });

  test("Markdown shows markup and links as they are written", () => {
    for (const args of [["list"], ["findings"], ["trace", "10.0.0.1:30001"]]) {
      const { stdout } = run([...args, ...source, "-o", "markdown"]);
      expect(stdout).toContain("script");
      // The one piece of markup is a comment that readers do not see.
      expect(stdout.replaceAll("<!-- -->", "").length).toBeLessThan(stdout.length);
      expect(stdout.replaceAll("<!-- -->", "")).not.toMatch(/(?<!\\)[<>]|(?<!\\)\]\(|^#|(?<!\\):\/\/|www\./m);
    }
  });

  test("CSV neutralises what a spreadsheet would run", () => {
    const { stdout } = run(["list", ...source, "-o", "csv"]);
    expect(stdout).toContain('"\'=HYPERLINK(""http://evil.example"")"');
    expect(stdout).not.toMatch(/(^|,)"?[=+@]/m);
  });

  test("JUnit is XML without markup of the names", () => {
    const { stdout } = run(["findings", ...source, "-o", "junit"]);
    expect(stdout).toContain("&lt;script&gt;");
    expect(stdout).not.toMatch(/<(script|img|b)\b|\]\]>/);
  });

  test("SARIF has no links of the names' making", () => {
    const { stdout } = run(["findings", ...source, "-o", "sarif"]);
    const { runs } = JSON.parse(stdout) as {
      readonly runs: readonly { readonly results: readonly { readonly message: { readonly text: string } }[] }[];
    };
    const texts = runs.flatMap(({ results }) => results.map(({ message }) => message.text));
    expect(texts.join()).toContain("[a] (http://evil.example)");
    expect(texts.join()).not.toContain("](");
  });

  test("a snapshot that was written holds no sequence that acts, and reads as the same rows", () => {
    const file = join(folder, "again.json");
    expect(run(["snapshot", ...source, "-o", file]).status).toBe(0);
    const list = (path: string): string => run(["list", "--snapshot", path, "-o", "csv", "--columns", "port,kind,namespace,holder"]).stdout;
    expect(list(file)).toBe(list(source[1] ?? ""));
  });
});
