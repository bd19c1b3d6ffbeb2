/** What the window knows of all its sessions, with an engine that answers at once. */
import { beforeEach, expect, it, vi } from "vitest";
import type { GenerationResult } from "../../../../src/common/protocol.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { model, result, stats } from "../support.ts";
import { code, firstSettings } from "./sessionSupport.ts";

/** The context keys that are set. */
const keys: Record<string, unknown> = {};
vi.mock("vscode", () => ({
  commands: {
    executeCommand: async (_command: "setContext", key: string, value: unknown) => {
      keys[key] = value;
    },
  },
}));
beforeEach(() => {
  for (const key of Object.keys(keys)) delete keys[key];
});

const { Sessions } = await import("../../../../src/features/chat/sessions.ts");

/** @param results of the generations, one after the other */
function sessions(results: GenerationResult[] = []) {
  return new Sessions({
    engine: {
      prepare: async () => model,
      generate: async () => results.shift() ?? result(),
      answerNow: () => undefined,
    },
    settings: { current: firstSettings },
    calibrations: { learnt: async () => ({}) },
    learning: { log: [], signal: async () => undefined },
  } as unknown as Ctx);
}

it("the figures are those of the generation that ended last, whichever answer gets a thumb", async () => {
  const speeds = [3, 40].map((tokensPerSecond) => result({ stats: stats({ tokensPerSecond }) }));
  const all = sessions(speeds);
  const session = all.create();
  await session.ask({ task: "ask", text: "One?", code: [] });
  expect(all.lastStats).toMatchObject({ tokensPerSecond: 3 });
  await session.ask({ task: "ask", text: "Two?", code: [] });
  expect(all.lastStats).toMatchObject({ tokensPerSecond: 40 });
  session.giveFeedback(session.conversation.turns[1]?.id ?? "", "up");
  expect(session.conversation.turns[1]).toMatchObject({ feedback: "up" });
  expect(all.lastStats).toMatchObject({ tokensPerSecond: 40 });
});

it("a thumb while the next answer is written changes them neither", async () => {
  const all = sessions([result({ stats: stats({ tokensPerSecond: 3 }) })]);
  const [session, other] = [all.create(), all.create()];
  await session.ask({ task: "ask", text: "One?", code: [] });
  await other.ask({ task: "ask", text: "Two?", code: [] });
  const answering = session.ask({ task: "ask", text: "Three?", code: [] });
  session.giveFeedback(session.conversation.turns[1]?.id ?? "", "up");
  expect(all.lastStats).toMatchObject({ tokensPerSecond: 41 });
  await answering;
});

it("a question counts for the first steps as it begins, but those about the sample do not, nor those that go on from them", async () => {
  const all = sessions();
  all.samples.add("untitled:Untitled-1");
  const sample = code.map((one) => ({ ...one, attachment: { ...one.attachment, uri: "untitled:Untitled-1" } }));
  const session = all.create();
  await session.ask({ task: "explain", text: "Explain the sample", code: sample });
  await session.ask({ task: "ask", text: "And why?", code: [] });
  expect(keys).toEqual({ "hunch.running": false });
  const answered = session.ask({ task: "explain", text: "Explain mine", code });
  expect(keys).toEqual({ "hunch.running": true, "hunch.hasAsked": true });
  await answered;
  const other = sessions();
  void other.create().ask({ task: "ask", text: "What is a monad?", code: [] });
  expect(keys).toMatchObject({ "hunch.hasAsked": true });
});
