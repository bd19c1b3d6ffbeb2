/** Which editor is meant while the chat has the focus. */
import { expect, it, vi } from "vitest";
import { Emitter } from "../../../../src/common/emitter.ts";

type Editor = { document: { uri: { scheme: string; path: string } } };
const changes = new Emitter<Editor | undefined>();
const window = {
  activeTextEditor: undefined as Editor | undefined,
  visibleTextEditors: [] as Editor[],
  onDidChangeActiveTextEditor: changes.on,
};
vi.mock("vscode", () => ({ window, SymbolKind: {} }));

const { codeEditor, watchActiveEditor } = await import("../../../../src/features/chat/pageActions.ts");

const editor = (path: string, scheme = "file"): Editor => ({ document: { uri: { scheme, path } } });
const activate = (active: Editor | undefined) => {
  window.activeTextEditor = active;
  changes.fire(active);
};

it("is the one that was active last while that is on screen, and no output or the like", () => {
  const [left, right, output] = [editor("/left.ts"), editor("/right.ts"), editor("hunch", "output")];
  window.visibleTextEditors = [left, right, output];
  const watch = watchActiveEditor();
  // The chat is an editor tab: with it in front no text editor is active.
  activate(undefined);
  expect(codeEditor()).toBe(left);
  activate(right);
  expect(codeEditor()).toBe(right);
  activate(output);
  activate(undefined);
  expect(codeEditor()).toBe(right);
  window.visibleTextEditors = [output, left];
  expect(codeEditor()).toBe(left);
  watch.dispose();
});
