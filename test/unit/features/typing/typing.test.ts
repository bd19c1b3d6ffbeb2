/** Which keys the engine is told of, in an editor that has what it takes of VS Code. */
import { afterEach, expect, it, vi } from "vitest";
import { Emitter } from "../../../../src/common/emitter.ts";
import type { EngineHealth } from "../../../../src/common/panel.ts";
import type { ModelInfo } from "../../../../src/common/protocol.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { model } from "../support.ts";

interface Typed {
  document: object;
  contentChanges: { text: string }[];
}
const changes = new Emitter<Typed>();
const document = { uri: { scheme: "file" } };
vi.mock("vscode", () => ({
  EventEmitter: class {
    readonly #emitter = new Emitter<void>();
    readonly event = this.#emitter.on;
    fire(): void {
      this.#emitter.fire();
    }
    dispose(): void {}
  },
  env: {},
  window: { activeTextEditor: { document } },
  workspace: { onDidChangeTextDocument: changes.on },
}));

const { registerTyping } = await import("../../../../src/features/typing/typing.ts");

const owned: { dispose(): void }[] = [];
afterEach(() => {
  for (const one of owned.splice(0)) one.dispose();
});

/** One key, in a window where the engine is at `state`. */
function typed(
  state: EngineHealth["state"],
  { model, ...settings }: { model: ModelInfo | null; sharedEngine: boolean; pauseWhileTyping?: boolean },
) {
  const pauses: number[] = [];
  const shown: boolean[] = [];
  const typing = registerTyping({
    engine: { health: { state }, model, pause: (ms: number) => pauses.push(ms) },
    settings: { current: { pauseWhileTyping: true, ...settings } },
    own: (one: { dispose(): void }) => {
      owned.push(one);
      return one;
    },
  } as unknown as Ctx);
  typing.onChange(() => shown.push(typing.isPausing));
  changes.fire({ document, contentChanges: [{ text: "a" }] });
  return { pauses, shown };
}

const onProcessor: ModelInfo = { ...model, backend: "embedded", device: "cpu" };
const onGraphicsCard: ModelInfo = { ...onProcessor, device: "gpu" };

it("an answer of this window waits, and the status bar says so, where the processor computes it", () => {
  for (const sharedEngine of [true, false]) {
    expect(typed("busy", { model: onProcessor, sharedEngine })).toEqual({ pauses: [500], shown: [true] });
    expect(typed("busy", { model: onGraphicsCard, sharedEngine })).toEqual({ pauses: [], shown: [] });
  }
  expect(typed("busy", { model: onProcessor, sharedEngine: true, pauseWhileTyping: false }).pauses).toEqual([]);
});

it("an answer of another window waits in the engine that both share: this window is told nothing of it", () => {
  // Whatever its own model was: another may be in its place by now.
  for (const model of [onProcessor, onGraphicsCard, null]) {
    expect(typed("ready", { model, sharedEngine: true })).toEqual({ pauses: [500], shown: [] });
  }
  expect(typed("off", { model: null, sharedEngine: true }).pauses).toEqual([]);
});

it("so does what an engine of its own does on the processor while nobody asks", () => {
  const own = (model: ModelInfo | null) => typed("ready", { model, sharedEngine: false });
  expect(own(onProcessor)).toEqual({ pauses: [500], shown: [] });
  for (const model of [onGraphicsCard, null]) expect(own(model)).toEqual({ pauses: [], shown: [] });
});
