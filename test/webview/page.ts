/** The page of one scene, as the extension itself would write it, around a stand-in for VS Code's side. */
import { type PanelPage, panelHtml } from "../../src/features/chat/html.ts";
import { hostile } from "../unit/webview/markdownCorpus.ts";
import { answer, thought } from "./material.ts";
import { type Scene, scenes } from "./states.ts";

export { answer, hostile, scenes, thought };

export interface Theme {
  /** Classes that VS Code gives to the body. */
  bodyClass: string;
  /** CSS variables with their values. */
  variables: Record<string, string>;
}

/** In the page: puts on a theme in place of the one before, through the style object. Stands by itself, since it is sent there as text. */
export function putOn({ bodyClass, variables }: Theme): void {
  const { style } = document.documentElement;
  style.cssText = "";
  for (const [name, value] of Object.entries(variables)) style.setProperty(name, value);
  style.background = variables["--vscode-sideBar-background"] ?? "";
  document.body.className = bodyClass;
}

/**
 * Runs before the panel: sets the theme the way VS Code does (through the style object, which a policy allows), and
 * answers `ready` with the scene and a "#" with what it finds. What the panel sends is kept in `window.sent`, what it saves
 * in `window.saved`.
 */
export function hostScript(theme: Theme, scene: Scene): string {
  return `(() => {
    (${putOn})(${JSON.stringify(theme)});
    const scene = ${JSON.stringify(scene)};
    let lost = scene.lost ?? 0;
    window.sent = [];
    window.saved = scene.saved;
    window.toPanel = (message) => window.postMessage(message, "*");
    window.acquireVsCodeApi = () => ({
      postMessage(message) {
        window.sent.push(message);
        if (message.type === "ready" && lost-- <= 0) for (const answer of [{ type: "state", state: scene.state }, ...(scene.messages ?? [])]) window.toPanel(answer);
        if (message.type === "complete" && scene.found) window.toPanel({ type: "completions", query: message.query, references: scene.found });
      },
      getState: () => window.saved,
      setState(state) { window.saved = state; },
    });
  })();`.replaceAll("</", "<\\/");
}

/** The extension's page with the stand-in put before the panel's script. */
export function scenePage(files: Omit<PanelPage, "nonce">, theme: Theme, scene: Scene): string {
  const nonce = "scene";
  const html = panelHtml({ ...files, nonce });
  // Without the function, "$" in the scene would be taken as a pattern.
  return html.replace(`<script nonce="${nonce}" src`, (script) => {
    return `<script nonce="${nonce}">${hostScript(theme, scene)}</script>\n${script}`;
  });
}
