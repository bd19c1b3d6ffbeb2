/**
 * Makes hunch-PLATFORM-VERSION.vsix: the built extension with its runtime for this platform, installable offline.
 * usage: npm run package -- [--gpu vulkan|cuda|none] [--out FILE]
 *
 * The runtime is node-llama-cpp with what it needs at run time and this platform's binaries. They go to
 * dist/node_modules, where dist/engine.mjs finds them and where vsce, which is told not to look for dependencies,
 * takes them as plain files. CUDA's binaries (540 MB) only go in when asked for.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { isLicence } from "./notices.mjs";
import { packagedReadme } from "./packagedReadme.mjs";

const vsce = "@vscode/vsce@3.9.2";
const root = path.resolve(import.meta.dirname, "..");
/** Used only to compile llama.cpp, which an installed extension never does. */
const buildTools = new Set(["cmake-js", "node-addon-api"]);
/** Of node-llama-cpp's llama/ folder: what tells which release the binaries are; the rest is sources (35 MB). */
const keptOfLlama = new Set(["binariesGithubRelease.json", "llama.cpp.info.json", "package.json"]);
/** Never read at run time. */
const leftOut = /\.(d\.[cm]?ts|[cm]?ts|map|md|markdown|tsbuildinfo)$/i;
/** What of the repository goes in; .vscodeignore says the same to vsce. */
const shipped = [
  "dist/engine.mjs",
  "dist/webview",
  "dist/THIRD-PARTY-NOTICES.txt",
  "l10n",
  "media",
  "package.nls.json",
  "package.nls.de.json",
  "README.md",
  "LICENSE",
];
const checkoutFields = new Set(["scripts", "devDependencies", "dependencies", "overrides", "bin"]);

const gpus = ["vulkan", "cuda", "none"];
const { values: options } = parseArgs({
  options: { gpu: { type: "string", default: "vulkan" }, out: { type: "string" } },
});
if (!gpus.includes(options.gpu)) fail(`--gpu takes one of ${gpus.join(", ")}`);

const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const platform = { linux: "linux", darwin: "darwin", win32: "win32" }[process.platform];
const architecture = { x64: "x64", arm64: "arm64", arm: "armhf" }[process.arch];
if (!platform || !architecture) fail(`there is no VS Code for ${process.platform} on ${process.arch}`);
const target = `${platform}-${architecture}`;
const out = path.resolve(options.out ?? path.join(root, `${manifest.name}-${target}-${manifest.version}.vsix`));

execFileSync(process.execPath, ["esbuild.js"], { cwd: root, stdio: "inherit" });
const staging = mkdtempSync(path.join(tmpdir(), "hunch-package-"));
try {
  stage();
  const arguments_ = ["package", "--no-dependencies", "--target", target, "--out", out];
  const npx = process.platform === "win32" ? "npx.cmd" : "npx";
  execFileSync(
    npx,
    ["--yes", vsce, ...arguments_, "--allow-missing-repository", "--no-rewrite-relative-links", "--skip-license"],
    { cwd: staging, stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" },
  );
} finally {
  rmSync(staging, { recursive: true, force: true });
}
console.log(`${path.relative(process.cwd(), out)}: ${megabytes(statSync(out).size)}, GPU binaries: ${options.gpu}`);

function stage() {
  // What only a checkout needs stays behind.
  const ownFields = Object.entries(manifest).filter(([name]) => !checkoutFields.has(name));
  writeFileSync(path.join(staging, "package.json"), JSON.stringify(Object.fromEntries(ownFields), null, 2));
  // The extension, and each part of it that is loaded on demand.
  const bundles = readdirSync(path.join(root, "dist")).filter((name) => name.endsWith(".cjs"));
  for (const name of [...bundles.map((bundle) => `dist/${bundle}`), ...shipped, ".vscodeignore"])
    if (existsSync(path.join(root, name))) cpSync(path.join(root, name), path.join(staging, name), { recursive: true });
  const readme = path.join(staging, "README.md");
  writeFileSync(readme, packagedReadme(readFileSync(readme, "utf8")));
  const modules = path.join(staging, "dist", "node_modules");
  for (const source of [...runtimePackages("node-llama-cpp"), ...binaryPackages()])
    copyPackage(source, path.join(modules, path.relative(path.join(root, "node_modules"), source)));
  const total = sizeOf(staging);
  console.log(`staged ${megabytes(total)}, of which runtime ${megabytes(sizeOf(modules))}`);
}

/** Folders of a package and of all that it depends on, as npm has placed them. */
function runtimePackages(name) {
  const found = new Set();
  const visit = (dependency, from) => {
    if (buildTools.has(dependency)) return;
    const folder = resolvePackage(dependency, from);
    if (!folder) fail(`${dependency}, which ${from} needs, is not installed: run npm ci`);
    if (found.has(folder)) return;
    found.add(folder);
    for (const next of Object.keys(readManifest(folder).dependencies ?? {})) visit(next, folder);
  };
  visit(name, root);
  return [...found];
}

/** As Node looks for it: in each node_modules from the folder upwards. */
function resolvePackage(name, from) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, "node_modules", name);
    if (existsSync(path.join(candidate, "package.json"))) return candidate;
    if (folder === root) return null;
  }
}

/** node-llama-cpp's packages of binaries for this system, without the GPU backends that were not asked for. */
function binaryPackages() {
  const scope = path.join(root, "node_modules", "@node-llama-cpp");
  const system = { linux: "linux", darwin: "mac", win32: "win" }[process.platform];
  const processor = process.arch === "arm" ? "armv7l" : process.arch;
  const wanted = new RegExp(
    `^${system}-${processor}(-metal${options.gpu === "none" ? "" : `|-${options.gpu}(-ext)?`})?$`,
  );
  const found = readdirSync(scope).filter((name) => wanted.test(name));
  const folders = found.map((name) => path.join(scope, name)).filter((folder) => existsSync(path.join(folder, "bins")));
  if (folders.length === 0) fail(`no binaries for ${system}-${processor} in ${scope}: run npm ci`);
  if (options.gpu === "cuda" && !folders.some((folder) => folder.includes("cuda")))
    fail("the CUDA binaries are not installed: see the README on how to get them");
  return folders;
}

function copyPackage(source, destination) {
  mkdirSync(destination, { recursive: true });
  const own = path.join(source, "node_modules");
  cpSync(source, destination, {
    recursive: true,
    dereference: true,
    filter: (file) => {
      if (file === own) return false;
      const [first, second] = path.relative(source, file).split(path.sep);
      if (path.basename(source) === "node-llama-cpp" && first === "llama" && second) return keptOfLlama.has(second);
      if (path.basename(source) === "node-llama-cpp" && first === "templates") return false;
      return !leftOut.test(file) || isLicence.test(path.basename(file)) || statSync(file).isDirectory();
    },
  });
}

function readManifest(folder) {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function fail(message) {
  console.error(`package: ${message}`);
  process.exit(1);
}
