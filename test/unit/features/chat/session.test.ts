import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { HunchError } from "../../../../src/common/errors.ts";
import { runsText } from "../../../../src/common/panel.ts";
import type { GenerateParams, GenerationEvent, GenerationResult, ModelInfo } from "../../../../src/common/protocol.ts";
import { newConversation, restoreConversation } from "../../../../src/features/chat/conversation.ts";
import { ChatSession, type SessionChange } from "../../../../src/features/chat/session.ts";
import type { LearntTemplates } from "../../../../src/prompts/effort.ts";
import { live, model, result, tokens } from "../support.ts";

type Work = (o: { emit(...events: GenerationEvent[]): void; signal: AbortSignal }) => Promise<GenerationResult>;

/** A session on an engine that does what `work` says, generation by generation. */
function session(
  work: Work[],
  o: { prepare?: () => Promise<ModelInfo>; settings?: Record<string, unknown>; learnt?: LearntTemplates } = {},
) {
  const asked: GenerateParams[] = [];
  const answeredNow: string[] = [];
  const signals: string[] = [];
  const changes: SessionChange["type"][] = [];
  let ids = 0;
  const chat = new ChatSession(newConversation("c"), {
    engine: {
      prepare: o.prepare ?? (async () => model),
      generate: async (params, { onEvents, signal }) => {
        asked.push(params);
        const next = work[asked.length - 1];
        if (!next) throw new Error("not expected");
        return next({ emit: (...events) => onEvents(events), signal });
      },
      answerNow: (id) => answeredNow.push(id),
    },
    settings: () => ({
      effort: "low",
      temperature: null,
      maxTokens: null,
      thinkingBudget: null,
      parallelThoughts: 1,
      speculation: "auto",
      loopGuard: true,
      ...o.settings,
    }),
    use: () => [],
    signal: (_plan, signal) => signals.push(signal),
    learnt: async () => o.learnt ?? {},
    newId: () => `g${ids++}`,
    newSeed: () => 7,
  });
  chat.onChange((change) => changes.push(change.type));
  const last = () => {
    const turn = chat.conversation.turns.at(-1);
    if (turn?.role !== "assistant") throw new Error("no answer");
    return turn;
  };
  return { chat, asked, answeredNow, signals, changes, last };
}

const piece = { label: "a.ts", languageId: "typescript", startLine: 1, endLine: 1, code: "let a = 1;" };
const code = [
  { piece, attachment: { label: "a.ts", uri: "file:///a.ts", languageId: "typescript", startLine: 1, endLine: 1 } },
];

describe("ask", () => {
  it("uses what was learnt about the model, with effort auto", async () => {
    const prompts = await Promise.all(
      [{}, { reasoning: "none" } as const].map(async (learnt) => {
        const { chat, asked } = session([async () => result()], { learnt, settings: { effort: "auto" } });
        await chat.ask({ task: "ask", text: "Why does this go wrong?", code });
        return asked[0]?.prompt;
      }),
    );
    expect(prompts).toMatchObject([{ thinking: "on" }, { thinking: "off" }]);
  });

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

  it("streams into the turn and ends it", async () => {
    const { chat, changes, last } = session([
      async ({ emit }) => {
        emit(tokens("thinking", ["hm"]), { type: "thinkingEnd", reason: "model" });
        emit(tokens("answer", ["Yes."]), tokens("answer", [" Really."]));
        return result();
      },
    ]);
    await chat.ask({ task: "ask", text: "Is it?", code: [] });
    expect(last()).toMatchObject({ status: "done", stopReason: "stop" });
    expect(runsText(last().answer)).toBe("Yes. Really.");
    expect(changes).toEqual(["turns", "turn", "tokens", "turn", "turn", "tokens", "tokens", "turn"]);
    expect(chat.running).toBeNull();
  });

  it("sends the code and the question, with the settings of the moment", async () => {
    const { chat, asked } = session([async () => result()], {
      settings: { temperature: 0.5, maxTokens: 99, thinkingBudget: 11 },
    });
    await chat.ask({ task: "ask", text: "What is a?", code });
    expect(asked[0]).toMatchObject({
      generationId: "g0",
      conversationId: "c",
      maxTokens: 99,
      sampling: { temperature: 0.5, seed: 7 },
      controls: { budget: 11 },
    });
    const { prompt } = asked[0]!;
    if (prompt.kind !== "chat") throw new Error(prompt.kind);
    expect(prompt.messages.at(-1)?.content).toMatch(/let a = 1;.*What is a\?/s);
  });

  it("repeats in the second turn to the letter what the first one sent, so that its cache is used", async () => {
    const answer: Work = async ({ emit }) => {
      emit(tokens("thinking", ["secret"]), tokens("answer", ["One."]));
      return result();
    };
    const { chat, asked } = session([answer, answer]);
    await chat.ask({ task: "ask", text: "What is a?", code });
    await chat.ask({ task: "ask", text: "And b?", code });
    const [first, second] = asked.map(({ prompt }) => (prompt.kind === "chat" ? prompt.messages : []));
    expect(second?.slice(0, first?.length)).toEqual(first);
    expect(second?.[first!.length]).toEqual({ role: "assistant", content: "One." });
    expect(JSON.stringify(second)).not.toContain("secret");
  });

  it("is ignored while an answer is under way", async () => {
    const { chat, asked } = session([async () => result()]);
    const first = chat.ask({ task: "ask", text: "one", code: [] });
    await chat.ask({ task: "ask", text: "two", code: [] });
    await first;
    expect(asked).toHaveLength(1);
    expect(chat.conversation.turns).toHaveLength(2);
  });

  it("says what of too much code was left out, to the user and to the model", async () => {
    const long = {
      ...piece,
      endLine: 4_000,
      code: Array.from({ length: 4_000 }, (_, i) => `let a${i} = ${i};`).join("\n"),
    };
    const { chat, asked, last } = session([async () => result()]);
    await chat.ask({ task: "ask", text: "?", code: [{ ...code[0]!, piece: long }] });
    expect(last().notices).toEqual([
      { code: "codeOmitted", message: expect.stringMatching(/Left out.*a\.ts, lines \d+-\d+/) },
    ]);
    expect(JSON.stringify(asked[0]?.prompt)).toContain(last().notices[0]?.message);
  });

  it("refuses code of which nothing fits", async () => {
    const line = { ...piece, code: "x".repeat(100_000) };
    const { chat, asked, last } = session([]);
    await chat.ask({ task: "ask", text: "?", code: [{ ...code[0]!, piece: line }] });
    expect(last()).toMatchObject({ status: "failed", error: { code: "promptTooLong" } });
    expect(asked).toEqual([]);
  });
});

describe("stop and answer now", () => {
  const untilStopped: Work = ({ emit, signal }) => {
    emit(tokens("thinking", ["hm"]));
    return new Promise((resolve) =>
      signal.addEventListener("abort", () => resolve(result({ stopReason: "cancelled" })), { once: true }),
    );
  };

  it("a stop keeps the text, which can be carried on with the same messages", async () => {
    const { chat, asked, last } = session([
      untilStopped,
      async ({ emit }) => {
        emit(tokens("answer", ["So."]));
        return result();
      },
    ]);
    const asking = chat.ask({ task: "ask", text: "?", code });
    await setImmediate();
    chat.stop();
    await asking;
    expect(last()).toMatchObject({ status: "stopped", canContinue: true });
    await chat.continue(last().id);
    expect(asked[1]?.prompt).toEqual({
      kind: "continue",
      messages: asked[0]?.prompt.kind === "chat" ? asked[0].prompt.messages : [],
      thinking: "on",
      partial: { thinking: "hm", answer: "" },
    });
    expect([runsText(last().thinking), runsText(last().answer)]).toEqual(["hm", "So."]);
  });

  it("tells what the user did with an answer", async () => {
    const answer: Work = async ({ emit }) => {
      emit(tokens("answer", ["Use this:\n```ts\nlet b = 2;\n```"]));
      return result();
    };
    const { chat, signals, last } = session([answer, untilStopped, answer]);
    await chat.ask({ task: "ask", text: "?", code });
    chat.inserted("let b = 2;\n");
    chat.inserted("of no answer");
    expect(signals).toEqual(["inserted"]);
    const again = chat.retry(last().id);
    await setImmediate();
    chat.answerNow();
    chat.stop();
    await again;
    // Stopped, so asking again says nothing about the thought.
    await chat.retry(last().id);
    expect(signals).toEqual(["inserted", "regenerated", "answeredNow"]);
  });

  it("a follow-up that says the answer was wrong is learnt from, once", async () => {
    const answer: Work = async ({ emit }) => {
      emit(tokens("answer", ["It returns 3."]));
      return result();
    };
    const { chat, signals } = session([answer, answer, answer]);
    await chat.ask({ task: "ask", text: "No?", code });
    await chat.ask({ task: "ask", text: "No, that's wrong", code: [] });
    await chat.ask({ task: "ask", text: "And in Rust?", code: [] });
    expect(signals).toEqual(["contradicted"]);
  });

  it("answer now reaches the running thought only", async () => {
    const { chat, answeredNow } = session([untilStopped]);
    chat.answerNow();
    const asking = chat.ask({ task: "ask", text: "?", code: [] });
    await setImmediate();
    chat.answerNow();
    chat.stop();
    await asking;
    chat.answerNow();
    expect(answeredNow).toEqual(["g0"]);
  });

  it("a stop while the model loads ends the turn without text", async () => {
    const { chat, last } = session([], {
      prepare: () => Promise.reject(new HunchError("cancelled", "Stopped before it had begun.")),
    });
    await chat.ask({ task: "ask", text: "?", code: [] });
    expect(last()).toMatchObject({ status: "stopped", canContinue: false, error: null });
  });
});

describe("a dead engine", () => {
  it("the text stays, and the next question works", async () => {
    const { chat, last } = session([
      async ({ emit }) => {
        emit(tokens("answer", ["half"]));
        throw new HunchError("engineCrashed", "The engine stopped.");
      },
      async ({ emit }) => {
        emit(tokens("answer", ["whole"]));
        return result();
      },
    ]);
    await chat.ask({ task: "ask", text: "one", code: [] });
    expect(last()).toMatchObject({ status: "failed", error: { code: "engineCrashed" }, answer: [{ text: "half" }] });
    await chat.ask({ task: "ask", text: "two", code: [] });
    expect(last()).toMatchObject({ status: "done", answer: [{ text: "whole" }] });
  });

  it("has an answer again, and keeps the first with all that followed as a version", async () => {
    const texts = ["one", "two", "three"];
    const { chat, last, asked } = session(
      texts.map((text) => async ({ emit }) => {
        emit(tokens("answer", [text]));
        return result();
      }),
    );
    await chat.ask({ task: "ask", text: "first", code });
    const first = last().id;
    await chat.ask({ task: "ask", text: "second", code: [] });
    await chat.retry(first);
    const answers = () =>
      chat.conversation.turns.flatMap((turn) => (turn.role === "user" ? [] : runsText(turn.answer)));
    expect(answers()).toEqual(["three"]);
    // The same question with the same code, and nothing of what followed.
    expect(asked[2]?.prompt).toEqual(asked[0]?.prompt);
    chat.switchVersion(last().id, -1);
    expect(answers()).toEqual(["one", "two"]);
  });

  it("a turn that has no text yet is answered in its place", async () => {
    const { chat, last } = session([
      () => Promise.reject(new HunchError("engineCrashed", "Gone.")),
      async ({ emit }) => {
        emit(tokens("answer", ["text"]));
        return result();
      },
    ]);
    await chat.ask({ task: "ask", text: "first", code: [] });
    const { id } = last();
    await chat.retry(id);
    expect(last().id).toBe(id);
    expect(chat.conversation.forks).toEqual({});
    expect(runsText(last().answer)).toBe("text");
  });
});

describe("resend", () => {
  const answering =
    (text: string): Work =>
    async ({ emit }) => {
      emit(tokens("answer", [text]));
      return result();
    };

  it("asks in other words with the same code, and keeps the first question as a version", async () => {
    const { chat, asked } = session([answering("one"), answering("two"), answering("three")]);
    await chat.ask({ task: "ask", text: "first", code });
    await chat.ask({ task: "ask", text: "second", code: [] });
    const [question] = chat.conversation.turns;
    await chat.resend(question!.id, "first, but better");
    expect(chat.conversation.turns).toMatchObject([
      { role: "user", text: "first, but better", attachments: [{ label: "a.ts" }] },
      { role: "assistant", status: "done" },
    ]);
    const sent = JSON.stringify(asked[2]?.prompt);
    expect(sent).toContain("let a = 1;");
    expect(sent).toContain("first, but better");
    expect(sent).not.toContain("second");
    chat.switchVersion(chat.conversation.turns[0]!.id, -1);
    expect(chat.conversation.turns.map((turn) => turn.role === "user" && turn.text)).toEqual([
      "first",
      false,
      "second",
      false,
    ]);
  });

  it("changes nothing while an answer is running", async () => {
    const { chat } = session([
      ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(result({ stopReason: "cancelled" })));
        }),
    ]);
    const asked = chat.ask({ task: "ask", text: "first", code: [] });
    await new Promise((resolve) => setTimeout(resolve));
    await chat.resend(chat.conversation.turns[0]!.id, "other");
    chat.switchVersion(chat.conversation.turns[1]!.id, 1);
    expect(chat.conversation.turns).toHaveLength(2);
    chat.stop();
    await asked;
  });
});

describe("a thumb", () => {
  it("is kept with the answer, can be taken back, and is learnt from", async () => {
    const { chat, last, signals } = session([async () => result()]);
    await chat.ask({ task: "ask", text: "first", code: [] });
    const { id } = last();
    chat.giveFeedback(id, "up");
    chat.giveFeedback(id, "up");
    expect(last().feedback).toBe("up");
    chat.giveFeedback(id, null);
    expect(last().feedback).toBeNull();
    chat.giveFeedback(id, "down");
    expect(signals).toEqual(["liked", "disliked"]);
  });
});

describe("files that get another name", () => {
  it("are followed by the attached code of all versions, also while an answer is under way", async () => {
    const { chat, changes } = session([
      async ({ emit }) => {
        emit(tokens("answer", ["It"]));
        chat.filesMoved((uri) => (uri === "file:///a.ts" ? { uri: "file:///b.ts", label: "b.ts" } : null));
        emit(tokens("answer", [" is"]));
        return result();
      },
      async () => result(),
    ]);
    await chat.ask({ task: "ask", text: "What?", code });
    await chat.resend("c.0", "What is it?");
    const [first] = chat.conversation.forks[""]?.versions[0] ?? [];
    const [second] = chat.conversation.turns;
    for (const turn of [first, second])
      expect(turn?.role === "user" && turn.attachments).toEqual([
        { ...code[0]?.attachment, uri: "file:///b.ts", label: "b.ts" },
      ]);
    const before = changes.length;
    chat.filesMoved(() => null);
    expect(changes).toHaveLength(before);
  });
});

describe("a question with a command in it", () => {
  it("asked in other words takes the task of the new words", async () => {
    const { chat, asked } = session([async () => result(), async () => result()]);
    await chat.ask({ task: "ask", text: "What?", code });
    await chat.resend("c.0", "/fix it", { task: "fix", question: "it" });
    const prompt = asked[1]?.prompt;
    const sent = prompt?.kind === "chat" ? prompt.messages.at(-1)?.content : "";
    expect(sent).toContain("Find the fault");
    expect(sent).not.toContain("/fix");
  });
});
