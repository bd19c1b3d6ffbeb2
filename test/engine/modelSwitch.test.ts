/** One conversation that goes on with another real model, which marks its thoughts in another way. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type AssistantTurn, runsText } from "../../src/common/panel.ts";
import { newConversation } from "../../src/features/chat/conversation.ts";
import { ChatSession } from "../../src/features/chat/session.ts";
import { firstSettings, services } from "../unit/features/chat/sessionSupport.ts";
import { TestEngine } from "./support/engine.ts";

const words = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`).join(" ");
const wholeThought = words("t", 200);
const wholeAnswer = words("a", 40);
const settings = { ...firstSettings, effort: "medium", temperature: 0 } as const;

describe("a model switched in mid-conversation", () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await TestEngine.start();
  });
  afterAll(() => engine.stop());

  /** Asks with the model of the moment: `scripted` marks its thought itself, SmolLM2's is opened for it by the prompt. */
  function conversation() {
    const prompts: string[] = [];
    let path = inject("scripted").chain;
    let short = false;
    const chat = new ChatSession(
      newConversation("switched"),
      services({
        engine: {
          prepare: () => engine.load({ path }),
          generate: (params, options) => {
            prompts.push(JSON.stringify(params.prompt));
            return engine.client.generate(params, options);
          },
          answerNow: () => undefined,
        },
        settings: () => (short ? { ...settings, maxTokens: 160, thinkingBudget: 40 } : settings),
      }),
    );
    const last = (): AssistantTurn => {
      const turn = chat.conversation.turns.at(-1);
      if (turn?.role !== "assistant") throw new Error("no answer");
      return turn;
    };
    const use = (model: "scripted" | "smol") => {
      short = model === "smol";
      path = short ? inject("smolPath") : inject("scripted").chain;
    };
    return { chat, prompts, last, use };
  }
  const textsOf = ({ thinking, answer }: AssistantTurn) => [runsText(thinking).trim(), runsText(answer).trim()];
  const expectClean = (turn: AssistantTurn) => {
    for (const text of textsOf(turn)) {
      expect(text).not.toBe("");
      expect(text).not.toMatch(/<\/?think>|<\||\|>/);
    }
  };

  it("keeps thoughts and answers straight, there and back", async () => {
    const { chat, prompts, last, use } = conversation();
    await chat.ask({ task: "ask", text: "Say the first.", code: [] });
    expect(textsOf(last())).toEqual([wholeThought, wholeAnswer]);
    use("smol");
    await chat.ask({ task: "ask", text: "What colour is the sky?", code: [] });
    expect(last().status).toBe("done");
    expectClean(last());
    expect(prompts[1]).toContain(wholeAnswer);
    expect(prompts[1]).not.toContain("t0 t1");
    const [thought, answer] = textsOf(last());
    // The script's words are in its history, and nothing of its thought.
    expect(thought).not.toContain("t0 t1");
    use("scripted");
    await chat.ask({ task: "ask", text: "And again?", code: [] });
    expect(textsOf(last())).toEqual([wholeThought, wholeAnswer]);
    expect(prompts[2]).toContain(JSON.stringify(answer).slice(1, -1));
    expect(prompts[2]).not.toContain(JSON.stringify(thought).slice(1, -1));
  });

  it("carries on a thought that the other model began, and answers", async () => {
    const { chat, last, use } = conversation();
    const stopping = chat.onChange((change) => {
      if (change.type === "tokens" && change.live.thinkingTokens >= 20) chat.stop();
    });
    await chat.ask({ task: "ask", text: "Say the first.", code: [] });
    expect(last()).toMatchObject({ status: "stopped", canContinue: true });
    const begun = runsText(last().thinking);
    expect(wholeThought.startsWith(begun.trim())).toBe(true);
    stopping.dispose();
    use("smol");
    await chat.continue(last().id);
    expect(runsText(last().thinking).startsWith(begun)).toBe(true);
    expect(last().status).toBe("done");
    expectClean(last());
  });
});
