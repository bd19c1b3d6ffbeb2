import { describe, expect, it } from "vitest";
import { runsText } from "../../../../src/common/panel.ts";
import { restoreConversation } from "../../../../src/features/chat/conversation.ts";
import { hesitationPenalty } from "../../../../src/prompts/controls.ts";
import { live, model, result, stats, tokens } from "../support.ts";
import { code, session, type Work } from "./sessionSupport.ts";

describe("the thoughts of a turn", () => {
  it("thinks several thoughts where the setting, the effort and the model have it so, and keeps those not chosen", async () => {
    const other = { text: "another way", tokens: 9, trial: "5", fate: "outvoted" as const };
    const settings = { effort: "high", parallelThoughts: 4 } as const;
    const several = { ...model, lanes: 3, thoughts: 3 };
    const { chat, asked, last, answeredNow } = session(
      [
        async ({ emit }) => {
          emit({ type: "thoughts", live: live({ thinkingTokens: 40, thoughts: 3, elapsedMs: 900 }) });
          chat.answerNow();
          expect(last()).toMatchObject({ status: "thinking", thinking: [], live: { thinkingTokens: 40, thoughts: 3 } });
          emit({ type: "notice", notice: { code: "parallelThoughts", message: "2 of 3 thoughts came to 4." } });
          emit(tokens("thinking", ["one way"]), tokens("answer", ["4"]));
          return result({ otherThoughts: [other] });
        },
        async () => result(),
      ],
      { settings, prepare: async () => several },
    );
    await chat.ask({ task: "ask", text: "2 + 2?", code: [] });
    expect(asked[0]?.controls.thoughts).toBe(3);
    expect(answeredNow).toEqual(["g0"]);
    expect(last()).toMatchObject({ status: "done", notices: [], otherThoughts: [other] });
    expect(runsText(last().thinking)).toBe("one way");
    const stored = restoreConversation(JSON.parse(JSON.stringify(chat.conversation)));
    expect(stored?.turns.at(-1)).toMatchObject({ otherThoughts: [other] });
    await chat.retry(last().id);
    expect(last().otherThoughts).toBeUndefined();
  });

  it("thinks where the user asks again after an answer without a thought", async () => {
    const firstAnswer = { text: "4", probability: 0.62, stands: true };
    const direct: Work = async ({ emit }) => {
      emit(tokens("answer", ["Answer: 4"]));
      return result({ thinkingEnd: "earlyExit", stats: stats({ firstAnswer }) });
    };
    const thought: Work = async ({ emit }) => {
      emit(tokens("thinking", ["hm"]), tokens("answer", ["Answer: 5"]));
      return result();
    };
    const { chat, asked, last, signals } = session([direct, direct, thought, thought], {
      learnt: { value: "plain", answerFirst: { value: 0.2 } },
      settings: { effort: "auto" },
    });
    await chat.ask({ task: "ask", text: "What does f(3) return?", code });
    await chat.ask({ task: "ask", text: "What does f(4) return?", code: [] });
    const [first, second] = asked.map(({ prompt }) => (prompt.kind === "chat" ? prompt.messages : []));
    expect(asked[0]?.controls.answerFirst?.least).toBe(0.2);
    // The next turn repeats what the model has read: not a word about thinking.
    expect(second?.[1]?.content).toBe(asked[0]?.controls.answerFirst?.message);
    expect(first?.[1]?.content).not.toBe(second?.[1]?.content);

    await chat.retry(last().id);
    expect(asked[2]?.controls.answerFirst).toBeUndefined();
    expect(asked[2]?.prompt).toMatchObject({ thinking: "on" });
    expect(signals).toEqual([]);
    await chat.retry(last().id);
    expect(asked[3]?.controls.answerFirst).toBeUndefined();
    expect(signals).toEqual(["regenerated"]);
  });

  it("ends and steers thoughts as the settings have it", async () => {
    const controls = async (settings: Record<string, unknown>) => {
      const { chat, asked } = session([async () => result()], { settings });
      await chat.ask({ task: "ask", text: "2 + 2?", code: [] });
      return asked[0]?.controls;
    };
    expect(await controls({})).toEqual({ budget: 192, loopGuard: true, earlyExit: "auto" });
    const others = { earlyExit: "off", loopGuard: false, dampHesitation: true };
    expect(await controls(others)).toEqual({ budget: 192, loopGuard: false, earlyExit: "off", hesitationPenalty });
    // Where nothing is thought, nothing hesitates.
    expect((await controls({ ...others, effort: "off" }))?.hesitationPenalty).toBeUndefined();
  });

  it("asks for the code of a fix also behind a thought that is ended", async () => {
    const { chat, asked } = session([async () => result(), async () => result()]);
    await chat.ask({ task: "fix", text: "Fix it", code });
    await chat.ask({ task: "ask", text: "Why?", code: [] });
    expect(asked.map(({ answerForm }) => answerForm)).toEqual([{ kind: "codeBlock", onlyIfCut: true }, undefined]);
  });

  it("thinks one thought where the model can have no more", async () => {
    const settings = { effort: "high", parallelThoughts: 4 } as const;
    const { chat, asked } = session([async () => result()], { settings });
    await chat.ask({ task: "ask", text: "2 + 2?", code: [] });
    expect(asked[0]?.controls.thoughts).toBeUndefined();
    expect(asked[0]?.controls.budget).toBe(1_536);
  });

  it("keeps thoughts and answers apart when the model is another one from a turn to the next", async () => {
    const qwen = { ...model, id: "qwen3", thinking: { ...model.thinking, family: "qwen3", native: true } };
    const models = [model, qwen, model];
    const answer: Work = async ({ emit }) => {
      emit(tokens("thinking", ["secret"]), { type: "thinkingEnd", reason: "model" }, tokens("answer", ["One."]));
      return result();
    };
    const cut: Work = async ({ emit }) => {
      emit(tokens("thinking", ["half a thought"]));
      return result({ stopReason: "cancelled", thinkingEnd: "none" });
    };
    const { chat, asked, last } = session([answer, cut, answer], { prepare: async () => models.shift()! });
    await chat.ask({ task: "ask", text: "What is a?", code });
    await chat.ask({ task: "ask", text: "And b?", code });
    const [first, second] = asked.map(({ prompt }) => (prompt.kind === "chat" ? prompt : null));
    expect(second?.messages.slice(1, 3)).toEqual([first?.messages[1], { role: "assistant", content: "One." }]);
    // The one is told where its thought goes, the other knows.
    expect(first?.messages.at(-1)?.content).toContain("<think>");
    expect(second?.messages.at(-1)?.content).not.toContain("<think>");
    expect(JSON.stringify(second)).not.toContain("secret");
    // What the one has begun the other carries on: the engine puts its own markers around it.
    await chat.continue(last().id);
    const partial = { thinking: "half a thought", answer: "" };
    expect(asked[2]?.prompt).toMatchObject({ kind: "continue", partial });
    expect(JSON.stringify(asked[2]?.prompt)).not.toContain("secret");
    expect([runsText(last().thinking), runsText(last().answer)]).toEqual(["half a thoughtsecret", "One."]);
  });
});
