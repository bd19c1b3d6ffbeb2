/**
 * The settings of every test: the small model, short answers, and one thread, since two beside a VS Code on two cores
 * crawl. VS Code in a browser saves by itself, which a revert would not take back.
 */
export function testModel() {
  const model = process.env.HUNCH_TEST_MODEL;
  if (!model) throw new Error("HUNCH_TEST_MODEL names no model: start the tests with npm run test:vscode");
  return model;
}

export function testSettings(more = {}) {
  return {
    "hunch.model": testModel(),
    "hunch.threads": 1,
    "hunch.maxTokens": 160,
    "hunch.logLevel": "debug",
    "comments.openView": "never",
    "files.autoSave": "off",
    ...more,
  };
}

/** The looks that are pictured: colour themes, each with what VS Code calls its kind in a webview. */
export const themes = [
  ["Dark Modern", "vscode-dark"],
  ["Light Modern", "vscode-light"],
  ["Default High Contrast", "vscode-high-contrast"],
];
