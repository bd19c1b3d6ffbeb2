import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../../../../src/common/prompt.ts";
import { expectedCode } from "../../../../src/engine/speculation/expectedCode.ts";

const code = "f(items, my_items, lock.items())";
const block = `\`\`\`ts\n${code}\n\`\`\``;
const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const chat = (...messages: ChatMessage[]) => expectedCode({ kind: "chat", messages, thinking: "off" });
/** The one block's code after the question. */
const editedBy = (question: string) =>
  chat(user(`${question}\n\n${block}`)).map((edited) => edited.code.split("\n")[1]);
const stock = "f(stock, my_items, lock.stock())";

describe("expectedCode", () => {
  it.each([
    "Rename the parameter `items` to `stock` everywhere and return the whole code.",
    "Please rename items to stock.",
    "rename the parameter items to stock everywhere",
    'Replace "items" with "stock".',
    "Change the name 'items' into 'stock', please",
    "Use `stock` instead of `items`.",
    "`items` -> `stock`: rename it",
    "Benenne `items` in `stock` um.",
    "Benenne items in stock um",
    "Ersetze `items` durch `stock`!",
    "Change `items` everywhere to `stock`.",
    "Verwende `stock` statt `items`.",
  ])("does what is asked: %s", (question) => {
    expect(editedBy(question)).toEqual([stock]);
  });

  it.each([
    ["a function with its parentheses", "Rename `f()` to `g()`.", "g(items, my_items, lock.items())"],
    ["several names", "Rename items to stock and lock to mutex.", "f(stock, my_items, mutex.stock())"],
    [
      "names that change places",
      "Swap `items` with `lock` and `lock` with `items`.",
      "f(lock, my_items, items.lock())",
    ],
    ["any signs", "Replace `f(items` with `f({}-*+?.^|/[]$`", "f({}-*+?.^|/[]$, my_items, lock.items())"],
    ["a name with a hyphen", "Rename `my_items` to `my-items`, `items` to `a-b`.", "f(a-b, my-items, lock.a-b())"],
    ["more than a name", "Replace `lock.items()` with `all[$&]`.", "f(items, my_items, all[$&])"],
  ])("takes %s", (_, question, expected) => {
    expect(editedBy(question)).toEqual([expected]);
  });

  it.each([
    "Explain how `items` relates to `lock`.",
    "Rename items to a better name.",
    "replace items with a set",
    "Rename `other` to `stock`.",
    "Rename `items` to `items`.",
    "Explain the whole function.",
    "Use `items` in `lock`.",
    "Call `items` with `lock`.",
    "What does this return, and where?",
  ])("knows nothing in advance of: %s", (question) => {
    expect(editedBy(question)).toEqual([]);
  });

  it.each([
    "Add type hints and return the whole code.",
    "Names may also contain `_`. Change it and return the whole function.",
    "Find the fault and correct it. Give the whole corrected code in one fenced block.",
    "Rename `other` to `stock` and show me the full file.",
    "Ergänze Typen und gib den ganzen Code zurück.",
    "Gib die vollständige Klasse aus.",
  ])("takes the code as it is where all of it is wanted: %s", (question) => {
    expect(editedBy(question)).toEqual([code]);
  });

  it("takes the code of an earlier question, or of an answer, the newest that has the name", () => {
    const rename = user("Now rename `items` to `stock`.");
    expect(chat(user(`What is this?\n${block}`), assistant("A call."), rename)).toEqual([
      { language: "ts", code: `\n${stock}\n\`\`\`` },
    ]);
    const answered = assistant("~~~~py\nitems = 1\n~~~~");
    expect(chat(user(`What is this?\n${block}`), answered, rename)).toEqual([
      { language: "py", code: "\nstock = 1\n~~~~" },
    ]);
    // A renaming that was asked for before is done.
    expect(chat(user(`Rename \`items\` to \`stock\`.\n${block}`), assistant(block), user("Why?"))).toEqual([]);
  });

  it("finds the blocks of a raw prompt, whose turn may end behind the fence, the longest first", () => {
    const short = "```\nitems\n```";
    const text = `<|im_start|>user\nRename \`items\` to \`stock\`.\n${short}\n${block}<|im_end|>\n<|im_start|>assistant\n`;
    expect(expectedCode({ kind: "raw", text })).toEqual([
      { language: "ts", code: `\n${stock}\n\`\`\`` },
      { language: "", code: "\nstock\n```" },
    ]);
  });

  it("takes neither words inside of code for a question nor a block that is not closed", () => {
    expect(chat(user(`Why?\n\`\`\`\n// Rename \`items\` to \`stock\`.\nitems\n\`\`\``))).toEqual([]);
    expect(chat(user("Rename `items` to `stock`.\n```\nitems"))).toEqual([]);
    // Inline code at a line's beginning is no fence.
    expect(chat(user("```x``` is short.\nRename `items` to `stock`.\n```\nitems\n```"))).toEqual([
      { language: "", code: "\nstock\n```" },
    ]);
  });

  it("comes to an end on text made to be slow", () => {
    const words = `${"return ".repeat(10_000)}${"`a` to ".repeat(10_000)}`;
    const hostile = `${words}\nrename ${'`a` to "'.repeat(20_000)}\n${"```x\n".repeat(20_000)}${" ".repeat(50_000)}rename`;
    expect(chat(user(hostile))).toEqual([]);
  });
});
