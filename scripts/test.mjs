// npm test: everything that needs no cluster. Unit, property and contract tests first, then the built dashboard in a real Chromium.
// The last line counts both; any failure ends non-zero.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, install, node, root, timed, toolEnv } from "./bootstrap.mjs";
import { findChromium } from "./chromium.mjs";

install();
build();
const reports = mkdtempSync(join(tmpdir(), "portolan-test-"));
const unitReport = join(reports, "unit.json");
const browserReport = join(reports, "browser.json");
const counts = { passed: 0, failed: 0 };

runTests(
  "unit tests",
  ["node_modules/vitest/vitest.mjs", "run", "--coverage", "--reporter=default", "--reporter=json", `--outputFile.json=${unitReport}`],
  {},
  unitReport,
  (report) => ({
    passed: report.numPassedTests,
    // A file that cannot be read has no tests that could fail.
    failed:
      report.numFailedTests + report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length,
  }),
);

const chromium = findChromium();
if (chromium === undefined) counts.failed += 1;
else {
  const env = { PORTOLAN_CHROMIUM: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: browserReport };
  runTests("browser tests", ["node_modules/@playwright/test/cli.js", "test", "--reporter=list,json"], env, browserReport, (report) => ({
    passed: report.stats.expected,
    failed: report.stats.unexpected + report.stats.flaky,
  }));
}

rmSync(reports, { recursive: true, force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);

/** Runs one test runner with its output shown and adds up what its report counts. A runner that fails without a failed test is one failure. */
function runTests(what, args, env, reportFile, count) {
  timed(what, () => {
    const { status } = spawnSync(node(), args, { cwd: root, stdio: ["ignore", 1, 2], env: { ...toolEnv(), NODE_ENV: "test", ...env } });
    const { passed, failed } = existsSync(reportFile) ? count(JSON.parse(readFileSync(reportFile, "utf8"))) : { passed: 0, failed: 0 };
    counts.passed += passed;
    counts.failed += status === 0 ? failed : Math.max(1, failed);
  });
}
