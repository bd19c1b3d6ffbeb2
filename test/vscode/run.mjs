/**
 * `npm run test:vscode`: the tests in a real VS Code. Installs it outside the repository when it is missing, builds the
 * extension, fetches the small model, then runs the suite inside the extension host, the end-to-end tests, and the first
 * run of the packed extension in a clean VS Code.
 * usage: node test/vscode/run.mjs [NAME…]   NAMEs pick parts: suite, packaged, and those of e2e/
 *   HUNCH_TEST_MODEL  GGUF file to use instead of the catalogue's smallest
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { repository, screenshots } from "./host/host.mjs";

const testTimeoutMs = 300_000;
const smallModel = "smollm2-135m";

const here = path.join(repository, "test/vscode");
const e2e = readdirSync(path.join(here, "e2e")).map((file) => file.replace(/\.test\.mjs$/, ""));
const parts = ["suite", ...e2e, "packaged"];
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
  if (runPart(part)) return false;
  // A browser, an editor and a model on two shared cores: a wait may run out. A fault of ours fails twice.
  console.log(`\n--- ${part}: failed; once more`);
  return !runPart(part);
});
console.log(failed.length === 0 ? `\npassed: ${wanted.join(", ")}` : `\nFAILED: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function runPart(part) {
  console.log(`\n--- ${part}`);
  switch (part) {
    case "suite":
      return succeeds([path.join(here, "suite.mjs")], env);
    case "packaged": {
      const vsix = path.join(screenshots, "hunch.vsix");
      const packed = succeeds([path.join(repository, "tools/package.mjs"), "--out", vsix], env);
      // Files that are missing from the package show here: the extension runs from where it was installed.
      return packed && runEndToEnd("firstRun", { ...env, HUNCH_VSIX: vsix });
    }
    default:
      return runEndToEnd(part, env);
  }
}

function runEndToEnd(name, environment) {
  const file = path.join(here, `e2e/${name}.test.mjs`);
  const reporters = ["spec", path.join(here, "host/nodeReporter.mjs")];
  const to = reporters.flatMap((reporter) => ["--test-reporter", reporter, "--test-reporter-destination", "stdout"]);
  return succeeds(["--test", ...to, `--test-timeout=${testTimeoutMs}`, file], environment);
}

function succeeds(nodeArguments, environment) {
  const options = { cwd: repository, stdio: "inherit", env: environment };
  return spawnSync(process.execPath, nodeArguments, options).status === 0;
}

function fetchModel() {
  const cli = path.join(repository, "dist/cli.mjs");
  execFileSync(process.execPath, [cli, "models", "download", smallModel], { stdio: ["ignore", "inherit", "inherit"] });
  return execFileSync(process.execPath, [cli, "models", "path", smallModel], { encoding: "utf8" }).trim();
}
