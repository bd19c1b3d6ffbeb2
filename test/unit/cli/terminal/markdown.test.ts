import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { paint, printable } from "../../../../src/cli/terminal/ansi.ts";
import { highlightLines } from "../../../../src/cli/terminal/highlight.ts";
import { parseMarkdown, renderBlocks } from "../../../../src/cli/terminal/markdown.ts";
import { MarkdownStream } from "../../../../src/cli/terminal/markdownStream.ts";
import { TextStream } from "../../../../src/cli/terminal/textStream.ts";

const document = `# Reservoir sampling

It keeps a **uniform** sample of \`count\` items from a stream of *unknown* length, see [Vitter](https://example.org/r).

1. The first \`count\` items fill the sample.
2. Item number *n* replaces one with chance \`count / n\`:
   - a slot is drawn
   - **only** slots below \`count\` count

\`\`\`ts
// keep or replace
const slot = Math.floor(random() * seen);
if (slot < count) sample[slot] = "a\${slot}";
\`\`\`

| n | chance |
|--:|:-------|
| 1 | 1 |
| 10 | \`count/10\` |

> Each item has the **same** chance.

- [x] done
- [ ] open

---
R&amp;D ends <here>.
`;

test("a document as a terminal shows it", () => {
  const lines = renderBlocks(parseMarkdown(document), 60).map((line) => stripVTControlCharacters(line));
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "Reservoir sampling

    It keeps a uniform sample of count items from a stream of
    unknown length, see Vitter (https://example.org/r).

    1. The first count items fill the sample.
    2. Item number n replaces one with chance count / n:
       ◦ a slot is drawn
       ◦ only slots below count count

      // keep or replace
      const slot = Math.floor(random() * seen);
      if (slot < count) sample[slot] = "a\${slot}";

     n  chance
    ──  ────────
     1  1
    10  count/10

    │ Each item has the same chance.

    • ☑ done
    • ☐ open

    ────────────────────────────────────────

    R&D ends <here>."
  `);
});

test("no line but code is wider than asked for", () => {
  for (const width of [20, 33, 60])
    for (const line of renderBlocks(parseMarkdown(document.replace(/```[\s\S]*```/, "")), width))
      expect(stringWidth(line), line).toBeLessThanOrEqual(width);
});

test("a stream gives the lines of the whole, however it is cut", () => {
  const whole = renderBlocks(parseMarkdown(document), 60);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }), (sizes) => {
      const stream = new MarkdownStream(() => 60);
      const lines: string[] = [];
      for (let at = 0, i = 0; at < document.length; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        lines.push(...stream.push(document.slice(at, at + size), Number.POSITIVE_INFINITY).lines);
        at += size;
      }
      lines.push(...stream.end());
      expect(lines).toEqual(whole);
    }),
    { numRuns: 60 },
  );
});

test("what is shown is always the beginning of the whole: final lines, then live ones", () => {
  const text = `First paragraph.\n\n${"- item\n".repeat(30)}\n\`\`\`js\n${"call();\n".repeat(30)}\`\`\`\n\nLast.\n`;
  const whole = renderBlocks(parseMarkdown(text), 60).map((line) => stripVTControlCharacters(line));
  const stream = new MarkdownStream(() => 60);
  const lines: string[] = [];
  for (const character of text) {
    const { lines: more, live } = stream.push(character, 8);
    lines.push(...more);
    expect(live.length).toBeLessThanOrEqual(9);
  }
  lines.push(...stream.end());
  expect(lines.map((line) => stripVTControlCharacters(line))).toEqual(whole);
});

test("finished lines of an open code block are final at once", () => {
  const stream = new MarkdownStream(() => 60);
  const { lines, live } = stream.push("```ts\nconst a = 1;\nconst b", 10);
  expect(lines.map((line) => stripVTControlCharacters(line))).toEqual(["  const a = 1;"]);
  expect(live.map((line) => stripVTControlCharacters(line))).toEqual(["  const b"]);
});

test("a thought streams as wrapped lines, however it is cut", () => {
  const text = "First we look at the loop.\n\n  - it counts items that were seen so far\n\nThen:\tdone. ";
  const stream = (pieces: string[]) => {
    const thought = new TextStream(
      () => 24,
      (line) => line,
    );
    return [...pieces.flatMap((piece) => thought.push(piece).lines), ...thought.end()];
  };
  const whole = stream([text]);
  expect(whole.join("\n")).toContain("\n  - it counts items");
  for (const line of whole) expect(stringWidth(line.trimEnd())).toBeLessThanOrEqual(24);
  expect(whole.join(" ").split(/\s+/)).toEqual(text.split(/\s+/));
  expect(stream([...text])).toEqual(whole);
});

test("text that is not ours can not control the terminal", () => {
  const hostile = "a\x1b]0;title\x07b\x1b[2Jc\rd\x9b31me\tf\r\ng\x00\x08h";
  expect(printable(hostile)).toBe("a]0;titleb[2Jcd31me    f\ngh");
  const stream = new MarkdownStream(() => 60);
  const { live } = stream.push("x \x1b[31mred\x1b[0m `\x1b[8mhidden`", 10);
  for (const code of ["\x1b[31m", "\x1b[8m"]) expect(live.join("")).not.toContain(code);
});

test("nested styles go on after the inner one ends", () => {
  expect(paint(`a ${paint("b", "bold")} c`, "dim")).toBe("\x1b[2ma \x1b[1mb\x1b[22m\x1b[2m c\x1b[22m");
});

test("code keeps its text, each line its own colours", () => {
  const code = 'const s = "<&>\'";\n/* a\n   b */\nreturn `x`;';
  const lines = highlightLines(code, "ts");
  expect(lines.map((line) => stripVTControlCharacters(line)).join("\n")).toBe(code);
  expect(lines[1]).toBe("\x1b[90m/* a\x1b[39m");
  expect(highlightLines(code, "no-such-language")).toEqual(code.split("\n"));
});
