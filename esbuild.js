// Bundles the four programs: extension (CommonJS, for VS Code), engine and CLI (ESM, since node-llama-cpp is ESM only)
// and the panel. `--watch` rebuilds on change, `--meta` writes dist/meta.json to see what takes the space.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { noticesOf } from "./tools/notices.mjs";

const watch = process.argv.includes("--watch");
const shared = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? "linked" : false,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
};
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const node = {
  ...shared,
  platform: "node",
  target: "node20.20",
  define: { "process.env.HUNCH_VERSION": JSON.stringify(version) },
};
const esm = {
  ...node,
  format: "esm",
  external: ["node-llama-cpp"],
  // Bundled CommonJS packages may call require().
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

/** What the extension imports with `import()` stays out of its bundle and is a bundle, and an entry point, of its own. */
const loadedOnDemand = {
  name: "loaded-on-demand",
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ kind, path: file }) =>
      kind === "dynamic-import" ? { path: `./${path.basename(file, ".ts")}.cjs`, external: true } : undefined,
    );
  },
};

/**
 * Each file that imports `vscode` would get a copy of the API's several hundred members when the bundle is loaded. This
 * module has the members that are used, once; esbuild then binds every use to it directly.
 */
const vscodeOnce = {
  name: "vscode-once",
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, ({ kind }) =>
      kind === "require-call" ? { path: "vscode", external: true } : { path: "vscode", namespace: "vscode-once" },
    );
    build.onLoad({ filter: /.*/, namespace: "vscode-once" }, () => {
      const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
      const used = sources.flatMap((name) =>
        [...readFileSync(path.join("src", name), "utf8").matchAll(/\bvscode\.(\w+)/g)].map(([, member]) => member),
      );
      const members = [...new Set(used)].sort();
      return { contents: `const api = require("vscode");\nexport const { ${members.join(", ")} } = api;\n` };
    });
  },
};

const programs = [
  {
    ...node,
    format: "cjs",
    entryPoints: [
      "src/startup.ts",
      "src/extension.ts",
      "src/host/runtime.ts",
      "src/features/benchmark/benchmarkRun.ts",
      "src/features/chat/exportMarkdown.ts",
      "src/features/explain/explanation.ts",
      "src/features/participant/safeStream.ts",
    ],
    entryNames: "[name]",
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    // VS Code gives `vscode` to require(), whatever loads the file.
    supported: { "dynamic-import": false },
    plugins: [loadedOnDemand, vscodeOnce],
  },
  { ...esm, entryPoints: ["src/engine/main.ts"], outfile: "dist/engine.mjs" },
  { ...esm, entryPoints: ["src/cli/main.ts"], outfile: "dist/cli.mjs" },
  { ...esm, entryPoints: ["bench/replay/main.ts"], outfile: "dist/bench-replay.mjs" },
  { ...esm, entryPoints: ["bench/lanes/main.ts"], outfile: "dist/bench-lanes.mjs" },
  { ...esm, entryPoints: ["bench/kv/main.ts"], outfile: "dist/bench-kv.mjs" },
  { ...esm, entryPoints: ["bench/weights/main.ts"], outfile: "dist/bench-weights.mjs" },
  { ...esm, entryPoints: ["bench/serve/main.ts"], outfile: "dist/bench-serve.mjs" },
  { ...esm, entryPoints: ["bench/sharing/main.ts"], outfile: "dist/bench-sharing.mjs" },
  { ...esm, entryPoints: ["bench/index/main.ts"], outfile: "dist/bench-index.mjs" },
  { ...esm, entryPoints: ["bench/replay/record.ts"], outfile: "dist/bench-record.mjs" },
  { ...esm, entryPoints: ["bench/replay/recordDrafts.ts"], outfile: "dist/bench-record-drafts.mjs" },
  { ...esm, entryPoints: ["bench/strict/main.ts"], outfile: "dist/bench-strict.mjs" },
  { ...esm, entryPoints: ["bench/endings/main.ts"], outfile: "dist/bench-endings.mjs" },
  { ...esm, entryPoints: ["bench/soak/main.ts"], outfile: "dist/bench-soak.mjs" },
  { ...esm, entryPoints: ["bench/support/editor.ts"], outfile: "dist/bench-editor.mjs" },
  {
    ...shared,
    platform: "browser",
    target: "es2022",
    format: "iife",
    jsx: "automatic",
    jsxImportSource: "preact",
    entryPoints: ["src/webview/panel.tsx"],
    outfile: "dist/webview/panel.js",
  },
].filter((program) => existsSync(program.entryPoints[0]));

const contexts = await Promise.all(programs.map((program) => esbuild.context(program)));
if (watch) {
  await Promise.all(contexts.map((context) => context.watch()));
  console.log("watching");
} else {
  const results = await Promise.all(contexts.map((context) => context.rebuild()));
  const metafiles = results.map((result) => result.metafile);
  if (process.argv.includes("--meta")) writeFileSync("dist/meta.json", JSON.stringify(metafiles));
  writeFileSync("dist/THIRD-PARTY-NOTICES.txt", noticesOf(metafiles, import.meta.dirname));
  await Promise.all(contexts.map((context) => context.dispose()));
}
if (existsSync("src/cli/samples")) cpSync("src/cli/samples", "dist/samples", { recursive: true });
