import { describe, expect, it } from "vitest";
import { compose } from "../../../src/prompts/compose.ts";
import { identifiersIn } from "../../../src/prompts/identifiers.ts";
import { pickReferences } from "../../../src/prompts/references.ts";
import { model } from "../features/support.ts";

describe("identifiersIn", () => {
  const names = (code: string) => identifiersIn(code).map(({ name }) => name);
  it.each([
    ["const sum = new Cart(total(items));", ["Cart", "total", "sum", "items"]],
    ["def area(self, shape: Shape) -> float:\n    return compute(shape)", ["area", "compute", "Shape", "shape"]],
    ['log("a call(in) text"); // and(in) a comment', ["log"]],
    ["/*\n * hidden(call)\n */\nreal();", ["real"]],
    ["map<string>(größe)", ["map", "größe"]],
    ["if (a) for (;;) {}", []],
  ])("%s", (code, expected) => {
    expect(names(code)).toEqual(expected);
  });

  it("says where each stands first and last, also behind a string", () => {
    const first = { line: 1, column: 9 };
    expect(identifiersIn('x = "é(";\n  f("a", go())')).toContainEqual({ name: "go", places: [first, first] });
    expect(identifiersIn("go() {\n  go(1);")).toEqual([
      {
        name: "go",
        places: [
          { line: 0, column: 0 },
          { line: 1, column: 2 },
        ],
      },
    ]);
  });
});

const piece = (label: string, startLine: number, lines: number) => ({
  label,
  languageId: "typescript",
  startLine,
  endLine: startLine + lines - 1,
  code: Array.from({ length: lines }, (_, i) => `const value${i} = ${i};`).join("\n"),
});

describe("pickReferences", () => {
  it("takes what fits, whole, and names the rest", () => {
    const { pieces, omitted } = pickReferences([piece("a.ts", 1, 5), piece("b.ts", 1, 90), piece("c.ts", 1, 5)], 200);
    expect(pieces.map(({ label, role }) => [label, role])).toEqual([
      ["a.ts", "reference"],
      ["c.ts", "reference"],
    ]);
    expect(omitted).toEqual([{ label: "b.ts", startLine: 1, endLine: 90 }]);
  });

  it("takes shared lines once", () => {
    expect(pickReferences([piece("a.ts", 1, 5), piece("a.ts", 4, 5), piece("a.ts", 6, 1)], 1_000).pieces).toHaveLength(
      2,
    );
  });
});

it("in a prompt, definitions come first and say what they are", () => {
  const user = compose({
    task: "explain",
    question: "",
    code: [piece("a.ts", 1, 2), { ...piece("b.ts", 1, 2), role: "reference" }],
    omitted: [{ label: "c.ts", startLine: 3, endLine: 9 }],
    history: [],
    effort: "off",
    format: model.thinking,
  }).messages.at(-1)?.content;
  expect(user?.match(/^.*\.ts, lines.*$/gm)).toEqual([
    "For reference, b.ts, lines 1-2:",
    "a.ts, lines 1-2:",
    "Left out for lack of room: c.ts, lines 3-9.",
  ]);
});
