import { describe, expect, it } from "vitest";
import { result, tokens } from "../support.ts";
import { code, piece, session, type Work } from "./sessionSupport.ts";

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

  it("adds the code that the new words name", async () => {
    const { chat, asked } = session([answering("one"), answering("two")]);
    const more = { piece: { ...piece, label: "b.ts", code: "let b = 2;" }, attachment: { ...code[0]!.attachment } };
    await chat.ask({ task: "ask", text: "What?", code });
    await chat.resend("c.0", "What about #file:b.ts?", { code: [more] });
    const sent = JSON.stringify(asked[1]?.prompt);
    expect([sent.includes("let a = 1;"), sent.includes("let b = 2;")]).toEqual([true, true]);
  });

  it("keeps what the editor reported, as long as it is to be fixed", async () => {
    const { chat, asked } = session([answering("one"), answering("two"), answering("three"), answering("four")]);
    const problems = "The editor reports:\n- line 1, error: a is never used.";
    await chat.ask({ task: "fix", text: "/fix", question: "", problems, code });
    const first = () => chat.conversation.turns[0]!.id;
    await chat.resend(first(), "/fix briefly", { task: "fix", question: "briefly" });
    await chat.resend(first(), "in words, please");
    await chat.resend(first(), "/explain", { task: "explain", question: "" });
    const sent = asked.map(({ prompt }) => JSON.stringify(prompt));
    expect(sent.map((prompt) => prompt.includes("a is never used"))).toEqual([true, true, true, false]);
    expect(sent[1]).toContain("a is never used.\\n\\nbriefly");
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
