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
});
