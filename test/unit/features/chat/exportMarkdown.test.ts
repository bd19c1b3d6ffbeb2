import { Lexer } from "marked";
import { describe, expect, it } from "vitest";
import { ask, newConversation } from "../../../../src/features/chat/conversation.ts";
import { exportMarkdown } from "../../../../src/features/chat/exportMarkdown.ts";

const attachment = { label: "src/a.ts", uri: "file:///a.ts", languageId: "typescript", startLine: 3, endLine: 9 };
const piece = { ...attachment, code: "let a = 1;" };

describe("exportMarkdown", () => {
  it("quotes questions, folds thoughts and leaves answers as they are", () => {
    const conversation = newConversation("c");
    const turn = ask(conversation, { task: "ask", text: "Why?\n\nReally?", code: [{ piece, attachment }] }, "low");
    turn.status = "stopped";
    turn.thinking = [{ text: "Hm.\n</details>\n", origin: "target" }];
    turn.answer = [
      { text: "Because", origin: "target" },
      { text: " so.\n", origin: "suffix" },
    ];
    expect(exportMarkdown(conversation)).toBe(`# Why?

## Question

> Why?
>
> Really?

- \`src/a.ts:3-9\`

## Answer

<details><summary>Thought</summary>

> Hm.
> </details>

</details>

Because so.

*Stopped.*
`);
  });

  it("folds the thoughts that were not chosen, as text that can be no markup", () => {
    const conversation = newConversation("c");
    const turn = ask(conversation, { task: "ask", text: "Why?", code: [] }, "high");
    turn.otherThoughts = [
      { text: "One\n</details>", tokens: 3, trial: "`x` <b>", fate: "outvoted" },
      { text: "Two", tokens: 1, trial: null, fate: "unfinished" },
    ];
    expect(exportMarkdown(conversation)).toContain(`## Answer

<details><summary>2 other thoughts</summary>

\`\` \`x\` <b> \`\` · 3 tokens · outvoted

> One
> </details>

No short answer · 1 tokens · came to no end

> Two

</details>
`);
  });

  it("has a heading for a chat without a title", () => {
    expect(exportMarkdown({ title: "", turns: [] })).toBe("# Chat\n");
  });

  it("has nothing that a preview would fetch, and leaves code alone", () => {
    const conversation = newConversation("c");
    const turn = ask(conversation, { task: "ask", text: "![q](https://e.example/q)", code: [] }, "low");
    turn.thinking = [{ text: "![t](https://e.example/t) ![x][late]", origin: "target" }];
    turn.answer = [
      {
        text: 'a <kbd>b</kbd> <img src="https://e.example/i">\n\n<style>@import url(https://e.example/s)</style>\n\n```html\n<img src=x>\n![c](d)\n```\n\n[late]: https://e.example/l',
        origin: "target",
      },
    ];
    const text = exportMarkdown(conversation);
    expect(text).toContain("!\\[q](https://e.example/q)");
    expect(text).toContain("!\\[t](https://e.example/t) !\\[x][late]");
    expect(text).toContain('a <kbd>b</kbd> &lt;img src="https://e.example/i">');
    expect(text).toContain("&lt;style>");
    expect(text).toContain("```html\n<img src=x>\n![c](d)\n```");
    expect(text).toContain("<details><summary>Thought</summary>");
  });

  it("shows HTML over several lines of a question as text", () => {
    const conversation = newConversation("c");
    ask(conversation, { task: "ask", text: 'Why?\n\n<div onclick="a">\n b\n</div>', code: [] }, "low");
    expect(exportMarkdown(conversation)).toContain('> &lt;div onclick="a">\n>  b\n> &lt;/div>');
  });

  it("ends the code of an answer that was cut off in it", () => {
    const conversation = newConversation("c");
    const turn = ask(conversation, { task: "ask", text: "Why?", code: [] }, "low");
    turn.thinking = [{ text: "Say\n```ts\nlet", origin: "target" }];
    turn.answer = [{ text: "So:\n\n```ts\nlet a", origin: "target" }];
    turn.status = "stopped";
    ask(conversation, { task: "ask", text: "And?", code: [] }, "low");
    const blocks = new Lexer({ gfm: true }).lex(exportMarkdown(conversation));
    expect(blocks.filter(({ type }) => type === "heading").map(({ raw }) => raw.trim())).toEqual([
      "# Why?",
      ...["## Question", "## Answer", "## Question", "## Answer"],
    ]);
    expect(blocks.find(({ type }) => type === "code")).toMatchObject({ lang: "ts", text: "let a" });
  });
});
