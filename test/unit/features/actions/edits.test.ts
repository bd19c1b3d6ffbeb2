/** What an answer changes in a document. The editor is a stand-in that has one document, a selection, and the problems that a test gives it. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type * as VsCode from "vscode";
import { Position, Range, textDocument } from "../textDocument.ts";

const uri = { scheme: "file", toString: () => "file:///w/a.ts" };
let document: VsCode.TextDocument;
let selection: Range;
let problems: { range: Range; severity: number; message: string }[] = [];

vi.mock("vscode", () => ({
  Position,
  Range,
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  EndOfLine: { LF: 1, CRLF: 2 },
  SymbolKind: {},
  commands: { executeCommand: async () => [] },
  languages: { getDiagnostics: () => problems },
  window: {
    get activeTextEditor() {
      return { document, selection: Object.assign(selection, { active: selection.end }) };
    },
  },
  workspace: { asRelativePath: () => "a.ts", notebookDocuments: [] },
}));

const { docCommentOf, fixOf } = await import("../../../../src/features/actions/edits.ts");
const { linesOf } = await import("../../../../src/host/editor.ts");
const { problemInQuestion } = await import("../../../../src/host/problems.ts");

/** Opens a text; what stands between ‹ and › is selected. */
function select(marked: string, languageId = "typescript"): void {
  const text = marked.replace(/[‹›]/g, "");
  document = textDocument(uri, text, languageId) as unknown as VsCode.TextDocument;
  const { line, character } = document.positionAt(marked.indexOf("‹"));
  const end = document.positionAt(marked.indexOf("›") - 1);
  selection = new Range(line, character, end.line, end.character);
}

const fenced = (block: string) => `It is misspelt.\n\`\`\`\n${block}\n\`\`\`\n`;

beforeEach(() => {
  problems = [];
});

describe("fixOf", () => {
  /** The text with the problem at the selection fixed by an answer that has a block. */
  async function fixed(block: string): Promise<string> {
    problems = [{ range: selection, severity: 0, message: "Cannot find name." }];
    const change = fixOf(await problemInQuestion(), fenced(block));
    if (change.kind !== "replace") throw new Error("No change of the file was proposed.");
    const { offset, original, replacement } = change;
    const text = document.getText();
    expect(text.startsWith(original, offset)).toBe(true);
    return text.slice(0, offset) + replacement + text.slice(offset + original.length);
  }

  it.each([
    ["a word", "{\n  return sum(‹itms›);\n}\n", "  return sum(items);", "{\n  return sum(items);\n}\n"],
    [
      "from word to word",
      "{\n  one(‹itms);\n  two(itms›);\n}\n",
      "one(items);\ntwo(items);",
      "{\n  one(items);\n  two(items);\n}\n",
    ],
    ["lines", "{\n‹  one(itms);\n›  two();\n}\n", "one(items);", "{\n  one(items);\n  two();\n}\n"],
  ])("takes the place of whole lines where %s is selected", async (_name, marked, block, expected) => {
    select(marked);
    expect(await fixed(block)).toBe(expected);
  });

  it.each([
    ["the path in front of the block", "# src/a.py\n    def f(self):\n        return 1", ""],
    ["a path that was there before", "    # src/a.py\n    def f(self):\n        return 1", "    # src/a.py\n"],
  ])("%s: only what belongs to the code", async (_name, block, kept) => {
    select(`class A:\n‹${kept}    def f(self):\n        return l\n›`, "python");
    expect(await fixed(block)).toBe(`class A:\n${kept}    def f(self):\n        return 1\n`);
  });

  it("throws where the block is a path alone", async () => {
    select("‹f(itms);›");
    await expect(fixed("// src/a.ts")).rejects.toMatchObject({ code: "unusableAnswer" });
  });
});

describe("docCommentOf", () => {
  it.each([
    ["gave no comment", "def f(r):\n    return r", /gave no documentation comment/],
    ["gave one that has no place", 'def f(r):\n    """Gives r."""\n    return r', /no place here/],
  ])("says that the model %s", (_name, block, message) => {
    select("‹def f(r): return r›\n", "python");
    const code = linesOf(document, { startLine: 0, endLine: 0 }, "");
    expect(() => docCommentOf(code, fenced(block))).toThrow(message);
  });
});
