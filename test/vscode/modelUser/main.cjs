/** Asks Hunch's model as any extension would, twice: to the end, and cancelled. Writes what came into the workspace. */
const { writeFileSync } = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const question = [vscode.LanguageModelChatMessage.User("List all numbers from one to one thousand in words.")];

exports.activate = (context) => {
  context.subscriptions.push(vscode.commands.registerCommand("modelUser.ask", report));
};

async function report() {
  const file = path.join(vscode.workspace.workspaceFolders[0].uri.fsPath, "..", "model-user.json");
  const found = await use().catch((error) => ({ error: String(error) }));
  writeFileSync(file, JSON.stringify(found));
}

async function use() {
  const [model] = await vscode.lm.selectChatModels({ vendor: "hunch" });
  const tokens = await model.countTokens("function add(a, b) { return a + b; }");
  const parts = [];
  const whole = await model.sendRequest(question, { modelOptions: { maxTokens: 24 } });
  for await (const part of whole.text) parts.push(part);
  return { name: model.name, tokens, parts, cancelled: await cancelled(model) };
}

/** How many parts came of an answer that was cancelled at its third, and the error that ended it. */
async function cancelled(model) {
  const source = new vscode.CancellationTokenSource();
  const response = await model.sendRequest(question, { modelOptions: { maxTokens: 4_000 } }, source.token);
  let parts = 0;
  try {
    for await (const _part of response.text) if (++parts === 3) source.cancel();
    return { parts, error: null };
  } catch (error) {
    return { parts, error: String(error) };
  }
}
