/** Which code a question in VS Code's chat is about, by the references that come with it. */
import { describe, expect, it, vi } from "vitest";
import type * as VsCode from "vscode";

/** Text of the files that there are; of a notebook as it is stored. */
const files: Record<string, string> = {
  "file:///w/a.ts": "a();",
  "file:///w/b.ts": "b();\nb2();",
  "file:///w/c.ts": "c();",
  "file:///w/n.ipynb": '{"cells": []}',
};

vi.mock("vscode", async () => {
  const { Range, Uri } = await import("../vscodeFakes.ts");
  class Location {
    readonly uri: object;
    readonly range: object;
    constructor(uri: object, range: object) {
      this.uri = uri;
      this.range = range;
    }
  }
  const documentOf = (uri: object, text: string) => {
    const lines = text.split("\n");
    return {
      uri,
      languageId: "typescript",
      lineCount: lines.length,
      lineAt: (line: number) => ({ text: lines[line] }),
      validateRange: (range: object) => range,
      getText: (range?: VsCode.Range) => (range ? lines.slice(range.start.line, range.end.line + 1).join("\n") : text),
    };
  };
  const cells = ["x = 1", "", "x + 1"].map((text, index) => ({
    index,
    document: documentOf(new Uri(`vscode-notebook-cell:/w/n.ipynb#${index}`), text),
  }));
  const workspace = {
    notebookDocuments: [],
    asRelativePath: (uri: VsCode.Uri) => String(uri).replace(/^.*\/w\//, ""),
    openTextDocument: async (uri: VsCode.Uri) => {
      const text = files[String(uri)];
      if (text === undefined) throw new Error(`cannot open ${uri}`);
      return documentOf(uri, text);
    },
    openNotebookDocument: async (uri: VsCode.Uri) => ({ uri, getCells: () => cells }),
  };
  return { Uri, Range, Location, SymbolKind: {}, DiagnosticSeverity: {}, workspace };
});

const vscode = await import("vscode");
const { attachedCode } = await import("../../../../src/features/participant/attachedCode.ts");

const uri = (name: string) => vscode.Uri.parse(`file:///w/${name}`);
const reference = (value: unknown, range?: [number, number]) => ({ id: "", value, ...(range && { range }) });
const textOf = async (...references: VsCode.ChatPromptReference[]) =>
  (await attachedCode(references)).map(({ piece }) => piece.code);

describe("attachedCode", () => {
  it("goes by the order of the words, which VS Code turns around, and then by what was dropped", async () => {
    const named = [reference(uri("c.ts"), [20, 25]), reference(uri("a.ts"), [3, 8])];
    const dropped = [new vscode.Location(uri("b.ts"), new vscode.Range(1, 0, 1, 5)), uri("b.ts")];
    expect(await textOf(...named, ...dropped.map((value) => reference(value)))).toEqual([
      "a();",
      "c();",
      "b2();",
      "b();\nb2();",
    ]);
  });

  it("a notebook goes along by its cells", async () => {
    expect(await textOf(reference(uri("n.ipynb")))).toEqual(["x = 1", "x + 1"]);
  });

  it.each([
    ["folder", uri("src")],
    ["place that is gone", new vscode.Location(uri("gone.ts"), new vscode.Range(0, 0, 0, 1))],
  ])("says what a %s is not", async (_name, value) => {
    await expect(attachedCode([reference(value)])).rejects.toMatchObject({ code: "fileNotFound" });
  });

  it("passes over what has no text of its own", async () => {
    expect(await textOf(reference("words"), reference(undefined))).toEqual([]);
  });
});
