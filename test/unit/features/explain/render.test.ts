import { describe, expect, it } from "vitest";
import { HunchError } from "../../../../src/common/errors.ts";
import { applyEvent, ask, begin, fail, finish, newConversation } from "../../../../src/features/chat/conversation.ts";
import { renderThread } from "../../../../src/features/explain/render.ts";
import { result, stats, tokens } from "../support.ts";

function explaining() {
  const conversation = newConversation("c");
  const turn = ask(conversation, { task: "explain", text: "Explain a.ts:1-2", code: [] }, "auto");
  const base = begin(turn, "drop");
  return { conversation, turn, base };
}
const answerOf = (conversation: ReturnType<typeof explaining>["conversation"]) =>
  renderThread(conversation, { stale: false, kept: false }).comments.at(-1)?.markdown ?? "";

describe("renderThread", () => {
  it("leaves out the first question: it is the code above", () => {
    const { conversation } = explaining();
    expect(renderThread(conversation, { stale: false, kept: false }).comments.map((comment) => comment.author)).toEqual(
      ["hunch"],
    );
  });

  it("says that the code was changed, and that an answer is one from before", () => {
    const { conversation, turn, base } = explaining();
    finish(turn, result(), base);
    const { state, comments, canReply } = renderThread(conversation, { stale: true, kept: true });
    expect([state, canReply]).toEqual(["stale", true]);
    expect(comments[0]?.markdown).toMatch(/code was changed since.*Explain Again[\s\S]*Kept from an earlier answer/);
  });

  it("says what it waits for", () => {
    const { conversation, turn, base } = explaining();
    expect(answerOf(conversation)).toContain("Loading the model…");
    applyEvent(turn, { type: "queue", position: 1 }, base);
    expect(answerOf(conversation)).toContain("Waiting for another question…");
    applyEvent(turn, { type: "prefill", processedTokens: 64, totalTokens: 300, cachedTokens: 0 }, base);
    expect(answerOf(conversation)).toContain("Reading 64 of 300 tokens…");
    expect(renderThread(conversation, { stale: false, kept: false })).toMatchObject({
      state: "waiting",
      canReply: false,
    });
  });

  it("shows a growing thought in one line: its end, as plain text", () => {
    const { conversation, turn, base } = explaining();
    const thought = `${"word ".repeat(100)}\n\n# *so* ![x](y)\n\nthe end`;
    applyEvent(turn, tokens("thinking", [thought], { thinkingTokens: 120 }), base);
    const text = answerOf(conversation);
    expect(text.split("\n")).toHaveLength(1);
    expect(text).toContain("120 tokens");
    expect(text).toContain("the end");
    expect(text).toContain("\\# \\*so\\* \\!\\[x\\]");
    expect(text.length).toBeLessThan(250);
    expect(renderThread(conversation, { stale: false, kept: false }).state).toBe("thinking");
  });

  it("folds the thought when the answer starts, and ends with the figures", () => {
    const { conversation, turn, base } = explaining();
    applyEvent(turn, tokens("thinking", ["hm"], { elapsedMs: 0 }), base);
    applyEvent(turn, tokens("thinking", ["m"], { elapsedMs: 1_500 }), base);
    applyEvent(turn, tokens("answer", ["It **sums**.\n"]), base);
    expect(renderThread(conversation, { stale: false, kept: false })).toMatchObject({
      state: "answering",
      canReply: false,
    });
    expect(answerOf(conversation)).not.toContain("hmm");
    finish(turn, result({ thinkingEnd: "budget", stats: stats({ draftedTokens: 10, acceptedTokens: 6 }) }), base);
    expect(
      answerOf(conversation)
        .split("\n\n")
        .map((part) => part.trim()),
    ).toEqual([
      "_Thought for 1.5 s · 12 tokens · ended by the budget_",
      "It **sums**.",
      "_34 tokens · 41 tokens/s · 2.0× by speculation · 60 % of drafts accepted_",
    ]);
    expect(renderThread(conversation, { stale: false, kept: false })).toMatchObject({ state: "done", canReply: true });
  });

  it("a dead engine: the text stays, the error says what to do, Continue is offered", () => {
    const { conversation, turn, base } = explaining();
    applyEvent(turn, tokens("answer", ["```ts\nlet a"]), base);
    fail(turn, new HunchError("engineCrashed", "The engine stopped.", { hint: "Continue or ask again." }));
    const text = answerOf(conversation);
    expect(text).toContain("```ts\nlet a\n```\n\n⚠ **The engine stopped\\.**");
    expect(text).toContain("Continue or ask again\\.");
    expect(renderThread(conversation, { stale: false, kept: false })).toMatchObject({
      state: "interrupted",
      canReply: true,
    });
  });

  it("shows follow-up questions as they were typed", () => {
    const { conversation, turn, base } = explaining();
    finish(turn, result(), base);
    ask(conversation, { task: "ask", text: "Why *not* a Map?\n<b>", code: [] }, "auto");
    expect(renderThread(conversation, { stale: false, kept: false }).comments[1]).toEqual({
      author: "you",
      markdown: "Why \\*not\\* a Map?  \n\\<b\\>",
    });
  });

  it("never draws an image of an answer", () => {
    const { conversation, turn, base } = explaining();
    applyEvent(turn, tokens("answer", ["![x](https://example.com/?secret)"]), base);
    expect(answerOf(conversation)).toContain("!\\[x]");
  });

  it("shows formulas as code, which the editor's Markdown leaves as they are", () => {
    const { conversation, turn, base } = explaining();
    applyEvent(turn, tokens("answer", ["It is \\(O(n", " \\log n)\\)."]), base);
    expect(answerOf(conversation)).toContain("It is `O(n \\log n)`.");
  });

  it("has no themed icons: what a model writes could look like a note of the extension", () => {
    const { conversation, turn, base } = explaining();
    applyEvent(turn, tokens("thinking", ["hm"]), base);
    applyEvent(turn, tokens("answer", ["Use `$(document)`."]), base);
    fail(turn, new HunchError("engineCrashed", "The engine stopped.", { hint: "Ask again." }));
    const { comments } = renderThread(conversation, { stale: true, kept: true });
    expect(comments.flatMap(({ markdown }) => markdown.match(/\$\([^)]*\)/g) ?? [])).toEqual(["$(document)"]);
  });
});
