import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const tests = (ending: string): string => `{app,components,lib,scripts}/**/*.test.${ending}`;

export default defineConfig({
  // The package itself refuses every loader but the server's; its own empty file is what that one gets.
  resolve: { alias: { "@": here("."), "server-only": here("node_modules/server-only/empty.js") } },
  test: {
    // Generous: a loaded machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: "node", include: [tests("ts")] } },
      { extends: true, test: { name: "page", include: [tests("tsx")], environment: "jsdom" } },
    ],
    coverage: {
      include: ["lib/core/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.gen.ts", "lib/core/testing/**"],
      reporter: ["text-summary"],
      // npm test holds this. The aim is 95; raise it as the engine is completed, never lower it.
      thresholds: { branches: 92 },
    },
  },
});
