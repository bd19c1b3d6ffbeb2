/** What the panel's pickers write, and where. */
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { SettingsReader } from "../../../src/host/settings.ts";

const configuration = () => vscode.workspace.getConfiguration("hunch");
const { Global, Workspace } = vscode.ConfigurationTarget;

suite("settings", () => {
  const reader = new SettingsReader((message) => assert.fail(message));
  suiteTeardown(async () => {
    reader.dispose();
    await configuration().update("effort", undefined, Workspace);
    await configuration().update("showTokenOrigins", undefined, Global);
  });

  test("a choice goes to where the setting is: the workspace's, else the user's own", async () => {
    const users = configuration().inspect("effort").globalValue;
    await configuration().update("effort", "high", Workspace);
    await reader.update("effort", "off");
    const { workspaceValue, globalValue } = configuration().inspect("effort");
    assert.deepEqual([workspaceValue, globalValue, reader.current.effort], ["off", users, "off"]);
    await reader.update("showTokenOrigins", true);
    assert.equal(configuration().inspect("showTokenOrigins").workspaceValue, undefined);
    assert.equal(reader.current.showTokenOrigins, true);
  });
});
