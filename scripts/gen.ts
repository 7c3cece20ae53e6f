// npm run gen [-- --check]: writes what is generated: from the rule files the registry and the table in docs/rules.md, from the policy file's schema
// docs/portolan.schema.json. With --check nothing is written, and stale files are an error.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Rule } from "@/lib/core/rules/rule";
import { buildPolicyJsonSchema } from "@/lib/wire/policy-schema";

const root = join(import.meta.dirname, "..");
const folder = join(root, "lib/core/rules");
const machinery = new Set(["rule", "run-rules", "fingerprint"]);

const ids = readdirSync(folder)
  .filter((name) => /^[a-z-]+\.ts$/.test(name))
  .map((name) => name.slice(0, -3))
  .filter((id) => !machinery.has(id))
  .sort();

const exportOf = (id: string): string => id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const registry = `// Written by scripts/gen.ts from the files of this folder: npm run gen.

${ids.map((id) => `import { ${exportOf(id)} } from "./${id}";`).join("\n")}
import type { EvidenceOf, Rule } from "./rule";

/** Every rule, by id. */
export const rules: readonly Rule[] = [${ids.map((id) => `\n  ${exportOf(id)},`).join("")}\n];

/** What each of them finds. */
export type EvidenceByRule = {${ids.map((id) => `\n  readonly "${id}": EvidenceOf<typeof ${exportOf(id)}>;`).join("")}\n};
`;

const rules: Rule[] = [];
for (const id of ids) {
  const module = (await import(pathToFileURL(join(folder, `${id}.ts`)).href)) as Readonly<Record<string, Rule | undefined>>;
  const rule = module[exportOf(id)];
  if (rule?.id !== id) throw new Error(`lib/core/rules/${id}.ts does not export ${exportOf(id)} with the id ${id}`);
  rules.push(rule);
}

const table = `# Finding rules

Written by \`npm run gen\` from the rules themselves. \`portolan explain RULE\` says the same on the command line.

| rule | severity | needs | what it finds | why it matters | what to do |
|---|---|---|---|---|---|
${rules.map(({ id, severity, scope, needs, words: { en } }) => `| \`${id}\` | ${severity}${scope === "check" ? ", in a check" : ""} | ${needs.join(", ")} | ${en.title} | ${en.why} | ${en.fix} |`).join("\n")}

The severity is the usual one: a rule may lower it where less is at stake (\`externalTrafficPolicy: Local\`, an idle member of a family, a mere possibility),
and the policy file may override it or switch a rule off. Rules marked "in a check" ask what a manifest would do to the cluster: \`portolan check\`.
`;

const check = process.argv.includes("--check");
for (const [path, text] of [
  ["lib/core/rules/registry.gen.ts", registry],
  ["docs/rules.md", table],
  ["docs/portolan.schema.json", `${JSON.stringify(buildPolicyJsonSchema(), null, 2)}\n`],
] as const) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  if (check) {
    console.error(`${path} is stale: npm run gen`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
