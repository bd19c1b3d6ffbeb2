import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", "./test/failedTests.mjs"],
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.{ts,tsx}"], testTimeout: 20_000 } },
      {
        // The panel in a real chromium, which test/vscode/host/install.sh installs; one is enough for two cores.
        test: {
          name: "webview",
          include: ["test/webview/**/*.test.mjs"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        // Real models: one file at a time, since two llama.cpp processes beside each other crawl.
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          globalSetup: ["test/engine/globalSetup.ts"],
          // As the engine's own process has it, for tests that open a model in theirs.
          env: { UV_THREADPOOL_SIZE: "1" },
          fileParallelism: false,
          // Engines that are killed, starved and cut off, on two shared cores: a fault of ours fails twice.
          retry: 1,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
