/** Where in a file a block of an answer would go. The editor is a stand-in that has one document, and the definitions that a test gives it. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { locate } from "../../../../src/features/actions/locate.ts";
import type { Change, Proposals } from "../../../../src/features/actions/proposals.ts";
import { ask, type Conversation, newConversation } from "../../../../src/features/chat/conversation.ts";
import type { TaskKind } from "../../../../src/prompts/compose.ts";
import { Position, Range, textDocument } from "../textDocument.ts";

class Uri {
  readonly scheme = "file";
  toString() {
    return "file:///w/a.ts";
  }
  static parse() {
    return new Uri();
  }
}

/** Text of the document, and where the cursor is in it. */
let text = "";
let cursor = 0;
/** What a language service knows of it. */
let functions: { name: string; range: Range; kind: number }[] = [];

let languageId = "typescript";
const document = () => textDocument(new Uri(), text, languageId);
vi.mock("vscode", () => ({
  Position,
  Range,
  Uri,
  EndOfLine: { LF: 1, CRLF: 2 },
  SymbolKind: { Function: 11 },
  l10n: { t: (words: string) => words },
  commands: { executeCommand: async () => functions },
  workspace: { openTextDocument: async () => document(), asRelativePath: () => "a.ts" },
  window: {
    get activeTextEditor() {
      const shown = document();
      const at = shown.positionAt(cursor);
      return { document: shown, selection: new Range(at.line, at.character, at.line, at.character) };
    },
    visibleTextEditors: [],
  },
}));

const { proposeCode } = await import("../../../../src/features/chat/applyCode.ts");

/** The change that a block of an answer about `code` would be; without code, nothing was attached. */
async function changeFor(
  block: string,
  code: string | null,
  task: TaskKind = "ask",
): Promise<Change & { kind: "replace" }> {
  const conversation: Conversation = newConversation("c");
  const line = code === null ? 0 : text.slice(0, text.indexOf(code)).split("\n").length;
  const place = { label: "a.ts", languageId, startLine: line, endLine: line };
  const attached = code === null ? [] : [{ piece: { ...place, code }, attachment: { ...place, uri: `${new Uri()}` } }];
  const { id: turnId } = ask(conversation, { task, text: "?", code: attached }, "auto");
  const shown: Change[] = [];
  const proposals = { show: async ({ change }: { change: Change }) => shown.push(change) };
  await proposeCode(proposals as unknown as Proposals, block, { conversation, turnId }, () => {});
  const [change] = shown;
  if (change?.kind !== "replace") throw new Error("No change of a file was proposed.");
  return change;
}

/** The text with the change made; "gone" where it finds its place no more. */
function applied(now: string, { original, offset, replacement }: Change & { kind: "replace" }): string {
  const start = locate(now, original, offset);
  return start === null ? "gone" : now.slice(0, start) + replacement + now.slice(start + original.length);
}

beforeEach(() => {
  languageId = "typescript";
  functions = [];
});

describe("code that begins and ends within a line", () => {
  it.each([
    [
      "by its lines",
      "const handler = async (req) => {\n  const a = req.a;\n  const b = req.b;\n  return a + b;\n};\n",
      "async (req) => {\n  const a = req.a;\n  const b = req.b;\n  return a + b;\n}",
      "async (req) => {\n  const a = req.a;\n  const b = req.c;\n  return a + b;\n}",
      "const handler = async (req) => {\n  const a = req.a;\n  const b = req.c;\n  return a + b;\n};\n",
    ],
    [
      "as a whole, with the indentation that it has there",
      "x = {\n  a: () => {\n    one();\n  },\n};\n",
      "() => {\n    one();\n  }",
      "() => {\n  if (two()) three();\n}",
      "x = {\n  a: () => {\n    if (two()) three();\n  },\n};\n",
    ],
    [
      "as a whole, in one line",
      "const f = (x) => g(x);\n",
      "g(x)",
      "const f = (x) => h(x);",
      "const f = (x) => h(x);\n",
    ],
    [
      "brought whole, behind an import",
      "const h = useCallback(() => {\n  go();\n  more();\n}, []);\n",
      "useCallback(() => {\n  go();\n  more();\n}, [])",
      "import { useCallback } from 'react';\n\nconst h = useCallback(() => {\n  go(1);\n  more();\n}, []);",
      "import { useCallback } from 'react';\n\nconst h = useCallback(() => {\n  go(1);\n  more();\n}, []);\n",
    ],
    [
      "brought whole, behind a statement and before a comment",
      "app.get('/a', async (req, res) => {\n  const r = await get(req);\n  res.json(r);\n});\n",
      "async (req, res) => {\n  const r = await get(req);\n  res.json(r);\n}",
      "const all = new Map();\n\napp.get('/a', async (req, res) => {\n  const r = all.get(req);\n  res.json(r);\n});\n// done",
      "const all = new Map();\n\napp.get('/a', async (req, res) => {\n  const r = all.get(req);\n  res.json(r);\n});\n// done\n",
    ],
    [
      "brought whole, with one more parenthesis",
      "describe('a', wrap(() => {\n  one()\n  two()\n}))\n",
      "wrap(() => {\n  one()\n  two()\n})",
      "describe('a', wrap(() => {\n  one()\n  three()\n}))",
      "describe('a', wrap(() => {\n  one()\n  three()\n}))\n",
    ],
    [
      "brought whole, in Python",
      "x = outer(inner(\n    alpha,\n    beta,\n))\n",
      "inner(\n    alpha,\n    beta,\n)",
      "x = outer(inner(\n    alpha,\n    gamma,\n))",
      "x = outer(inner(\n    alpha,\n    gamma,\n))\n",
    ],
    [
      "alone, with a line inside that ends as the whole does",
      "app.get('/a', async (req) => {\n  const r = await get(req);\n  go(r);\n});\n",
      "async (req) => {\n  const r = await get(req);\n  go(r);\n}",
      "async (req) => {\n  const r = await get(req);\n  r.forEach((each) => {\n    go(each);\n  });\n}",
      "app.get('/a', async (req) => {\n  const r = await get(req);\n  r.forEach((each) => {\n    go(each);\n  });\n});\n",
    ],
  ])("%s", async (_name, before, code, block, after) => {
    text = before;
    expect(applied(text, await changeFor(block, code))).toBe(after);
  });
  it("by the name of its definition", async () => {
    const head = "export default ";
    const load = "async function load(req) {\n  return req.a;\n}";
    text = `${head}${load}\n`;
    functions = [{ name: "load", range: new Range(0, 0, 2, 1), kind: 11 }];
    const block = "async function load(req) {\n  log(req);\n  return req.b;\n}";
    expect(applied(text, await changeFor(block, load))).toBe(`${head}${block}\n`);
  });
});

describe("the path of the file in front of a block", () => {
  it.each([
    [
      "by the name of its definition",
      "class A {\n  f() {\n    return 1;\n  }\n}\n",
      "// src/a.ts\nf() {\n  return 2;\n}",
    ],
    ["by its lines", "class A {\n  f() {\n    return 1;\n  }\n}\n", "// src/a.ts\n  f() {\n    return 2;\n  }"],
    ["as a whole", "class A {\n  f() {\n    return 1;\n  }\n}\n", "// src/a.ts\ng() {\n  go();\n  stop();\n}"],
  ])("%s: stays out", async (name, before, block) => {
    text = before;
    if (name.startsWith("by the name")) functions = [{ name: "f", range: new Range(1, 0, 3, 3), kind: 11 }];
    const after = applied(text, await changeFor(block, "  f() {\n    return 1;\n  }"));
    expect(after).toMatch(/^class A \{\n {2}[fg]\(\) \{\n {4}(return 2|go\(\));\n[\s\S]* {2}\}\n\}\n$/);
  });
  it("stays where the code had it", async () => {
    text = "// src/a.ts\none();\ntwo();\n";
    const block = "// src/a.ts\none();\nthree();";
    expect(applied(text, await changeFor(block, text.trimEnd()))).toBe(`${block}\n`);
  });
});

describe("a block that replaces nothing", () => {
  it("is put at the cursor, and nowhere else after an edit in front of it", async () => {
    text = "import x;\n\nconst word = 1;\n";
    cursor = 10;
    const change = await changeFor("f();", null);
    expect(applied(text, change)).toBe("import x;\nf();\nconst word = 1;\n");
    expect(applied(`// new\n${text}`, change)).toBe("// new\nimport x;\nf();\nconst word = 1;\n");
  });
  it("is put behind a signature that a blank line follows", async () => {
    languageId = "python";
    text = "def f(x):\n\n    return x\n";
    const change = await changeFor('"""Gives x."""', "def f(x):\n\n    return x", "docs");
    const after = 'def f(x):\n    """Gives x."""\n\n    return x\n';
    expect(applied(text, change)).toBe(after);
    expect(applied(`import a\n${text}`, change)).toBe(`import a\n${after}`);
  });
});
