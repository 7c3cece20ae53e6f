// Tries the rules of eslint.config.mjs that are this project's own: each on the files that it is meant for, so that no later entry of the list undoes it.

import { ESLint, Linter } from "eslint";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parser } from "typescript-eslint";

const root = join(import.meta.dirname, "..");
const eslint = new ESLint({ cwd: root });
const own = ["no-restricted-globals", "no-restricted-properties", "no-restricted-syntax", "reasons/disable-needs-a-reason"];

const forbidden: readonly (readonly [file: string, code: string, rule: string])[] = [
  ["lib/core/rules/a.ts", "export const now = () => Date.now();", "no-restricted-globals"],
  ["lib/core/rules/a.ts", "export const home = () => process.env;", "no-restricted-globals"],
  ["lib/core/rules/a.ts", "export const say = () => console.log(1);", "no-restricted-globals"],
  ["lib/core/rules/a.ts", "export const later = () => setTimeout(() => 1, 1);", "no-restricted-globals"],
  ["lib/core/rules/a.ts", "export const ask = () => fetch('/');", "no-restricted-globals"],
  ["lib/core/rules/a.ts", "export const any = () => Math.random();", "no-restricted-properties"],
  ["lib/core/rules/a.ts", "export const stop = () => { throw new Error('no'); };", "no-restricted-syntax"],
  ["lib/core/rules/a.ts", "'server-only';", "no-restricted-syntax"],
  ["lib/server/a.ts", "const a = 1;\n'server-only';\nexport { a };", "no-restricted-syntax"],
  ["components/map/a.tsx", "'server-only';", "no-restricted-syntax"],
  ["components/map/a.tsx", "export const Cell = () => <td style={{ color: 'red' }} />;", "no-restricted-syntax"],
  ["app/page.tsx", "export default () => <td style={{ color: 'red' }} />;", "no-restricted-syntax"],
  ["lib/wire/a.ts", "// eslint-disable-next-line no-var\nexport var a = 1;", "reasons/disable-needs-a-reason"],
];

const allowed: readonly (readonly [file: string, code: string])[] = [
  ["lib/core/basics/assert-never.ts", "export const stop = () => { throw new Error('no'); };"],
  ["lib/core/rules/a.test.ts", "export const now = () => Date.now();"],
  ["lib/server/a.ts", "export const now = () => Date.now();"],
  ["components/map/a.tsx", "export const move = (it: HTMLElement) => { it.style.top = '1px'; };"],
  ["lib/wire/a.ts", "// eslint-disable-next-line no-var -- the case at hand\nexport var a = 1;"],
];

test.for(forbidden)("in %s not: %s", async ([file, code, rule]) => {
  expect(await rulesBrokenBy(file, code)).toEqual([rule]);
});

test.for(allowed)("in %s well: %s", async ([file, code]) => {
  expect(await rulesBrokenBy(file, code)).toEqual([]);
});

/** Runs the own rules as they are set for that file; the file need not exist. */
async function rulesBrokenBy(file: string, code: string): Promise<readonly (string | null)[]> {
  const config = (await eslint.calculateConfigForFile(join(root, file))) as Required<Pick<Linter.Config, "rules" | "plugins">>;
  const messages = new Linter({ cwd: root }).verify(
    code,
    {
      files: ["**"],
      plugins: config.plugins,
      rules: Object.fromEntries(Object.entries(config.rules).filter(([name]) => own.includes(name))),
      languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
      linterOptions: { reportUnusedDisableDirectives: "off" },
    },
    { filename: join(root, file) },
  );
  return messages.map((message) => message.ruleId);
}
