// npm run new-rule <id>: writes a rule and its test to start from. Both work as they are, so that each step can be tried.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "lib/core/rules");
const id = process.argv[2] ?? "";
const file = join(folder, `${id}.ts`);

if (!/^[a-z]+(-[a-z]+)+$/.test(id))
  refuse(`"${id}" is no rule id: several words in small letters, joined with "-": npm run new-rule host-port-collision`);
else if (existsSync(file)) refuse(`${file} exists: choose another id`);
else {
  const name = id.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  writeFileSync(file, ruleText(name));
  writeFileSync(join(folder, `${id}.test.ts`), testText(name));
  console.log(
    `lib/core/rules/${id}.ts and its test are written: fill them and components/words/rules-zh.ts, then npm run gen and npm test`,
  );
}

function refuse(text: string): void {
  console.error(text);
  process.exitCode = 2;
}

function ruleText(name: string): string {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Evidence`;
  return `import { defineRule } from "./rule";

type ${type} = { readonly service: string };

/** What it finds, in one sentence. Source: the API field or upstream file behind it. */
export const ${name} = defineRule<${type}>({
  id: "${id}",
  severity: "warning",
  needs: ["services"],
  remedies: [],
  *check(snapshot) {
    for (const service of snapshot.services.values()) {
      if (service.labels["example"] !== "${id}") continue;
      yield {
        subjects: [{ kind: "Service", namespace: service.namespace, name: service.name }],
        ports: [],
        sinceMs: service.createdAtMs,
        evidence: { service: \`\${service.namespace}/\${service.name}\` },
      };
    }
  },
  words: {
    en: {
      title: "What is wrong, in a few words",
      why: "What it does to people.",
      fix: "What to change.",
      describe({ service }) {
        return { title: "What is wrong here", summary: \`\${service} is an example.\`, symptoms: ["what a user sees"] };
      },
    },
  },
});
`;
}

function testText(name: string): string {
  return `import { describe, expect, test } from "vitest";
import { buildContext, buildService, buildSnapshot } from "../testing/builders";
import { ${name} } from "./${id}";
import { runRules } from "./run-rules";

describe("${id}", () => {
  test.for([
    ["example label: found", buildSnapshot({ services: [buildService({ name: "web", labels: { example: "${id}" } })] }), ["default/web"]],
    ["another label: nothing", buildSnapshot({ services: [buildService({ name: "web", labels: { example: "other" } })] }), []],
  ] as const)("%s", ([, snapshot, services]) => {
    expect([...${name}.check(snapshot, buildContext())].map(({ evidence }) => evidence.service)).toEqual(services);
  });

  test("Services that may not be read: not evaluated, never clean", () => {
    const { notEvaluated } = runRules(buildSnapshot({ kinds: { services: "forbidden" } }), buildContext());
    expect(notEvaluated).toContainEqual({ rule: "${id}", missing: ["services"], namespaces: "all" });
  });
});
`;
}
