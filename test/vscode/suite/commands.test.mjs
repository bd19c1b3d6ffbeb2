/** The commands that explain: threads, notes, answers in the chat; kept, and as a language model. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { sleep } from "../host/host.mjs";
import { aroundTheCart, cart, cursorAt, ended, folder, run, scriptedModels, setModel, smallModel } from "./cart.mjs";

suite("commands that explain", function () {
  this.timeout(120_000);
  aroundTheCart();
  const { fileOf, scriptModel } = scriptedModels();

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
    rmSync(fileOf("notes"));
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
