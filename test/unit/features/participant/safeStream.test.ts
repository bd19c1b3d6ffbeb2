import { Lexer, type Token } from "marked";
import { describe, expect, it } from "vitest";
import { historyBefore } from "../../../../src/features/chat/conversation.ts";
import { conversationOf } from "../../../../src/features/participant/history.ts";
import { SafeStream } from "../../../../src/features/participant/safeStream.ts";
import { hostileDocuments } from "../../hostile/documents.ts";

/** What is sent of a text that comes in pieces of `size` characters. */
function sent(text: string, size: number): string[] {
  const parts: string[] = [];
  const stream = new SafeStream((part) => parts.push(part));
  for (let at = 0; at < text.length; at += size) stream.push(text.slice(at, at + size));
  stream.end();
  return parts;
}

function images(markdown: string): number {
  let count = 0;
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    if ((value as Token).type === "image") count++;
    Object.values(value).forEach(walk);
  };
  walk(new Lexer({ gfm: true }).lex(markdown));
  return count;
}

describe("SafeStream", () => {
  it("sends words as they come, code line by line, and a paragraph with an image in it when it is over", () => {
    expect(sent("1. One\n2. two.\n\n```rust\nlet v = vec![1];\nf();\n```\n\nSee ![a\nb](c) d.\n\nEnd", 1)).toEqual([
      "1. ",
      "One\n",
      "2. ",
      "two.\n",
      "\n",
      "```rust\n",
      "let v = vec![1];\n",
      "f();\n",
      "```\n\n",
      "See ",
      "!\\[a\nb](c) d.\n\n",
      "End",
    ]);
  });

  it("sends no image whose mark comes in two pieces", () => {
    expect(images(sent("Stop! ![a](https://e.example) and !", 1).join(""))).toBe(0);
    expect(sent("Stop! ![a](https://e.example)", 1)[0]).toBe("Stop! ");
  });

  it.each([
    ["in a list, behind a blank line", "- a\n\n      ![x](https://e.example)\n\n  ![x](https://e.example)\n"],
    ["over two lines", "![a](\nhttps://e.example)\n"],
    ["whose address comes later", "![a][r]\n\nmore\n\n[r]: https://e.example\n"],
    ["that stood as code before", "`![a](https://e.example)`\n\n![a](https://e.example)\n\n"],
    ["behind a fence in HTML", "<div>\n```\n\n![a](https://e.example)\n"],
    ["with a label over two lines", "![a\nb]\n\n[a b]: https://e.example\n"],
  ])("sends no image %s", (_name, text) => {
    for (const size of [1, 7, 1_000]) expect([size, images(sent(text, size).join(""))]).toEqual([size, 0]);
  });

  it.each(hostileDocuments.map(({ name, text }) => [name, text] as const))("sends no image: %s", (_name, text) => {
    expect(images(sent(text, 64).join(""))).toBe(0);
  });

  it("leaves all else as it is", () => {
    const text = "# Title\n\nUse `vec![1]`!\n\n1. one\n   ```js\n   a[0]\n   ```\n\n[x](https://a.example)";
    expect(sent(text, 3).join("")).toBe(text);
  });
});

it("earlier turns of the chat are what the model is told", () => {
  const conversation = conversationOf("c", [
    { prompt: "What is a?", answer: "A letter." },
    { prompt: "Stopped", answer: "" },
  ]);
  expect(historyBefore(conversation, "none")).toEqual([
    { role: "user", content: "What is a?" },
    { role: "assistant", content: "A letter." },
  ]);
});
