/** What `Hunch: Benchmark This Machine` does when the user changes something meanwhile. */
import { expect, test, vi } from "vitest";
import type { GenerateParams, ModelInfo } from "../../../../src/common/protocol.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { model, result } from "../support.ts";

vi.mock("vscode", () => ({
  ProgressLocation: {},
  window: {
    withProgress: (_: object, work: (progress: object, cancel: object) => unknown) =>
      work({ report: () => {} }, { onCancellationRequested: () => ({ dispose: () => {} }) }),
  },
}));

const { runBenchmark } = await import("../../../../src/features/benchmark/benchmarkRun.ts");

/** @param answers which model has the engine by the time of a request, from 1 */
function benchmark(answers: (request: number) => ModelInfo) {
  const asked: GenerateParams[] = [];
  const ctx = {
    settings: { current: { backend: "embedded" } },
    models: { choices: [], refresh: async () => ({ id: model.id, installed: true }) },
    engine: {
      prepare: async () => model,
      whenIdle: async () => null,
      generate: async (params: GenerateParams) => {
        asked.push(params);
        return result({ model: answers(asked.length) });
      },
    },
  };
  return { report: runBenchmark(ctx as unknown as Ctx), asked };
}

test("all runs of one model come to a report", async () => {
  const { report, asked } = benchmark(() => model);
  expect(await report).toMatchObject({ model: "Test Model", measured: { length: asked.length } });
});

test("it ends when another model answers, and does not promise to go on", async () => {
  const other = { ...model, id: "other", name: "Other" };
  const { report, asked } = benchmark((request) => (request < 4 ? model : other));
  await expect(report).rejects.toMatchObject({
    code: "usage",
    message: "The model was changed from Test Model to Other during the measurement.",
    hint: "Start it again with Test Model.",
  });
  expect(asked).toHaveLength(4);
});
