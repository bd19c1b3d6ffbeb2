/** The chat in the colours of the user's theme: accessible by axe in the real webview, and code coloured as in the editor. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { graveViolations } from "../host/axe.mjs";
import { conversation } from "../host/conversation.mjs";
import { openFile, until } from "../host/host.mjs";
import { writeScripted } from "../host/scripted.mjs";
import { testSettings } from "../host/settings.mjs";
import { openWorkbench } from "../host/workbench.mjs";

const code = '// every third\nconst free = Math.floor(7 / 3);\nexport const note = "gratis";';
const answer = `It *counts* the \`free\` ones, as [the page](https://example.invalid/cart) says.\n\`\`\`ts\n${code}\n\`\`\` \n`;
const models = mkdtempSync(path.join(os.tmpdir(), "hunch-scripted-"));
let workbench;
let chat;
before(async () => {
  const model = path.join(models, "counts.gguf");
  await writeScripted(model, answer);
  workbench = await openWorkbench({
    settings: testSettings({ "hunch.model": model, "hunch.effort": "high" }),
    prepare: (folder) => writeFileSync(path.join(folder, "src/free.ts"), `${code}\n`),
  });
  chat = conversation(workbench);
});
after(async () => {
  await workbench?.close();
  rmSync(models, { recursive: true });
});

/** Nothing grave in any of the themes, of what is on screen now, once all of it has the theme's colours; each is pictured. */
const auditInThemes = (state, isSettled = async () => true) =>
  chat.inThemes(async (theme, kind) => {
    await until(`the colours of ${theme}`, isSettled);
    const found = await graveViolations(workbench.page, chat.panel, ".part.sidebar");
    await workbench.screenshot(`axe-${state}-${kind}`);
    assert.deepEqual(found, [], `${state}, ${theme}`);
  });

test("axe finds nothing serious in the welcome, in dark, light and high contrast", async () => {
  await openFile(workbench.page, "free.ts");
  await workbench.openPanel();
  await chat.panel.locator(".welcome").waitFor();
  await auditInThemes("welcome");
});

test("axe finds nothing serious in an answer with thought, code and figures, in dark, light and high contrast", async () => {
  await workbench.ask("How many are free?");
  await chat.ended();
  await chat.lastTurn.locator(".thinking .disclosure").click();
  await chat.lastTurn.locator(".thought").waitFor();
  await chat.lastTurn.locator(".stats .disclosure").click();
  await chat.lastTurn.locator(".stats-details").waitFor();
  await auditInThemes("answer", hasEditorColors);
});

const colorOf = (locator) => locator.first().evaluate((element) => getComputedStyle(element).color);

/** Colours of the same code: in VS Code's editor, and in the answer. */
async function codeColors() {
  const inEditor = (text) =>
    colorOf(workbench.page.locator(".editor-group-container.active .view-line span[class^=mtk]", { hasText: text }));
  const inPanel = (name) => colorOf(chat.lastTurn.locator(`.code .hljs-${name}`));
  return {
    editor: { comment: await inEditor("third"), number: await inEditor(/^7$/), string: await inEditor("gratis") },
    panel: { comment: await inPanel("comment"), number: await inPanel("number"), string: await inPanel("string") },
  };
}

async function hasEditorColors() {
  const { panel, editor } = await codeColors();
  return isDeepStrictEqual(panel, editor);
}

const looks = {
  Monokai: { "workbench.colorTheme": "Monokai" },
  "Solarized Light": { "workbench.colorTheme": "Solarized Light" },
  Abyss: { "workbench.colorTheme": "Abyss" },
  "a colour of the user's": { "editor.tokenColorCustomizations": { comments: "#ff8800" } },
};

test("code is in the colours of the theme, as in the editor, and follows when it changes", async () => {
  const seen = new Set([(await codeColors()).editor.comment]);
  for (const [name, settings] of Object.entries(looks)) {
    workbench.changeSettings(settings);
    let colors;
    const follows = async () => {
      colors = await codeColors();
      return !seen.has(colors.editor.comment) && isDeepStrictEqual(colors.panel, colors.editor);
    };
    await until(`the colours of ${name}`, follows).catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(colors)}, seen ${[...seen].join(" ")}`);
    });
    seen.add(colors.editor.comment);
    await workbench.screenshot(`code-in-${name.replaceAll(/\W+/g, "-")}`);
  }
  assert.ok(seen.has("rgb(255, 136, 0)"), [...seen].join(" "));
});
