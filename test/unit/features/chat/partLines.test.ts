import { describe, expect, it } from "vitest";
import { type Asked, besides, evenly } from "../../../../src/features/chat/partLines.ts";

/** A document with what was asked about between "⟦" and "⟧". */
function asked(marked: string): Asked {
  const [before = "", code = "", after = ""] = marked.split(/[⟦⟧]/);
  const lineOf = (text: string) => text.split("\n").length - 1;
  return {
    lines: (before + code + after).split("\n"),
    within: { startLine: lineOf(before), endLine: lineOf(before + code) },
    before: before.split("\n").at(-1) ?? "",
    after: after.split("\n")[0] ?? "",
  };
}

/** The document with the lines of the code replaced by `text`. */
function replaced(marked: string, text: string): string {
  const code = asked(marked);
  const place = besides(code, { ...code.within, text });
  const head = [...code.lines.slice(0, place.startLine), code.lines[place.startLine]?.slice(0, place.startCharacter)];
  const tail = [code.lines[place.endLine]?.slice(place.endCharacter), ...code.lines.slice(place.endLine + 1)];
  return head.join("\n") + place.text + tail.join("\n");
}

describe("besides", () => {
  it.each([
    [
      "what the code is given to stays, and what ends it",
      "x\nconst handler = ⟦async (req) => {\n  return 1;\n}⟧;\ny",
      "async (req) => {\n  return 2;\n}",
      "x\nconst handler = async (req) => {\n  return 2;\n};\ny",
    ],
    [
      "a modifier stays",
      "  export default ⟦async function load(req) {\n    a();\n  }⟧",
      "  async function load(req) {\n    b();\n  }",
      "  export default async function load(req) {\n    b();\n  }",
    ],
    [
      "the block brings the whole lines",
      "const handler = ⟦async (req) => {\n  return 1;\n}⟧;",
      "/** Two. */\nexport const handler = async (req: Request) => {\n  return 2;\n};",
      "/** Two. */\nexport const handler = async (req: Request) => {\n  return 2;\n};",
    ],
    ["within one line", "const f = (x) => ⟦g(x)⟧;", "h(x)", "const f = (x) => h(x);"],
    ["one line, brought whole", "const f = (x) => ⟦g(x)⟧;", "const f = (x) => h(x);", "const f = (x) => h(x);"],
    ["whole lines", "a\n  ⟦b\n  c⟧\nd", "  e", "a\n  e\nd"],
  ])("%s", (_name, marked, text, expected) => {
    expect(replaced(marked, text)).toBe(expected);
  });

  it("a definition around the code is replaced whole", () => {
    const code = asked("function f() {\n  return ⟦1⟧;\n}");
    const place = { startLine: 0, endLine: 2, text: "function f() {\n  return 2;\n}" };
    expect(besides(code, place)).toEqual({ ...place, startCharacter: 0, endCharacter: 1 });
  });
});

describe("evenly", () => {
  const code = asked("{\n  a = ⟦() => {\n    b();\n  }⟧\n}");
  it.each([
    ["the indentation of the other lines was kept", "() => {\n    c();\n  }", "  () => {\n    c();\n  }"],
    ["given at the margin", "() => {\n  c();\n}", "() => {\n  c();\n}"],
    ["given as whole lines", "  a = () => {\n    c();\n  }", "  a = () => {\n    c();\n  }"],
  ])("%s", (_name, block, expected) => {
    expect(evenly(code, block)).toBe(expected);
  });
});
