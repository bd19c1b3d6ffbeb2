/**
 * The list of failed tests, with which `npm test` ends: what failed in a long run, and why. Vitest's reporter is the
 * default export; that of node:test is vscode/host/nodeReporter.mjs.
 */
import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const list = fileURLToPath(new URL("../out/failed-tests.txt", import.meta.url));
const longestReason = 600;

export const forgetFailedTests = () => rmSync(list, { force: true });

/** @returns {string} "" when no test failed */
export function failedTests() {
  try {
    return readFileSync(list, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}

/** @param {string} name @param {{message?: string, stack?: string} | undefined} error */
export function addFailedTest(name, error) {
  const own = (error?.stack ?? "").split("\n").find((line) => /\/test\//.test(line) && !/node_modules/.test(line));
  const reason = `${error?.message ?? "no reason given"}`.slice(0, longestReason);
  mkdirSync(path.dirname(list), { recursive: true });
  appendFileSync(list, `${name}\n${reason}\n${own?.trim() ?? ""}\n\n`);
}

export default class VitestReporter {
  onTestCaseResult(test) {
    const { state, errors } = test.result();
    const isFlaky = test.diagnostic()?.flaky ?? false;
    if (state !== "failed" && !isFlaky) return;
    const name = `${test.module.relativeModuleId}: ${test.fullName}`;
    addFailedTest(isFlaky ? `${name} (passed at the second try)` : name, errors?.[0]);
  }

  /** What fails outside of a test: a hook, an import, a rejection that nobody awaits. */
  onTestRunEnd(modules, unhandledErrors) {
    for (const module of modules)
      for (const error of [module, ...module.children.allSuites()].flatMap((suite) => suite.errors()))
        addFailedTest(module.relativeModuleId, error);
    for (const error of unhandledErrors) addFailedTest("outside of a test", error);
  }
}
