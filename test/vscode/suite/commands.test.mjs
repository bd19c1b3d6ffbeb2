/** The commands on code: changes proposed by scripted models that say an exact answer, explanations by the small one. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { docCommentOf } from "../../../src/features/actions/edits.ts";
import { askedAbout } from "../../../src/features/chat/askedCode.ts";
import { withContext } from "../../../src/host/context.ts";
import { selectedCode, symbolAt, wholeFile } from "../../../src/host/editor.ts";
import { writeScriptedModel } from "../../support/scriptedModel.ts";
import { sleep, until } from "../host/host.mjs";

const [folder] = vscode.workspace.workspaceFolders;
/** What the editor does in its own time. */
const soonMs = 10_000;
const cart = vscode.Uri.joinPath(folder.uri, "src", "cart.ts");
const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
const smallModel = vscode.workspace.getConfiguration("hunch").get("model");
const setModel = (model) => vscode.workspace.getConfiguration("hunch").update("model", model, true);
const run = (command, ...args) => vscode.commands.executeCommand(command, ...args);
const proposed = async (uri) => (await vscode.workspace.openTextDocument(uri)).getText();

/** From now on the model answers with the lines of `answer`. */
async function scriptModel(name, answer) {
  const file = path.join(models, `${name}.gguf`);
  writeScriptedModel(file, { thoughtTokens: 4, answerTexts: answer.split(/(?<=\n)/) });
  await setModel(file);
}

/** Opens the cart with the cursor at the line (1-based) that holds `text`. */
async function cursorAt(text) {
  const document = await vscode.workspace.openTextDocument(cart);
  const editor = await vscode.window.showTextDocument(document);
  const position = document.positionAt(document.getText().indexOf(text));
  editor.selection = new vscode.Selection(position, position);
  return editor;
}

/** The last change is drawn a moment after the command has ended. */
async function ended(thread) {
  while (!["done", "interrupted"].includes(thread.contextValue))
    await new Promise((resolve) => setTimeout(resolve, 50));
  return thread;
}

const openTabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).map((tab) => tab.label);

suite("actions", function () {
  this.timeout(120_000);
  const problems = vscode.languages.createDiagnosticCollection("test");

  suiteSetup(async () => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const found = await run("vscode.executeDocumentSymbolProvider", cart);
      if (found?.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  });

  suiteTeardown(async () => {
    problems.dispose();
    await setModel(smallModel);
    rmSync(models, { recursive: true });
  });

  teardown(async () => {
    await run("workbench.action.revertAndCloseActiveEditor");
    await run("workbench.action.closeAllEditors");
    await run("notifications.clearAll");
  });

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

  test("the same question about the same code is answered from before, also when the code moved", async () => {
    await scriptModel("kept", "It adds up the prices.\n");
    await cursorAt("Math.floor");
    const first = await ended(await run("hunch.explainSymbol"));
    assert.match(first.comments[0].body.value, /adds up the prices/);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(cart, new vscode.Position(0, 0), "// above\n");
    await vscode.workspace.applyEdit(edit);
    await cursorAt("Math.floor");
    const second = await run("hunch.explainSymbol");
    assert.match(second.comments[0].body.value, /Kept from an earlier answer[\s\S]*adds up the prices/);
    assert.equal(second.label, "Explain src/cart.ts:9-16");
    const fresh = await ended(await run("hunch.thread.again", second));
    assert.doesNotMatch(fresh.comments[0].body.value, /Kept/);
    await run("hunch.thread.delete", fresh);
    await run("workbench.action.files.revert");
  });

  test("Annotate Lines: notes that follow their lines and go with an edit; once more takes them away", async () => {
    await scriptModel("notes", " 9: starts at nothing\n10: every item\n11: a third is free\n");
    await cursorAt("Math.floor");
    const starts = { line: 8, text: "starts at nothing" };
    const every = { line: 9, text: "every item" };
    const third = { line: 10, text: "a third is free" };
    const notes = await run("hunch.annotateLines");
    assert.deepEqual(notes, [starts, every, third]);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(cart, new vscode.Position(0, 0), "// above\n");
    edit.insert(cart, new vscode.Position(9, 4), "/* each */ ");
    await vscode.workspace.applyEdit(edit);
    assert.deepEqual(notes, [
      { ...starts, line: 9 },
      { ...third, line: 11 },
    ]);
    await run("workbench.action.files.revert");
    assert.deepEqual(await run("hunch.annotateLines"), []);
    // The same code and the same model: from before, also when its file is gone.
    rmSync(path.join(models, "notes.gguf"));
    await cursorAt("Math.floor");
    assert.deepEqual(await run("hunch.annotateLines"), [starts, every, third]);
    assert.deepEqual(await run("hunch.annotateLines"), []);
  });

  suite("while the model is missing", () => {
    // Where its download finds it.
    const folderOf = path.join(process.env.XDG_CACHE_HOME ?? "", "hunch/models/smollm2-135m");
    teardown(() => rmSync(folderOf, { recursive: true, force: true }));

    /** Answers the offer of a model by a command of VS Code, once more when that came too early. */
    async function answerOffer(asking, command) {
      const end = asking.then(() => true);
      // In between a download that finds its file comes to its end: the command would stop it.
      do await run(command);
      while (!(await Promise.race([end, sleep(5_000)])));
      return asking;
    }

    test("Annotate Lines: edits before it is there move the notes; the offer dismissed, nothing stays", async () => {
      await scriptModel("lateNotes", " 9: starts at nothing\n10: every item\n11: a third is free\n");
      const scriptedModel = vscode.workspace.getConfiguration("hunch").get("model");
      await setModel("smollm2-135m");
      const editor = await cursorAt("Math.floor");
      editor.selection = new vscode.Selection(7, 0, 14, 1);
      const refused = run("hunch.annotateLines");
      assert.deepEqual(await answerOffer(refused, "notifications.clearAll"), []);

      const asking = run("hunch.annotateLines");
      const edit = new vscode.WorkspaceEdit();
      edit.insert(cart, new vscode.Position(0, 0), "// above\n");
      await vscode.workspace.applyEdit(edit);
      mkdirSync(folderOf, { recursive: true });
      symlinkSync(smallModel, path.join(folderOf, path.basename(smallModel)));
      await setModel(scriptedModel);
      const notes = await answerOffer(asking, "notification.acceptPrimaryAction");
      assert.deepEqual(
        notes.map(({ line }) => line),
        [9, 10, 11],
      );
      await run("workbench.action.files.revert");
      assert.deepEqual(await run("hunch.annotateLines"), []);
    });

    test("Explain Again: the explanation stays when the model is not wanted", async () => {
      await scriptModel("stays", "It adds up.\n");
      await cursorAt("Math.floor");
      const thread = await ended(await run("hunch.explainSymbol"));
      await setModel("smollm2-135m");
      assert.equal(await answerOffer(run("hunch.thread.again", thread), "notifications.clearAll"), null);
      await scriptModel("again", "It adds up again.\n");
      const again = await ended(await run("hunch.thread.again", thread));
      assert.match(again.comments[0].body.value, /It adds up again/);
      await run("hunch.thread.delete", again);
    });
  });

  test("“Explain” in the hover of a definition's name, and above it when that is wanted", async () => {
    const { document } = await cursorAt("total(items: Item");
    const at = (text) => document.positionAt(document.getText().indexOf(text));
    const hovers = async (position) => {
      const found = await run("vscode.executeHoverProvider", cart, position);
      return found.flatMap(({ contents }) => contents.map(({ value }) => value)).join();
    };
    assert.match(await hovers(at("total(items: Item")), /\(command:hunch\.explainSymbol\?/);
    assert.doesNotMatch(await hovers(at("Math.floor")), /hunch/);
    const lenses = async () =>
      (await run("vscode.executeCodeLensProvider", cart)).filter(
        ({ command }) => command?.command === "hunch.explainSymbol",
      );
    assert.deepEqual(await lenses(), []);
    await vscode.workspace.getConfiguration("hunch").update("codeLens", true, true);
    const lines = (await lenses()).map(({ range }) => range.start.line + 1);
    await vscode.workspace.getConfiguration("hunch").update("codeLens", undefined, true);
    assert.deepEqual(
      lines.filter((line) => [8, 17, 20].includes(line)),
      [8, 17, 20],
    );
  });

  test("what a method uses goes along: the function that it calls, by the language service", async () => {
    const { document } = await cursorAt("total([...this");
    const code = await symbolAt(document, document.positionAt(document.getText().indexOf("total([...this")).line);
    const { code: pieces, omitted } = await withContext(code);
    const [subject, ...references] = pieces.map(({ piece }) => [piece.startLine, piece.endLine, piece.role]);
    assert.deepEqual([subject, omitted], [[26, 28, undefined], []]);
    assert.deepEqual(references[0], [8, 15, "reference"]);
  });

  test("a question about a selection sees what that uses, and what the editor reports in it", async () => {
    const editor = await cursorAt("Math.floor");
    const { document } = editor;
    editor.selection = new vscode.Selection(7, 0, 14, 1);
    const reported = vscode.languages.createDiagnosticCollection("hunch-test");
    const problem = new vscode.Diagnostic(document.lineAt(10).range, "Too many pieces are free.");
    reported.set(document.uri, [problem]);
    try {
      const places = async (named) =>
        (await askedAbout(selectedCode(editor), named).lookup).code.map(({ piece, attachment }) => {
          assert.equal(attachment.startLine, piece.startLine);
          return [piece.label, piece.startLine, piece.endLine, piece.role];
        });
      const label = "src/cart.ts";
      const problems = [`Problems in ${label}`, 11, 11, "reference"];
      assert.deepEqual(await places(), [[label, 8, 15, undefined], [label, 1, 5, "reference"], problems]);
      // The whole file beside the question has the interface already.
      const whole = wholeFile(document);
      assert.deepEqual(await places([whole]), [
        [label, 8, 15, undefined],
        problems,
        [label, 1, whole.piece.endLine, undefined],
      ]);
    } finally {
      reported.dispose();
    }
  });

  test("who uses a function goes along where it is to be explained, by the language service", async () => {
    const { document } = await cursorAt("Math.floor");
    const code = await symbolAt(document, document.positionAt(document.getText().indexOf("Math.floor")).line);
    const placesWith = async (options) =>
      (await withContext(code, options)).code.map(({ piece }) => [piece.startLine, piece.endLine, piece.role]);
    const caller = [26, 28, "reference"];
    assert.deepEqual((await placesWith({ callers: true })).slice(0, 2), [[8, 15, undefined], caller]);
    assert.ok(!(await placesWith({})).some(([startLine]) => startLine === 26));
  });

  test("an answer without code proposes nothing", async () => {
    await scriptModel("none", "I would rather not.\n");
    await cursorAt("Math.floor");
    assert.equal(await run("hunch.writeTests"), null);
    assert.deepEqual(openTabs(), ["cart.ts"]);
  });

  suite("with the small model", () => {
    suiteSetup(() => setModel(smallModel));

    test("Explain Symbol, Find Bugs and Explain Problem answer in threads", async () => {
      const { document } = await cursorAt("Math.floor");
      const symbol = await ended(await run("hunch.explainSymbol"));
      assert.equal(symbol.label, "Explain src/cart.ts:8-15");
      assert.match(symbol.comments[0].body.value, /tokens\/s/);
      const bugs = await ended(await run("hunch.findBugs"));
      // A model's text runs nothing: no command links, no HTML.
      for (const { body } of [...symbol.comments, ...bugs.comments]) assert.ok(!body.isTrusted && !body.supportHtml);
      assert.equal(bugs.label, "Find bugs in src/cart.ts:8-15");
      const diagnostics = [new vscode.Diagnostic(document.lineAt(11).range, "Too many pieces are free.")];
      const problem = await run("hunch.explainProblem", { uri: cart, diagnostics });
      assert.deepEqual([problem.label, problem.range.start.line], ["Explain the problem in src/cart.ts:8-15", 11]);
      for (const thread of [symbol, bugs, problem]) await run("hunch.thread.delete", thread);
    });

    test("is a language model for other extensions: streams, counts tokens, stops", async () => {
      const [model] = await vscode.lm.selectChatModels({ vendor: "hunch" });
      assert.ok(model, "it is offered");
      assert.ok((await model.countTokens("function add(a, b) { return a + b; }")) > 5);
      const question = [vscode.LanguageModelChatMessage.User("Count from one to twenty.")];
      const whole = await model.sendRequest(question, { modelOptions: { maxTokens: 24 } });
      const parts = [];
      for await (const part of whole.text) parts.push(part);
      assert.ok(parts.length > 1 && parts.join("").trim() !== "", JSON.stringify(parts));
      const cancel = new vscode.CancellationTokenSource();
      const stopped = await model.sendRequest(question, { modelOptions: { maxTokens: 2_000 } }, cancel.token);
      let seen = 0;
      try {
        for await (const _part of stopped.text) if (++seen === 2) cancel.cancel();
      } catch (error) {
        assert.match(String(error), /cancel/i);
      }
      assert.ok(seen < 200, `${seen} parts after it was cancelled`);
    });

    test("Explain File answers in the chat", async () => {
      await cursorAt("Math.floor");
      const turn = await run("hunch.explainFile");
      assert.equal(turn.error, null);
      assert.ok(turn.stats.answerTokens > 0);
    });

    test("Explain Changes tells about what is changed in Git", async () => {
      const committed = async (cwd) => {
        const git = (...args) => execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd });
        git("init", "-q");
        git("add", ".");
        git("commit", "-q", "--allow-empty", "-m", "first");
        await run("git.openRepository", cwd);
      };
      await committed(folder.uri.fsPath);
      await run("hunch.newChat");
      assert.equal(await run("hunch.explainChanges"), undefined, "nothing is changed");
      await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder.uri, "notes.md"), Buffer.from("# Other notes\n"));
      const turn = await run("hunch.explainChanges");
      assert.equal(turn.error, null);
      assert.ok(turn.stats.answerTokens > 0);

      // As the menu of a repository in Source Control does, whatever the editor shows.
      const other = mkdtempSync(path.join(os.tmpdir(), "hunch-repository-"));
      try {
        await committed(other);
        await cursorAt("Math.floor");
        assert.equal(
          await run("hunch.explainChanges", { rootUri: vscode.Uri.file(other) }),
          undefined,
          "nothing is there",
        );
        const own = await run("hunch.explainChanges", { rootUri: folder.uri.fsPath });
        assert.ok(own.stats.answerTokens > 0, "what is no source control is passed over");
      } finally {
        await run("git.close", vscode.Uri.file(other));
        rmSync(other, { recursive: true });
      }
    });
  });
});
