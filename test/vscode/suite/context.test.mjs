/** Where code comes from besides an open file: notebooks, untitled and read-only documents, files that are renamed. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { readReferences } from "../../../src/features/chat/references.ts";
import { selectedCode } from "../../../src/host/editor.ts";
import { until } from "../host/host.mjs";
import { folder, run, scriptedModels, setModel, smallModel } from "./cart.mjs";

/** What the editor does in its own time. */
const soonMs = 10_000;
const inFolder = (name) => vscode.Uri.joinPath(folder.uri, name);
const write = (name, text) => vscode.workspace.fs.writeFile(inFolder(name), Buffer.from(text));

suite("where code comes from", function () {
  this.timeout(60_000);
  suiteTeardown(async () => {
    await run("workbench.action.revertAndCloseActiveEditor");
    await run("workbench.action.closeAllEditors");
  });
  const { scriptModel } = scriptedModels();
  suiteSetup(() => scriptModel("context", "It adds up.\n"));

  /** Explains the document in the chat, and exports the chat: what was attached stands there. */
  async function explained(document) {
    await run("hunch.newChat");
    await vscode.window.showTextDocument(document);
    const turn = await run("hunch.explainFile");
    assert.equal(turn.error, null);
    await run("hunch.exportChat");
    const { document: exported } = vscode.window.activeTextEditor;
    assert.equal(exported.languageId, "markdown");
    return exported.getText();
  }

  test("an untitled document, and the chat exported as Markdown", async () => {
    const content = "let sum = 1;\nsum += 2;\n";
    const document = await vscode.workspace.openTextDocument({ language: "javascript", content });
    const text = await explained(document);
    assert.match(
      text,
      /^# Explain Untitled-\d+\n\n## Question\n\n> Explain Untitled-\d+\n\n- `Untitled-\d+:1-2`\n\n## Answer/,
    );
    assert.match(text, /\n\nIt adds up\.\n$/);
  });

  test("a read-only document of another extension", async () => {
    const provider = vscode.workspace.registerTextDocumentContentProvider("hunch-test", {
      provideTextDocumentContent: () => "export const answer = 42;\n",
    });
    try {
      const text = await explained(
        await vscode.workspace.openTextDocument(vscode.Uri.parse("hunch-test:/lib/answer.ts")),
      );
      assert.match(text, /- `\/?lib\/answer\.ts:1`/);
    } finally {
      provider.dispose();
    }
  });

  test("a notebook goes along by its cells, and a selection in a cell by that", async () => {
    const cell = (type, lines) => ({
      cell_type: type,
      metadata: {},
      source: lines,
      ...(type === "code" ? { outputs: [], execution_count: null } : {}),
    });
    const cells = [cell("markdown", ["# Prices"]), cell("code", []), cell("code", ["total = 3\n", "print(total)"])];
    await write("prices.ipynb", JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const uri = inFolder("prices.ipynb");
    const reference = { kind: "file", uri: uri.toString(), label: "prices.ipynb" };
    const read = await readReferences([reference]);
    assert.deepEqual(
      read.map(({ piece }) => [piece.label, piece.startLine, piece.endLine, piece.code]),
      [
        ["prices.ipynb [1]", 1, 1, "# Prices"],
        ["prices.ipynb [3]", 1, 2, "total = 3\nprint(total)"],
      ],
    );
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    await vscode.window.showNotebookDocument(notebook, { selections: [new vscode.NotebookRange(2, 3)] });
    await run("notebook.cell.edit");
    const { document } = notebook.cellAt(2);
    const editor = await until(
      "the editor",
      () => vscode.window.visibleTextEditors.find((shown) => shown.document === document),
      soonMs,
    );
    editor.selection = new vscode.Selection(1, 0, 1, 12);
    assert.deepEqual(selectedCode(editor).piece, {
      label: "prices.ipynb [3]",
      languageId: document.languageId,
      startLine: 2,
      endLine: 2,
      code: "print(total)",
    });
    const turn = await run("hunch.explainFile");
    assert.equal(turn.error, null);
    await run("hunch.exportChat");
    const whole = vscode.window.activeTextEditor.document.getText();
    assert.match(whole, /> Explain prices\.ipynb\n\n- `prices\.ipynb \[1\]:1`\n- `prices\.ipynb \[3\]:1-2`\n/);
    await run("workbench.action.closeAllEditors");
    await vscode.workspace.fs.delete(uri);
  });

  test("pasted code is found in the document that it was copied from", async () => {
    await vscode.workspace.openTextDocument(inFolder("src/cart.ts"));
    const text = "export function total(items: Item[]): number {\n  let sum = 0;\n";
    const pasted = { kind: "text", label: "pasted code", languageId: "typescript" };
    const [known, unknown] = await readReferences([
      { ...pasted, text },
      { ...pasted, text: "let a = 1;\nlet b = 2;" },
    ]);
    assert.deepEqual([known.attachment.label, known.attachment.startLine], ["src/cart.ts", 8]);
    assert.deepEqual(
      [unknown.attachment.label, unknown.attachment.uri, unknown.attachment.endLine],
      ["pasted code", "", 2],
    );
  });

  test("a symbol that moved since it was chosen goes along as it is now; without a language service, its lines do", async () => {
    const language = "plaintext";
    const content = "// above\n\nadd(a, b) {\n  return a + b;\n}\n";
    const document = await vscode.workspace.openTextDocument({ language, content });
    const chosen = {
      kind: "symbol",
      uri: document.uri.toString(),
      label: "add",
      name: "add",
      startLine: 1,
      endLine: 2,
    };
    const places = async () => (await readReferences([chosen])).map(({ piece }) => [piece.startLine, piece.endLine]);
    assert.deepEqual(await places(), [[1, 2]]);
    const range = new vscode.Range(2, 0, 4, 1);
    const provider = vscode.languages.registerDocumentSymbolProvider(language, {
      provideDocumentSymbols: () => [new vscode.DocumentSymbol("add", "", vscode.SymbolKind.Function, range, range)],
    });
    try {
      assert.deepEqual(await places(), [[3, 5]]);
    } finally {
      provider.dispose();
    }
  });

  test("a file that is gone: the question says so", async () => {
    const gone = { kind: "file", uri: inFolder("gone.ts").toString(), label: "gone.ts" };
    await assert.rejects(readReferences([gone]), { code: "fileNotFound", message: "gone.ts can not be read." });
  });

  test("a file renamed, then deleted, under its explanation: the thread moves, and its code is found", async () => {
    // The small model takes its time, so that the file changes under it.
    await setModel(smallModel);
    const [before, after] = [inFolder("before.ts"), inFolder("after.ts")];
    await write("before.ts", "export function add(a: number, b: number) {\n  return a + b;\n}\n");
    const document = await vscode.workspace.openTextDocument(before);
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 0, 2, 1);
    const explaining = run("hunch.explainSelection");
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(before, after);
    // The thread's form is a document: then the answer is under way.
    await until("the thread", () => vscode.workspace.textDocuments.some(({ uri }) => uri.scheme === "comment"), soonMs);
    await vscode.workspace.applyEdit(edit);
    const thread = await explaining;
    assert.equal(thread.uri.toString(), after.toString());
    assert.match(thread.comments[0].body.value, /\w/);
    await run("hunch.thread.openInChat", thread);
    await vscode.workspace.fs.delete(after);
    await run("hunch.exportChat");
    assert.match(vscode.window.activeTextEditor.document.getText(), /- `after\.ts:1-3`[\s\S]*## Answer\n\n\S/);
  });
});
