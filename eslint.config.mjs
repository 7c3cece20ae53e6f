import { defineConfig, globalIgnores } from "eslint/config";
import nextCoreWebVitals from "eslint-config-next/core-web-vitals";
import vitest from "@vitest/eslint-plugin";
import tseslint from "typescript-eslint";

const purity = [
  ...[
    "Date",
    "process",
    "console",
    "fetch",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "queueMicrotask",
    "performance",
    "crypto",
    "globalThis",
    "window",
  ].map((name) => ({ name, message: "lib/core is pure: time, randomness, environment and network are parameters" })),
];

const bareServerOnly = {
  selector: "ExpressionStatement > Literal[value='server-only']",
  message: 'A bare string guards nothing: write import "server-only";',
};

/** `eslint-disable … -- why`: a rule that is switched off without a reason is an error. */
const reasons = {
  rules: {
    "disable-needs-a-reason": {
      create: (context) => ({
        Program() {
          for (const comment of context.sourceCode.getAllComments()) {
            if (!/^\s*eslint-disable/.test(comment.value) || /\s--\s+\S/.test(comment.value)) continue;
            context.report({ loc: comment.loc, message: "Say why: // eslint-disable-next-line rule -- reason" });
          }
        },
      }),
    },
  },
};

export default defineConfig([
  globalIgnores([".next/**", "dist/**", "node_modules/**", "next-env.d.ts", "test-results/**", "playwright-report/**", "coverage/**"]),
  ...nextCoreWebVitals,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { reasons },
    rules: {
      "reasons/disable-needs-a-reason": "error",
      // Of the React Compiler, which is not used; and of CommonJS, which is not written.
      "react-hooks/incompatible-library": "off",
      "@next/next/no-assign-module-variable": "off",
    },
  },
  {
    files: ["**/*.ts", "**/*.mts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      // Arrow functions that only call something are the usual shape of handlers here.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-syntax": ["error", bareServerOnly],
      "max-lines": ["warn", { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: ["lib/core/**/*.ts"],
    ignores: ["**/*.test.ts", "lib/core/testing/**"],
    rules: {
      "no-restricted-globals": ["error", ...purity],
      "no-restricted-properties": ["error", { object: "Math", property: "random", message: "lib/core is pure" }],
      "no-restricted-syntax": [
        "error",
        bareServerOnly,
        { selector: "ThrowStatement", message: "core never throws for any cluster content; invariants live in basics" },
      ],
    },
  },
  { files: ["lib/core/basics/*.ts"], rules: { "no-restricted-syntax": ["error", bareServerOnly] } },
  {
    files: ["app/**/*.tsx", "components/**/*.tsx"],
    rules: {
      "no-restricted-syntax": [
        "error",
        bareServerOnly,
        {
          selector: "JSXAttribute[name.name='style']",
          message: "The CSP blocks style attributes in server-rendered HTML: use classes or SVG attributes, or element.style in an effect",
        },
      ],
    },
  },
  // A dictionary is one list, however long.
  { files: ["components/words/*.ts"], rules: { "max-lines": "off" } },
  {
    files: ["**/*.test.ts", "**/*.test.tsx"],
    plugins: { vitest },
    rules: {
      ...vitest.configs.recommended.rules,
      "vitest/expect-expect": "off",
      "vitest/valid-title": "off",
      "vitest/no-standalone-expect": ["error", { additionalTestBlockFunctions: ["test.prop", "prop.prop"] }],
      "max-lines": "off",
    },
  },
  {
    // Fixtures of Playwright take a function called `use`, and one without dependencies destructures nothing.
    files: ["e2e/**/*.ts"],
    rules: { "react-hooks/rules-of-hooks": "off", "no-empty-pattern": "off" },
  },
]);
