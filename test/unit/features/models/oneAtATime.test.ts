/** Long work goes by what runs, not by messages: one that faded away unanswered never tells. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Ctx } from "../../../../src/host/ctx.ts";

const editor = vi.hoisted(() => ({
  commands: new Map<string, () => Promise<unknown>>(),
  /** What was shown; nobody ever answers. */
  messages: [] as string[],
}));

vi.mock("vscode", () => ({
  ProgressLocation: {},
  ViewColumn: {},
  commands: {
    registerCommand: (id: string, handler: () => Promise<unknown>) => editor.commands.set(id, handler),
  },
  window: {
    showInformationMessage: (text: string) => {
      editor.messages.push(text);
      return new Promise(() => {});
    },
    showErrorMessage: async (text: string) => void editor.messages.push(text),
    withProgress: (_: object, work: (progress: object, cancel: object) => unknown) =>
      work({ report: () => {} }, { onCancellationRequested: () => ({ dispose: () => {} }) }),
  },
}));

const { registerBenchmark } = await import("../../../../src/features/benchmark/benchmark.ts");
const { registerOptimise } = await import("../../../../src/features/optimise/optimise.ts");

const choice = { id: "m", name: "M", sizeBytes: 1, licence: "MIT", installed: false };
const outcome = { calibration: { model: "M", made: "", adopted: {}, missing: 0 }, report: "/report.md" };

/** @param work what loading the model comes to */
function ctxWith({ installed, work }: { installed: boolean; work: () => Promise<unknown> }): Ctx {
  return {
    own: () => {},
    log: { error: (_doing: string, error: Error) => ({ code: "internal", message: error.message, hint: "" }) },
    settings: { current: { backend: "auto" } },
    models: { choices: [choice], refresh: async () => ({ id: "m", name: "M", installed }) },
    engine: { prepare: work },
    calibrations: { calibrate: async () => outcome },
  } as unknown as Ctx;
}

beforeEach(() => {
  editor.messages.length = 0;
});

describe.each([
  ["hunch.optimisePrompts", registerOptimise, /optimising prompts already/],
  ["hunch.benchmark", registerBenchmark, /measuring already/],
] as const)("%s", (id, register, already) => {
  const start = () => void editor.commands.get(id)?.();
  const shown = (count: number) => vi.waitFor(() => expect(editor.messages).toHaveLength(count));

  it("offers a missing model again where nobody answered the offer", async () => {
    register(ctxWith({ installed: false, work: async () => {} }));
    start();
    await shown(1);
    start();
    await shown(2);
    expect(editor.messages).toEqual(Array(2).fill(expect.stringContaining("Hunch needs a model to answer: M")));
  });

  it("runs one at a time, and again after one that failed", async () => {
    let fail = (_: Error) => {};
    register(ctxWith({ installed: true, work: () => new Promise((_, reject) => (fail = reject)) }));
    start();
    start();
    await shown(1);
    expect(editor.messages[0]).toMatch(already);
    fail(new Error("broken"));
    await shown(2);
    start();
    start();
    await shown(3);
    expect(editor.messages.slice(1)).toEqual([expect.stringContaining("broken"), expect.stringMatching(already)]);
  });
});

it("prompts can be optimised again while the outcome of the last time is still to be read", async () => {
  registerOptimise(ctxWith({ installed: true, work: async () => ({}) }));
  for (const count of [1, 2]) {
    void editor.commands.get("hunch.optimisePrompts")?.();
    await vi.waitFor(() => expect(editor.messages).toHaveLength(count));
  }
  expect(editor.messages).toEqual(Array(2).fill(expect.stringContaining("too hard for M")));
});
