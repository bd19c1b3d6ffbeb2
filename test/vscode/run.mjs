/**
 * `npm run test:vscode`: the tests in a real VS Code. Installs it outside the repository when it is missing, builds the
 * extension, fetches the small model, then runs the suite inside the extension host and the end-to-end tests.
 * usage: node test/vscode/run.mjs [NAME…]   NAMEs pick parts: suite, chat, explain, errors, firstRun
 *   HUNCH_TEST_MODEL  GGUF file to use instead of the catalogue's smallest
 *   HUNCH_VSIX        packed extension to test end to end instead of the checkout
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { repository, screenshots } from "./host/host.mjs";

const testTimeoutMs = 300_000;
const smallModel = "smollm2-135m";

const here = path.join(repository, "test/vscode");
const e2e = readdirSync(path.join(here, "e2e")).map((file) => file.replace(/\.test\.mjs$/, ""));
const parts = ["suite", ...e2e];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : parts;
const unknown = wanted.filter((part) => !parts.includes(part));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(", ")}; there are ${parts.join(", ")}`);
  process.exit(2);
}

execFileSync("bash", [path.join(here, "host/install.sh")], { stdio: ["ignore", "ignore", "inherit"] });
execFileSync(process.execPath, ["esbuild.js"], { cwd: repository, stdio: "inherit" });
mkdirSync(screenshots, { recursive: true });
const env = { ...process.env, HUNCH_TEST_MODEL: process.env.HUNCH_TEST_MODEL ?? fetchModel() };

const failed = wanted.filter((part) => {
  console.log(`\n--- ${part}`);
  const arguments_ =
    part === "suite"
      ? [path.join(here, "suite.mjs")]
      : ["--test", "--test-reporter=spec", `--test-timeout=${testTimeoutMs}`, path.join(here, `e2e/${part}.test.mjs`)];
  return spawnSync(process.execPath, arguments_, { cwd: repository, stdio: "inherit", env }).status !== 0;
});
console.log(failed.length === 0 ? `\npassed: ${wanted.join(", ")}` : `\nFAILED: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function fetchModel() {
  const cli = path.join(repository, "dist/cli.mjs");
  execFileSync(process.execPath, [cli, "models", "download", smallModel], { stdio: ["ignore", "inherit", "inherit"] });
  return execFileSync(process.execPath, [cli, "models", "path", smallModel], { encoding: "utf8" }).trim();
}
