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
    [
      "what is in front stays, where a statement inside the block is the whole line",
      "return ⟦items.map(f)⟧;",
      "(() => {\n  log();\n  return items.map(f);\n})()",
      "return (() => {\n  log();\n  return items.map(f);\n})();",
    ],
    [
      "the whole lines, behind an import",
      "const h = ⟦useCallback(() => {\n  go();\n}, [])⟧;",
      "import { useCallback } from 'react';\n\nconst h = useCallback(() => {\n  go(1);\n}, []);",
      "import { useCallback } from 'react';\n\nconst h = useCallback(() => {\n  go(1);\n}, []);",
    ],
    [
      "the whole lines, behind a statement and before a comment",
      "app.get('/a', ⟦async (req, res) => {\n  res.json(1);\n}⟧);",
      "const cache = new Map();\n\napp.get('/a', async (req, res) => {\n  res.json(cache);\n});\n// done",
      "const cache = new Map();\n\napp.get('/a', async (req, res) => {\n  res.json(cache);\n});\n// done",
    ],
    [
      "the whole lines, whose end differs from the part's by how often a sign occurs",
      "describe('a', ⟦wrap(() => {\n  one()\n})⟧)",
      "describe('a', wrap(() => {\n  two()\n}))",
      "describe('a', wrap(() => {\n  two()\n}))",
    ],
    [
      "the same, with a semicolon of its own",
      "describe('a', ⟦wrap(() => {\n  one()\n})⟧)",
      "describe('a', wrap(() => {\n  two()\n}));",
      "describe('a', wrap(() => {\n  two()\n}));",
    ],
    [
      "the whole lines of Python",
      "x = outer(⟦inner(\n    a,\n)⟧)",
      "x = outer(inner(\n    b,\n))",
      "x = outer(inner(\n    b,\n))",
    ],
    [
      "the whole lines, behind a function that ends like the part",
      "const load = ⟦async () => {\n  a();\n}⟧;",
      "function b() {\n  c();\n}\n\nconst load = async () => {\n  b();\n};",
      "function b() {\n  c();\n}\n\nconst load = async () => {\n  b();\n};",
    ],
    [
      "the whole line, within another statement",
      "const data = ⟦await load(id)⟧;",
      "try {\n  const data = await load(id, 3);\n} catch {}",
      "try {\n  const data = await load(id, 3);\n} catch {}",
    ],
    [
      "the whole lines, within another statement",
      "app.get('/a', ⟦async (req) => {\n  one();\n}⟧);",
      "if (app) {\n  app.get('/a', async (req) => {\n    two();\n  });\n}",
      "if (app) {\n  app.get('/a', async (req) => {\n    two();\n  });\n}",
    ],
    [
      "what ends the code stays, though a line inside ends the same way",
      "app.get('/a', ⟦async (req) => {\n  one();\n}⟧);",
      "async (req) => {\n  all.forEach((each) => {\n    one(each);\n  });\n}",
      "app.get('/a', async (req) => {\n  all.forEach((each) => {\n    one(each);\n  });\n});",
    ],
    [
      "a comma stays, though a line inside ends the same way",
      "  ⟦load() {\n    one();\n  }⟧,",
      "  load() {\n    two({\n      a: {\n        b,\n      },\n    });\n  }",
      "  load() {\n    two({\n      a: {\n        b,\n      },\n    });\n  },",
    ],
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
