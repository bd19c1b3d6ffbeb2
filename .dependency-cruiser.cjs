// One-way layers: common ← prompts, models, sharing, webview; sharing ← engine, client; prompts ← evaluation ← benchmark; all but engine and webview ← host ← features ← extension; cli on the side.
const only = (from, ...to) => ({
  name: `${from}-imports-only-${to.join("-") || "itself"}`,
  severity: "error",
  from: { path: `^src/${from}/` },
  to: { path: "^src/", pathNot: `^src/(${[from, ...to].join("|")})/` },
});
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    only("common"),
    only("prompts", "common"),
    only("models", "common"),
    // Where an engine that several programs share is found: its two sides agree there.
    only("sharing", "common"),
    only("engine", "common", "sharing"),
    only("client", "common", "sharing"),
    only("webview", "common"),
    // Measuring ways of thinking knows prompts but no engine: it is given a function that generates. So the terminal's
    // benchmark and the calibration in the editor are the same code.
    only("evaluation", "common", "prompts"),
    // The same for measuring speed.
    only("benchmark", "common", "evaluation"),
    only("cli", "common", "prompts", "models", "client", "evaluation", "benchmark"),
    only("host", "common", "prompts", "models", "client", "evaluation"),
    only("features", "common", "prompts", "models", "client", "evaluation", "benchmark", "host"),
    {
      name: "vscode-only-in-host-and-features",
      severity: "error",
      from: { pathNot: "^src/(host|features)/|^src/(extension|startup)\\.ts$" },
      to: { path: "^vscode$" },
    },
    {
      name: "native-runtime-only-in-engine",
      severity: "error",
      from: { pathNot: "^src/engine/" },
      to: { path: "node-llama-cpp" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".js", ".json"] },
  },
};
