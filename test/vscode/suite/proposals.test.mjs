/** The commands that propose a change, by scripted models that say an exact answer. */
import assert from "node:assert/strict";
import path from "node:path";
import * as vscode from "vscode";
import { docCommentOf } from "../../../src/features/actions/edits.ts";
import { symbolAt } from "../../../src/host/editor.ts";
import { sleep, until } from "../host/host.mjs";
import { aroundTheCart, cart, cursorAt, folder, openTabs, run, scriptedModels } from "./cart.mjs";

/** What the editor does in its own time. */
const soonMs = 10_000;
const proposed = async (uri) => (await vscode.workspace.openTextDocument(uri)).getText();

suite("proposals", function () {
  this.timeout(120_000);
  aroundTheCart();
  const { scriptModel } = scriptedModels();
  const problems = vscode.languages.createDiagnosticCollection("test");
  suiteTeardown(() => problems.dispose());

  suite("Fix Problem", () => {
    const fixed =
      "The line is wrong.\n```ts\nexport function total(items: Item[]): number {\n  return items.length;\n}\n``` \nThat was it.\n";

    suiteSetup(() => scriptModel("fix", fixed));
    setup(() => {
      const range = new vscode.Range(11, 10, 11, 14);
      const problem = new vscode.Diagnostic(range, "Type 'string' is not a number.", vscode.DiagnosticSeverity.Error);
      problem.source = "test";
      problems.set(cart, [problem]);
    });
    teardown(() => problems.clear());

    test("shows a diff and leaves the file alone until it is applied; one Undo takes it back", async () => {
      const { document } = await cursorAt("Math.floor");
      const before = document.getText();
      const uri = await run("hunch.fixProblem");
      assert.equal(uri.scheme, "hunch-proposal");
      assert.equal(document.getText(), before);
      assert.match(await proposed(uri), /number \{\n {2}return items\.length;\n\}\n\nexport class Cart/);
      assert.ok(openTabs().includes("Fix line 12 of src/cart.ts"), openTabs().join());

      await run("hunch.applyProposal", uri);
      assert.match(document.getText(), /return items\.length;/);
      assert.ok(!openTabs().includes("Fix line 12 of src/cart.ts"));
      await run("undo");
      assert.equal(document.getText(), before);
    });

    // Early, and about when the diff is opened.
    for (const delayMs of [0, 210, 250])
      test(`follows its file when that is renamed, ${delayMs} ms after the question and under the diff`, async () => {
        const inSrc = (name) => vscode.Uri.joinPath(folder.uri, "src", name);
        const rename = async (from, to) => {
          const edit = new vscode.WorkspaceEdit();
          edit.renameFile(inSrc(from), inSrc(to));
          assert.ok(await vscode.workspace.applyEdit(edit));
        };
        const changedFiles = () =>
          vscode.window.tabGroups.all.flatMap(({ tabs }) =>
            tabs.flatMap(({ input }) =>
              input instanceof vscode.TabInputTextDiff ? [path.basename(input.original.path)] : [],
            ),
          );
        // TypeScript would ask whether to follow.
        const following = vscode.workspace.getConfiguration("typescript.updateImportsOnFileMove");
        await following.update("enabled", "never", true);
        await cursorAt("Math.floor");
        const fixing = run("hunch.fixProblem");
        await sleep(delayMs);
        await rename("cart.ts", "basket.ts");
        try {
          const uri = await fixing;
          await until("the diff of basket.ts", () => changedFiles().join() === "basket.ts", soonMs);
          await rename("basket.ts", "trolley.ts");
          await until("the diff of trolley.ts", () => changedFiles().join() === "trolley.ts", soonMs);
          await run("hunch.applyProposal", uri);
          const { document } = vscode.window.activeTextEditor;
          assert.equal(document.uri.toString(), inSrc("trolley.ts").toString());
          assert.match(document.getText(), /return items\.length;/);
          await run("workbench.action.files.revert");
        } finally {
          const [now] = await vscode.workspace.findFiles("src/{basket,trolley}.ts");
          await rename(path.basename(now.path), "cart.ts");
          await following.update("enabled", undefined, true);
        }
      });

    test("is offered by the lightbulb, which says what it is about", async () => {
      const { document } = await cursorAt("Math.floor");
      const [{ range }] = vscode.languages.getDiagnostics(cart).filter(({ source }) => source === "test");
      const actions = await run("vscode.executeCodeActionProvider", cart, range);
      const titles = actions.map(({ title }) => title);
      for (const title of ["Fix with Hunch", "Explain with Hunch"]) assert.ok(titles.includes(title), titles.join());
      const { command } = actions.find(({ title }) => title === "Fix with Hunch");
      const uri = await run(command.command, ...command.arguments);
      await run("hunch.discardProposal", uri);
      assert.ok(!document.isDirty);
      assert.deepEqual(
        openTabs().filter((label) => label.startsWith("Fix")),
        [],
      );
    });

    test("finds its place after edits elsewhere, and refuses when the code itself was changed", async () => {
      const { document } = await cursorAt("Math.floor");
      const edit = (position, text) => {
        const change = new vscode.WorkspaceEdit();
        change.insert(cart, position, text);
        return vscode.workspace.applyEdit(change);
      };
      const first = await run("hunch.fixProblem");
      await edit(new vscode.Position(0, 0), "// a line above\n");
      await run("hunch.applyProposal", first);
      assert.match(document.getText(), /^\/\/ a line above\n[\s\S]*return items\.length;/);
      await run("workbench.action.files.revert");

      await cursorAt("Math.floor");
      const second = await run("hunch.fixProblem");
      await edit(new vscode.Position(10, 0), "  // a line inside\n");
      await run("hunch.applyProposal", second);
      assert.doesNotMatch(document.getText(), /items\.length/);
    });
  });

  test("the lightbulb on a definition's first line, and not within it", async () => {
    const { document } = await cursorAt("Math.floor");
    const titlesAt = async (text) => {
      const at = document.positionAt(document.getText().indexOf(text));
      const actions = await run("vscode.executeCodeActionProvider", cart, new vscode.Range(at, at));
      return actions.map(({ title }) => title).filter((title) => title.endsWith("with Hunch"));
    };
    const onHead = await titlesAt("total(items: Item");
    for (const title of ["Explain this code with Hunch", "Annotate lines with Hunch"])
      assert.ok(onHead.includes(title), onHead.join());
    assert.ok((await titlesAt("add(item: Item")).includes("Write tests with Hunch"));
    assert.deepEqual(await titlesAt("Math.floor"), []);
  });

  test("Fix Problem where nothing is reported: no diff", async () => {
    await cursorAt("name: string");
    assert.equal(await run("hunch.fixProblem"), undefined);
    assert.deepEqual(openTabs(), ["cart.ts"]);
  });

  test("Write Doc Comment: above the method, with its indentation", async () => {
    await scriptModel("docs", "```ts\n/**\n * Adds an item.\n */\n``` \n");
    const { document } = await cursorAt("known.quantity +=");
    await run("hunch.applyProposal", await run("hunch.writeDocComment"));
    assert.match(document.getText(), /\n\n {2}\/\*\*\n {3}\* Adds an item\.\n {3}\*\/\n {2}add\(item: Item\)/);
    await run("workbench.action.files.revert");
  });

  test("Write Doc Comment: finds the definition again after edits above and within it; none, where that is gone", async () => {
    const { document } = await cursorAt("Math.floor");
    const answer = "```ts\n/** What all items cost. */\n``` \n";
    const code = await symbolAt(document, document.positionAt(document.getText().indexOf("Math.floor")).line);
    const edit = async (position, text) => {
      const change = new vscode.WorkspaceEdit();
      change.insert(cart, position, text);
      await vscode.workspace.applyEdit(change);
    };
    const follows = () => {
      const { offset, original } = docCommentOf(code, answer);
      assert.match(original, /^\/\*\* Every third .*\nexport function total\(items: Item\[\]\): number \{$/);
      assert.ok(document.getText().startsWith(original, offset));
    };
    await edit(new vscode.Position(0, 0), "/** One. */\nfunction one() {}\n\n");
    follows();
    await edit(new vscode.Position(12, 0), "  // within it\n");
    follows();
    await edit(new vscode.Position(10, 16), "grand");
    assert.throws(() => docCommentOf(code, answer), { code: "unusableAnswer" });
    await run("workbench.action.files.revert");
  });

  test("Write Tests: a new file beside it, after a preview; when it is there, a document without a file", async () => {
    await scriptModel("tests", '```ts\nimport { total } from "./cart";\ntest("none", () => total([]));\n``` \n');
    await cursorAt("Math.floor");
    const uri = await run("hunch.writeTests");
    const file = vscode.Uri.joinPath(folder.uri, "src", "cart.test.ts");
    const exists = () =>
      vscode.workspace.fs.stat(file).then(
        () => true,
        () => false,
      );
    assert.equal(await exists(), false);
    await run("hunch.applyProposal", uri);
    assert.match((await vscode.workspace.openTextDocument(file)).getText(), /^import .*\ntest\("none".*\n$/);

    await cursorAt("Math.floor");
    const untitled = await run("hunch.writeTests");
    assert.equal(untitled.scheme, "untitled");
    await vscode.workspace.fs.delete(file);
  });

  test("an answer without code proposes nothing", async () => {
    await scriptModel("none", "I would rather not.\n");
    await cursorAt("Math.floor");
    assert.equal(await run("hunch.writeTests"), null);
    assert.deepEqual(openTabs(), ["cart.ts"]);
  });
});
