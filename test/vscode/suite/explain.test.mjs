import assert from "node:assert/strict";
import * as vscode from "vscode";
import { cart, ended, languageService } from "./cart.mjs";

/** Opens a document, selects lines (1-based, inclusive), explains them. */
async function explain(document, first, last) {
  const editor = await vscode.window.showTextDocument(document);
  editor.selection = new vscode.Selection(first - 1, 0, last - 1, document.lineAt(last - 1).text.length);
  return ended(await vscode.commands.executeCommand("hunch.explainSelection"));
}

async function shows(thread, pattern) {
  for (let attempt = 0; attempt < 100 && !pattern.test(textOf(thread)); attempt++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.match(textOf(thread), pattern);
}

/** Puts text before a line (0-based) of the cart. */
async function insert(line, text) {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(cart, new vscode.Position(line, 0), text);
  await vscode.workspace.applyEdit(edit);
}

const textOf = (thread) => thread.comments.map((comment) => comment.body.value).join("\n");
const linesOf = (thread) => [thread.range.start.line + 1, thread.range.end.line + 1];

suite("explain", function () {
  // The first one starts the engine and loads the model.
  this.timeout(180_000);

  test("a selection: a thread under it, with a thought, an answer and figures", async () => {
    const thread = await explain(await vscode.workspace.openTextDocument(cart), 8, 15);
    assert.deepEqual(linesOf(thread), [8, 15]);
    assert.equal(thread.label, "Explain src/cart.ts:8-15");
    assert.equal(thread.comments.length, 1);
    assert.match(textOf(thread), /_.*\d+ tokens.*tokens\/s.*_$/);
    assert.ok(["done", "interrupted"].includes(thread.contextValue), thread.contextValue);
  });

  test("nothing selected: the method around the cursor", async () => {
    const editor = await vscode.window.showTextDocument(cart);
    await languageService();
    editor.selection = new vscode.Selection(21, 10, 21, 10);
    const thread = await vscode.commands.executeCommand("hunch.explainSelection");
    assert.equal(thread.label, "Explain src/cart.ts:20-24");
  });

  test("stays under its code when lines are added above", async () => {
    const document = await vscode.workspace.openTextDocument(cart);
    const thread = await explain(document, 8, 15);
    await insert(0, "// one\n// two\n");
    assert.deepEqual(linesOf(thread), [10, 17]);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  /** Explains lines of the cart; the document is edited while the names in them are looked up. */
  async function explainEdited(line, text) {
    const document = await vscode.workspace.openTextDocument(cart);
    let edited;
    const provideDefinition = async () => {
      edited ??= insert(line, text);
      await edited;
    };
    const provider = vscode.languages.registerDefinitionProvider({ language: "typescript" }, { provideDefinition });
    try {
      return await explain(document, 8, 15);
    } finally {
      provider.dispose();
    }
  }

  test("edited above while it is looked up what the code uses: under its code, in place of the one before", async () => {
    const before = await explain(await vscode.workspace.openTextDocument(cart), 8, 15);
    const thread = await explainEdited(0, "// one\n// two\n");
    assert.deepEqual(linesOf(thread), [10, 17]);
    assert.doesNotMatch(textOf(thread), /code was changed since/);
    assert.equal(await vscode.commands.executeCommand("hunch.thread.again", before), undefined, "it is gone");
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  test("edited itself while it is looked up what the code uses: says so", async () => {
    await shows(await explainEdited(9, "  // inside\n"), /code was changed since/);
    await vscode.commands.executeCommand("workbench.action.files.revert");
  });

  test("says when the code was edited; Explain Again looks at it anew", async () => {
    const document = await vscode.workspace.openTextDocument(cart);
    const thread = await explain(document, 8, 15);
    await insert(9, "  // inside\n");
    await shows(thread, /code was changed since/);
    const again = await ended(await vscode.commands.executeCommand("hunch.thread.again", thread));
    assert.deepEqual(linesOf(again), [8, 16]);
    assert.doesNotMatch(textOf(again), /code was changed since/);
    await vscode.commands.executeCommand("undo");
    await shows(again, /code was changed since/);
  });

  test("a follow-up question gets an answer in the thread", async () => {
    const thread = await explain(await vscode.workspace.openTextDocument(cart), 8, 15);
    await vscode.commands.executeCommand("hunch.thread.reply", { thread, text: "Which items are *free*?" });
    // An answer that took no longer than a drawing is drawn after the command has ended: until then all is as before.
    await shows(thread, /tokens\/s[\s\S]*tokens\/s/);
    await ended(thread);
    assert.equal(thread.comments.length, 3);
    assert.deepEqual(
      thread.comments.map((comment) => comment.author.name),
      ["Hunch", "You", "Hunch"],
    );
    assert.equal(thread.comments[1].body.value, "Which items are \\*free\\*?");
    assert.match(thread.comments[2].body.value, /tokens\/s/);
  });

  test("stop ends it and keeps what there is", async () => {
    const document = await vscode.workspace.openTextDocument({ language: "javascript", content: "for (;;) work();\n" });
    const running = explain(document, 1, 1);
    await until(() => vscode.commands.executeCommand("hunch.stop"), running);
    const thread = await running;
    assert.equal(thread.label, `Explain ${document.uri.path}:1`);
    assert.match(textOf(thread), /[Ss]topped/);
  });

  test("a read-only document of another scheme", async () => {
    const provider = { provideTextDocumentContent: () => "const answer = 42;\n" };
    const registration = vscode.workspace.registerTextDocumentContentProvider("hunch-test", provider);
    try {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse("hunch-test:answer.js"));
      assert.deepEqual(linesOf(await explain(document, 1, 1)), [1, 1]);
    } finally {
      registration.dispose();
    }
  });
});

/** Calls `act` again and again until `done` settles. */
async function until(act, done) {
  let settled = false;
  done.finally(() => {
    settled = true;
  });
  while (!settled) {
    await act();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
