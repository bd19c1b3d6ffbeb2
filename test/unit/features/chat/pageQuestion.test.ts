/** What the other words of a question say, in an editor with the cursor in a function. */
import { describe, expect, it, vi } from "vitest";
import type * as VsCode from "vscode";
import { Range, Uri } from "../vscodeFakes.ts";
import { code as kept } from "./sessionSupport.ts";

const files: Record<string, string> = {
  "cart.ts": "function total() {\n  return 1;\n}\n\nlet x;",
  "tax.ts": "let rate = 0.2;",
};
const documentOf = (uri: Uri) => {
  const lines = (files[String(uri)] ?? "").split("\n");
  return {
    uri,
    languageId: "typescript",
    lineCount: lines.length,
    lineAt: (line: number) => ({ text: lines[line] }),
    validateRange: (range: object) => range,
    getText: (range?: VsCode.Range) =>
      lines.slice(range?.start.line ?? 0, (range?.end.line ?? lines.length) + 1).join("\n"),
  };
};
vi.mock("vscode", () => ({
  Uri,
  Range,
  Position: class {},
  SymbolKind: {},
  DiagnosticSeverity: {},
  commands: { executeCommand: async () => [] },
  languages: { getDiagnostics: () => [] },
  window: {
    activeTextEditor: {
      document: documentOf(new Uri("cart.ts")),
      selection: { isEmpty: true, active: { line: 1 } },
    },
    visibleTextEditors: [],
  },
  workspace: {
    notebookDocuments: [],
    asRelativePath: String,
    findFiles: async () => Object.keys(files).map((name) => new Uri(name)),
    openTextDocument: async (uri: Uri) => documentOf(uri),
    getConfiguration: () => ({ get: () => ({}) }),
  },
}));

const { newWords } = await import("../../../../src/features/chat/pageQuestion.ts");

const pieces = ({ code = [] }: Awaited<ReturnType<typeof newWords>>) => code.map(({ piece }) => piece.code);

describe("a question in other words", () => {
  it("adds the files that these name and the words before did not", async () => {
    const words = await newWords("Why #file:tax.ts and #file:cart.ts?", { text: "Why #file:cart.ts?", code: kept });
    expect([words.task, pieces(words)]).toEqual([undefined, ["let rate = 0.2;"]]);
    expect(await newWords("Why #file:tax.ts?", { text: "Why #file:tax.ts?", code: [] })).toEqual({});
  });

  it("adds no code a second time that was chosen from the list before", async () => {
    const tax = await newWords("What of #file:tax.ts?", { text: "What?", code: [] });
    expect(pieces(tax)).toEqual(["let rate = 0.2;"]);
    expect(pieces(await newWords("Why #file:tax.ts?", { text: "Why?", code: tax.code ?? [] }))).toEqual([]);
  });

  it("means the function around the cursor by a command where there is no code, and the code where there is", async () => {
    const words = await newWords("/explain briefly", { text: "Why?", code: [] });
    expect(words).toMatchObject({ task: "explain", question: "briefly" });
    expect((await words.lookup)?.code).toHaveLength(1);
    expect(pieces(words)).toEqual(["function total() {\n  return 1;\n}"]);
    expect(await newWords("/explain briefly", { text: "Why?", code: kept })).toEqual({
      task: "explain",
      question: "briefly",
      code: [],
    });
  });

  it("says what is missing where a name means nothing", async () => {
    await expect(newWords("Why #file:none.ts?", { text: "Why?", code: kept })).rejects.toThrow("none.ts");
  });
});
