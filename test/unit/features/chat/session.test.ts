import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { HunchError } from "../../../../src/common/errors.ts";
import { runsText } from "../../../../src/common/panel.ts";
import type { ModelInfo } from "../../../../src/common/protocol.ts";
import { type FoundCode, restoreConversation } from "../../../../src/features/chat/conversation.ts";
import { model, result, tokens } from "../support.ts";
import { code, piece, session, type Work } from "./sessionSupport.ts";

/** What `code` uses. */
const used = {
  piece: { ...piece, label: "b.ts", code: "let b = 2;", role: "reference" as const },
  attachment: { ...code[0]!.attachment, label: "b.ts", uri: "file:///b.ts" },
};

/** A promise that a test keeps when it likes. */
function later<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((keep) => {
    resolve = keep;
  });
  return { promise, resolve };
}

const untilStopped: Work = ({ emit, signal }) => {
  emit(tokens("thinking", ["hm"]));
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(result({ stopReason: "cancelled" })), { once: true }),
  );
};

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

  it("shows the question at once, and sends it with what was looked up while the model was loaded", async () => {
    const lookup = later<FoundCode>();
    const prepared = later<ModelInfo>();
    const { chat, asked, last } = session([async () => result()], { prepare: () => prepared.promise });
    const answered = chat.ask({ task: "ask", text: "What is a?", code, lookup: lookup.promise });
    const chips = () => chat.conversation.turns.flatMap((turn) => (turn.role === "user" ? turn.attachments : []));
    expect(chips().map(({ label }) => label)).toEqual(["a.ts"]);
    expect(last().status).toBe("lookup");
    prepared.resolve(model);
    await setImmediate();
    expect(asked).toEqual([]);
    chat.filesMoved((uri) => (uri === "file:///a.ts" ? { uri: "file:///c.ts", label: "c.ts" } : null));
    lookup.resolve({ code: [...code, used], omitted: [] });
    await answered;
    expect(chips().map(({ label }) => label)).toEqual(["c.ts", "b.ts"]);
    for (const found of ["let a = 1;", "let b = 2;"]) expect(JSON.stringify(asked[0]?.prompt)).toContain(found);
  });

  it("is stopped while code is looked up, and asked again with what was found since", async () => {
    const lookup = later<FoundCode>();
    const { chat, asked, last } = session([async () => result()]);
    const answered = chat.ask({ task: "ask", text: "What is a?", code, lookup: lookup.promise });
    await setImmediate();
    chat.stop();
    await answered;
    expect(last().status).toBe("stopped");
    lookup.resolve({ code: [...code, used] });
    await setImmediate();
    expect(last().status).toBe("stopped");
    await chat.retry(last().id);
    expect(JSON.stringify(asked[0]?.prompt)).toContain("let b = 2;");
  });

  it("names no code that came too late for the answer that is being written", async () => {
    const lookup = later<FoundCode>();
    const { chat, asked, last } = session([untilStopped]);
    const answered = chat.ask({ task: "ask", text: "What is a?", code, lookup: lookup.promise });
    await setImmediate();
    chat.stop();
    await answered;
    const again = chat.retry(last().id);
    await setImmediate();
    lookup.resolve({ code: [...code, used] });
    await setImmediate();
    expect(JSON.stringify(asked[0]?.prompt)).not.toContain("let b = 2;");
    expect(chat.conversation.turns[0]).toMatchObject({ attachments: [{ label: "a.ts" }] });
    chat.stop();
    await again;
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

  it("counts code that an earlier question sent once, and sends it once, also where no room is left beside it", async () => {
    const selection = {
      ...code[0]!,
      piece: { ...piece, endLine: 150, code: Array.from({ length: 150 }, (_, i) => `let a${i} = ${i};`).join("\n") },
    };
    const answer: Work = async ({ emit }) => {
      emit(tokens("answer", ["word ".repeat(300)]));
      return result();
    };
    const { chat, asked, last } = session([answer, answer, answer], { settings: { maxTokens: 2_048 } });
    for (const text of ["What?", "How?"]) {
      await chat.ask({ task: "ask", text, code: [selection] });
      expect(last()).toMatchObject({ status: "done", notices: [] });
    }
    // Other code beside it is what has to stay out.
    const other = { ...selection, piece: { ...selection.piece, label: "b.ts" } };
    await chat.ask({ task: "ask", text: "Why?", code: [other, selection] });
    expect(last()).toMatchObject({
      status: "done",
      notices: [{ code: "codeOmitted", message: "Left out for lack of room: b.ts, lines 1-150." }],
    });
    expect(JSON.stringify(asked[2]?.prompt).split("let a0 = 0;")).toHaveLength(2);
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
    chat.applied(last().id);
    expect(signals).toEqual(["inserted", "applied"]);
    const again = chat.retry(last().id);
    await setImmediate();
    chat.stop();
    await again;
    // Stopped, so asking again says nothing about the thought.
    await chat.retry(last().id);
    expect(signals).toEqual(["inserted", "applied", "regenerated"]);
    chat.inserted("let b = 2;");
    // The new answer has not been inserted before.
    expect(signals).toEqual(["inserted", "applied", "regenerated", "inserted"]);
  });

  it("counts each signal once for an answer, also after a restart", async () => {
    const { chat, signals, last } = session([async () => result()]);
    await chat.ask({ task: "ask", text: "?", code });
    for (let i = 0; i < 2; i++) {
      chat.applied(last().id);
      chat.giveFeedback(last().id, "up");
      chat.giveFeedback(last().id, null);
      chat.askedAnew();
    }
    expect(signals).toEqual(["applied", "liked", "regenerated"]);
    chat.applied("of no turn");
    expect(restoreConversation(JSON.parse(JSON.stringify(chat.conversation)))?.inputs[last().id]).toMatchObject({
      signals: ["applied", "liked", "regenerated"],
    });
    expect(signals).toHaveLength(3);
  });

  it("learns from Answer Now where that is what ended the thought, however often it was pressed", async () => {
    const { chat, signals } = session([
      async ({ emit }) => {
        emit(tokens("thinking", ["hm"]));
        chat.answerNow();
        chat.answerNow();
        return result({ thinkingEnd: "answerNow" });
      },
      async ({ emit }) => {
        emit(tokens("thinking", ["hm"]));
        // The model comes first.
        chat.answerNow();
        return result({ thinkingEnd: "model" });
      },
    ]);
    await chat.ask({ task: "ask", text: "?", code });
    expect(signals).toEqual(["answeredNow"]);
    await chat.ask({ task: "ask", text: "??", code: [] });
    expect(signals).toEqual(["answeredNow"]);
  });

  it("asked anew elsewhere, an answer that was cut off says nothing", async () => {
    const { chat, signals } = session([untilStopped]);
    const asking = chat.ask({ task: "explain", text: "?", code });
    await setImmediate();
    chat.stop();
    await asking;
    chat.askedAnew();
    expect(signals).toEqual([]);
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
