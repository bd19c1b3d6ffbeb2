// `npm test`: everything that has to hold, in the order in which it fails fastest. Prints a line for each part and, at
// the end, what passed. Parts run one after the other: llama.cpp processes beside each other crawl.
import { spawnSync } from "node:child_process";
import { failedTests, forgetFailedTests } from "../test/failedTests.mjs";

const parts = [
  ["types", "check:types"],
  ["style", "check:style"],
  ["layers", "check:layers"],
  ["unit tests", "test:unit"],
  ["panel tests (a real browser)", "test:webview"],
  ["engine tests (real models)", "test:engine"],
  ["VS Code tests (a real VS Code)", "test:vscode"],
];

forgetFailedTests();
const failed = [];
for (const [title, script] of parts) {
  console.log(`\n=== ${title}: npm run ${script}`);
  const start = Date.now();
  const { status, signal } = spawnSync("npm", ["run", "--silent", script], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  const seconds = Math.round((Date.now() - start) / 1000);
  console.log(`=== ${title}: ${status === 0 ? "passed" : `FAILED (${signal ?? status})`} in ${seconds} s`);
  if (status !== 0) failed.push(title);
}

// Those that passed at a second try stand there too.
const list = failedTests();
if (list !== "") console.log(`\nFailed tests:\n${list}`);
if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}`);
console.log(`\nparts: ${parts.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
