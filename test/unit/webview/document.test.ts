import type { Token } from "marked";
import { describe, expect, it } from "vitest";
import {
  type Block,
  isOpenFence,
  languageOf,
  MarkdownDocument,
  parseMarkdown,
} from "../../../src/webview/markdown/document.ts";
import { seededRandom } from "../support/random.ts";
import { documents } from "./markdownCorpus.ts";

/** What a block shows, without where it came from. */
function shown(block: Block): unknown {
  return block.kind === "markdown" ? withoutRaw(block.token) : { ...block, key: 0, open: false };
}

function withoutRaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRaw);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "raw");
  return Object.fromEntries(entries.map(([key, part]) => [key, key === "text" ? trimmed(part) : withoutRaw(part)]));
}

const trimmed = (value: unknown) => (typeof value === "string" ? value.trimEnd() : value);

/** The blocks of a text parsed in one go by marked itself. */
function reference(source: string): unknown[] {
  return parseMarkdown(source.replaceAll("\r", ""), {})
    .tokens.filter((token) => token.type !== "space")
    .map((token: Token) =>
      token.type === "code"
        ? { kind: "code", key: 0, language: languageOf(token.lang), code: token.text, open: false }
        : withoutRaw(token),
    );
}

function stream(source: string, cuts: Iterable<number>): MarkdownDocument {
  const document = new MarkdownDocument();
  let from = 0;
  for (const cut of cuts) {
    document.append(source.slice(from, cut));
    document.update();
    from = cut;
  }
  document.append(source.slice(from));
  document.complete();
  return document;
}

const blocksOf = (document: MarkdownDocument) => [...document.frozen, ...document.tail].map(shown);

describe("a streamed document", () => {
  it.each(Object.entries(documents))(
    "shows the same as one parsed in one go, character by character: %s",
    (_, source) => {
      const cuts = Array.from(source, (_, i) => i);
      expect(blocksOf(stream(source, cuts))).toEqual(reference(source));
    },
  );

  it("shows the same as one parsed in one go, cut anywhere", () => {
    const random = seededRandom(7);
    const names = Object.keys(documents);
    for (let round = 0; round < 300; round++) {
      // Two documents after each other; those that end inside a construct only make sense last.
      const [first, second] = [0, 1].map(() => documents[names[Math.floor(random() * names.length)]!]!);
      const source =
        first!.endsWith("\n\n") || /^(text\n\n```rust|before\n\n<!--)/.test(first!) ? second! : `${first}\n\n${second}`;
      const cuts: number[] = [];
      for (let at = 0; at < source.length; at += 1 + Math.floor(random() * 12)) cuts.push(at);
      expect(blocksOf(stream(source, cuts)), JSON.stringify(source)).toEqual(reference(source));
    }
  });

  /** Some 60 000 characters. */
  const long = Array.from({ length: 270 }, (_, i) => {
    const fence = `\`\`\`ts\nconst a${i} = [\n\n  ${i},\n];\n\`\`\``;
    const table = `| a | b |\n|---|---|\n| ${i} | ${"cell ".repeat(5)}|`;
    return `## Part ${i}\n\n${"Some words. ".repeat(8)}\n\n- one\n- two\n\n  more\n\n${fence}\n\n${table}\n\n`;
  }).join("");

  it("shows a long answer that is there at once as it was while it came", () => {
    expect(long.length).toBeGreaterThan(55_000);
    const cuts = Array.from({ length: Math.floor(long.length / 50) }, (_, i) => i * 50);
    const whole = blocksOf(stream(long, []));
    expect(whole).toEqual(reference(long));
    expect(whole).toEqual(blocksOf(stream(long, cuts)));
  });

  it("shows a block of nearly the length that is parsed, in a text that is there at once", () => {
    const list = Array.from({ length: 1_400 }, (_, i) => `- item number ${i} of many`).join("\n");
    expect(list.length).toBeGreaterThan(36_000);
    const source = `${long}${list}\n\n${long}`;
    expect(blocksOf(stream(source, []))).toEqual(reference(source));
  });

  it("shows code with lines that are no nesting there, in a text that is there at once", () => {
    const deep = `${"> ".repeat(60)}x\n`;
    const source = `one\n\n\`\`\`md\n${deep}a\n${deep}\`\`\`\n\n- two\n`;
    expect(blocksOf(stream(source, []))).toEqual(reference(source));
  });

  it("keeps frozen blocks as they are", () => {
    const document = new MarkdownDocument();
    document.append("# A\n\nfirst\n\nsecond\n\nthi");
    document.update();
    const before = [...document.frozen];
    expect(before.length).toBeGreaterThanOrEqual(2);
    document.append("rd\n\nfourth\n");
    document.update();
    expect(document.frozen.slice(0, before.length)).toEqual(before);
    expect(document.frozen[0]).toBe(before[0]);
  });

  it("gives a block the same key in the tail and when frozen", () => {
    const document = new MarkdownDocument();
    document.append("one\n\ntwo");
    document.update();
    const tailKey = document.tail.at(-1)?.key;
    document.append("\n\nthree\n");
    document.update();
    expect(document.frozen.find((block) => block.kind === "markdown" && block.token.raw === "two")?.key).toBe(tailKey);
  });

  it("does not show the beginning of a closing fence as code", () => {
    const document = new MarkdownDocument();
    document.append("```\na\n``");
    document.update();
    expect(document.tail).toMatchObject([{ kind: "code", code: "a", open: true }]);
  });

  it("goes on after it was complete", () => {
    const document = new MarkdownDocument();
    document.append("See [x][r].\n\n[r]: https://r.example\n\nhal");
    document.complete();
    document.append("f\n\n```js\n1");
    document.update();
    document.complete();
    expect(blocksOf(document)).toEqual(reference("See [x][r].\n\n[r]: https://r.example\n\nhalf\n\n```js\n1"));
  });
});

describe("the work of a streamed document", () => {
  /** Characters handed to the parser while `source` streams in pieces of `step`. */
  function parsedCharacters(source: string, step: number): number {
    let characters = 0;
    const document = new MarkdownDocument((text, links) => {
      characters += text.length;
      return parseMarkdown(text, links);
    });
    for (let at = 0; at < source.length; at += step) {
      document.append(source.slice(at, at + step));
      document.update();
    }
    return characters;
  }

  it("grows with the length of the text, not with its square", () => {
    const paragraph = `${"Some words of an answer. ".repeat(12)}\n\n`;
    const short = parsedCharacters(paragraph.repeat(50), 32);
    const long = parsedCharacters(paragraph.repeat(400), 32);
    expect(long / short).toBeLessThan(9);
  });

  it("grows with the length of a text that is there at once", () => {
    const source = `${"Some words of an answer. ".repeat(12)}\n\n`.repeat(1_000);
    expect(parsedCharacters(source, source.length)).toBeLessThan(1.2 * source.length);
  });

  it("calls a fence open until its closing line, from the first character on", () => {
    const source = "~~~ts\nconst a = 1;\n~~~";
    const document = new MarkdownDocument();
    const open = Array.from(source, (character) => {
      document.append(character);
      document.update();
      return document.tail[0]?.kind === "code" ? document.tail[0].open : null;
    });
    expect(open.indexOf(false)).toBe(source.length - 1);
    expect(open.filter((one) => one === true).length).toBe(source.length - 3);
  });

  it("calls the fence of a list open until its closing line", () => {
    expect(["```", "```ts", "```\n", "```ts\na\n", "```ts\na\n``"].map(isOpenFence)).not.toContain(false);
    expect(["```\n```", "```ts\na\n```\n", "````\n```\n`````", "    ```\n", "    a"].map(isOpenFence)).not.toContain(
      true,
    );
  });

  it("does not parse inside an open fence", () => {
    const code = `text\n\n\`\`\`ts\n${"const value = compute(1, 2, 3);\n".repeat(2_000)}`;
    expect(parsedCharacters(code, 32)).toBeLessThan(2_000);
  });

  it("does not parse what is nested absurdly deep", () => {
    const source = "- ".repeat(3_000);
    expect(parsedCharacters(source, 32)).toBeLessThan(2 * source.length);
  });

  it("parses long rules and deep but sane lists", () => {
    const document = new MarkdownDocument();
    const list = Array.from({ length: 12 }, (_, i) => `${"  ".repeat(i)}- level ${i}`).join("\n");
    document.append(`${"-".repeat(120)}\n\n${"* ".repeat(20)}\n\n${list}\n`);
    document.complete();
    expect([...document.frozen, ...document.tail].map((block) => block.kind)).not.toContain("plain");
  });

  it("is bounded for a block that never ends", () => {
    const source = "word ".repeat(40_000);
    // Each parse sees at most 40 000 characters, and the plain part is never parsed again.
    expect(parsedCharacters(source, 4_000)).toBeLessThan(6 * source.length);
  });

  it.each([">", "-"])("shows thousands of nested %s as text instead of failing", (marker) => {
    const document = new MarkdownDocument();
    document.append(`before\n\n${`${marker} `.repeat(8_000)}x\n\nafter\n`);
    document.update();
    expect([...document.frozen, ...document.tail].some((block) => block.kind === "plain")).toBe(true);
  });
});
