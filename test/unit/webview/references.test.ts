import { describe, expect, it } from "vitest";
import { canDrop, filesIn, pastedCode, referenceName, withMore } from "../../../src/webview/references.ts";

const transfer = (data: Record<string, string>) => ({ getData: (type: string) => data[type] ?? "" });

describe("filesIn", () => {
  it("takes addresses of files and passes over comments, web addresses and anything else", () => {
    const list = "# files\r\nfile:///w/a%20b.ts\r\n\r\nno address\r\nhttps://x.invalid/\r\nvscode-remote://h/100%.ts";
    expect(filesIn(transfer({ "text/uri-list": list }))).toEqual([
      { kind: "file", uri: "file:///w/a%20b.ts", label: "a b.ts" },
      { kind: "file", uri: "vscode-remote://h/100%.ts", label: "100%.ts" },
    ]);
  });

  it("prefers VS Code's own list, which has all of them", () => {
    const both = { "text/uri-list": "file:///a", "application/vnd.code.uri-list": "file:///a\r\nfile:///b" };
    expect(filesIn(transfer(both))).toHaveLength(2);
  });

  it("drags of text are left to the input", () => {
    expect(canDrop(["text/plain", "text/html"])).toBe(false);
    expect(canDrop(["text/plain", "application/vnd.code.uri-list"])).toBe(true);
    expect(canDrop(["Files"])).toBe(true);
  });
});

describe("pastedCode", () => {
  const editor = JSON.stringify({ version: 1, mode: "typescript" });

  it("is what was copied in an editor, of more than one line", () => {
    const code = pastedCode(transfer({ "text/plain": "a()\nb()\n", "vscode-editor-data": editor }));
    expect(code).toEqual({ kind: "text", label: "pasted code", languageId: "typescript", text: "a()\nb()\n" });
    expect(code && referenceName(code).full).toBe("pasted code, 2 lines");
  });

  it.each([
    ["one line", { "text/plain": "a()\n", "vscode-editor-data": editor }],
    ["from elsewhere", { "text/plain": "a\nb" }],
    ["data of another program", { "text/plain": "a\nb", "vscode-editor-data": "{" }],
    ["too long", { "text/plain": "a\n".repeat(200_000), "vscode-editor-data": editor }],
  ])("not %s", (_, data) => {
    expect(pastedCode(transfer(data))).toBeNull();
  });
});

it("nothing goes along twice", () => {
  expect(withMore([{ kind: "problems" }], [{ kind: "changes" }, { kind: "problems" }])).toEqual([
    { kind: "problems" },
    { kind: "changes" },
  ]);
});
