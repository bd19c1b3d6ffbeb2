import fc from "fast-check";
import { Lexer, type Token } from "marked";
import { describe, expect, it } from "vitest";
import {
  closeFence,
  escapeMarkdown,
  withoutAnythingActive,
  withoutImages,
} from "../../../../src/features/explain/markdown.ts";

/** Every token of a kind that a renderer would draw, wherever it stands. */
function drawn(kind: "image" | "html", markdown: string): string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    if ((value as Token).type === kind) found.push((value as Token).raw);
    Object.values(value).forEach(walk);
  };
  walk(new Lexer({ gfm: true }).lex(markdown));
  return found;
}

const countImages = (markdown: string) => drawn("image", markdown).length;
/** Tags with anything but a name, and those that need no more. */
const activeHtml = (markdown: string) =>
  drawn("html", markdown).filter((raw) => /<(?:script|style|svg|math|[^<>]*(?:["'=]|\s+[^\s>/]))|<!/i.test(raw));

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
    ["over two lines of a list", "- x ![a\n  b](u)"],
    ["over two lines of a quote", "> x ![a\n> b](u)"],
    ["with the bar of a table", "| a |\n|---|\n| ![p \\| q](x) |"],
    ["with what a replacement would read as the match", "![$&](x)"],
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

  it("keeps the rest of the text to the letter", () => {
    expect(withoutImages("![price $$5]($`) $$1")).toBe("![price $$5]($`) $$1".replace("![", () => "!\\["));
    const code = "\n\n```rust\nvec![1]\n```\n";
    expect(withoutImages(`- x ![a\n  b](u)${code}`)).toBe(`- x !\\[a\n  b](u)${code}`);
  });
});

describe("withoutAnythingActive", () => {
  it.each([
    ["over several lines of a quote", '> <div onclick="a">\n>  b\n> </div>'],
    ["over two lines of a list", '1. Add this:\n   `<a\n   href="x">`\n2. Or <a\n   href="x">'],
    ["over two lines of a list's paragraph", '- Or <a\n  href="x">'],
    ["in the cell of a table", '| a |\n|---|\n| <a title="p \\| q"> |'],
    ["that a replacement would read as the match", '<a title="$&">'],
  ])("HTML %s", (_name, markdown) => {
    expect(activeHtml(markdown), "the test has active HTML").not.toEqual([]);
    expect(activeHtml(withoutAnythingActive(markdown))).toEqual([]);
  });

  it("an image within a tag, and a tag within an image", () => {
    for (const markdown of ['<a title="![x](u)">', '![a](u "<b onclick=c>")']) {
      const safe = withoutAnythingActive(markdown);
      expect([drawn("image", safe), activeHtml(safe)], safe).toEqual([[], []]);
    }
  });

  it("leaves code in other blocks as it is", () => {
    const code = '```html\n<div onclick="a">\n```\n';
    expect(withoutAnythingActive(`> <p\n> id=a>\n\n${code}`)).toBe(`> &lt;p\n> id=a>\n\n${code}`);
  });

  it("comes to an end, with nothing left, whatever the text is", () => {
    const piece = fc.constantFrom(
      ...[
        "![",
        "](u)",
        "](u '",
        "')",
        "[r]",
        "\n\n[r]: u\n",
        "$&",
        "$$",
        "$`",
        "a",
        " ",
        "\n",
        "\n\n",
        "\n> ",
        "> ",
        "- ",
      ],
      ...[
        "\n- ",
        "\n  ",
        "\n   ",
        "1. ",
        "\t",
        "\\",
        "\\|",
        "|",
        "| a |\n|---|\n| ",
        "`",
        "\n```\n",
        "*",
        "_",
        "~~",
        "<b>",
        "<",
      ],
      ...[
        '<a href="',
        '">',
        "<img src=x\n",
        ">",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<p>",
        "</p>",
        "&lt;",
        "\r\n",
        "# ",
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        const markdown = pieces.join("");
        expect(countImages(withoutImages(markdown))).toBe(0);
        const safe = withoutAnythingActive(markdown);
        expect([drawn("image", safe), activeHtml(safe)]).toEqual([[], []]);
      }),
      { numRuns: 1_000 },
    );
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
