import assert from "node:assert/strict";
import * as vscode from "vscode";

const extension = vscode.extensions.getExtension("hunch.hunch");

suite("the extension", () => {
  test("activates, quickly", async () => {
    assert.ok(extension, "the extension is there");
    const start = performance.now();
    await extension.activate();
    console.log(`activation: ${(performance.now() - start).toFixed(1)} ms in all, with the loading of the bundle`);
    assert.equal(extension.isActive, true);
  });

  test("registers every command of its manifest", async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = extension.packageJSON.contributes.commands
      .map(({ command }) => command)
      .filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  });

  test("has the manifest's defaults", () => {
    const configuration = vscode.workspace.getConfiguration();
    for (const [key, { default: value }] of Object.entries(extension.packageJSON.contributes.configuration.properties))
      assert.deepEqual(configuration.inspect(key)?.defaultValue, value, key);
  });
});
