/** What goes along with code without being asked for: what it uses, who uses it, and what the editor reports in it. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { askedAbout } from "../../../src/features/chat/askedCode.ts";
import { withContext } from "../../../src/host/context.ts";
import { selectedCode, symbolAt, wholeFile } from "../../../src/host/editor.ts";
import { aroundTheCart, cursorAt } from "./cart.mjs";

suite("what goes along", function () {
  this.timeout(120_000);
  aroundTheCart();

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
});
