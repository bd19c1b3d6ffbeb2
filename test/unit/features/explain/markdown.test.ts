import { Lexer, type Token } from "marked";
import { describe, expect, it } from "vitest";
import { closeFence, escapeMarkdown, withoutImages } from "../../../../src/features/explain/markdown.ts";

/** Every image that a renderer would draw, wherever it stands. */
function countImages(markdown: string): number {
  let images = 0;
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    if ((value as Token).type === "image") images++;
    Object.values(value).forEach(walk);
  };
  walk(new Lexer({ gfm: true }).lex(markdown));
  return images;
}

const image = "![a](https://example.com/a.png)";

describe("withoutImages", () => {
  it.each([
    ["plain", image],
    ["in a list", `- one\n  - two ${image}`],
    ["in a table", `| a | b |\n|---|---|\n| ${image} | x |`],
    ["in a heading of a quote", `> # ${image}`],
    ["in a link", `[${image}](https://example.com)`],
    ["by reference", "![a][r]\n\n[r]: https://example.com/a.png"],
    ["short reference", "![r]\n\n[r]: https://example.com/a.png"],
    ["one in another's description", "![a ![b](https://example.com/b) c](https://example.com/a)"],
    ["after an open run of backticks", `\`\` ${image} \``],
    ["the same one twice", `${image} and ${image}`],
    ["emphasised", `**${image}** and _${image}_ and ~~${image}~~`],
  ])("%s", (_name, markdown) => {
    expect(countImages(markdown), "the test has an image").toBeGreaterThan(0);
    expect(countImages(withoutImages(markdown))).toBe(0);
  });

  it.each([
    ["Rust's vec![1, 2] in a fence", "```rust\nlet v = vec![1, 2];\n```"],
    ["in inline code", "Write `![alt](src)` for an image."],
    ["a mark that is none", "Wow![1"],
  ])("leaves %s as it is", (_name, markdown) => {
    expect(withoutImages(markdown)).toBe(markdown);
  });
});

describe("closeFence", () => {
  it.each([
    ["text", "text"],
    ["```ts\nlet a;", "```ts\nlet a;\n```"],
    ["```ts\nlet a;\n", "```ts\nlet a;\n```"],
    ["```\na\n```", "```\na\n```"],
    ["````md\n```\nx", "````md\n```\nx\n````"],
    ["~~~\n```", "~~~\n```\n~~~"],
    ["  ```\n  a", "  ```\n  a\n  ```"],
    ["``` inline ``` code", "``` inline ``` code"],
    ["```\na\n``` not an end", "```\na\n``` not an end\n```"],
  ])("%j", (markdown, closed) => {
    expect(closeFence(markdown)).toBe(closed);
  });
});

it("escapeMarkdown shows text as it is", () => {
  const text = "[a](command:x) `b` **c** <img> $(zap) #d 1. e_f & ~g~";
  const [paragraph] = new Lexer({ gfm: true }).lex(escapeMarkdown(text));
  const kinds = new Set((paragraph as { tokens: Token[] }).tokens.map((token) => token.type));
  expect([...kinds].filter((kind) => kind !== "text" && kind !== "escape")).toEqual([]);
});
