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

/**
 * Runs before the panel: sets the theme the way VS Code does (through the style object, which a policy allows), and
 * answers `ready` with the scene and a "#" with what it finds. What the panel sends is kept in `window.sent`, what it saves
 * in `window.saved`.
 */
export function hostScript(theme: Theme, scene: Scene): string {
  return `(() => {
    const theme = ${JSON.stringify(theme)};
    const scene = ${JSON.stringify(scene)};
    for (const [name, value] of Object.entries(theme.variables)) document.documentElement.style.setProperty(name, value);
    document.documentElement.style.background = theme.variables["--vscode-sideBar-background"];
    document.body.className = theme.bodyClass;
    window.sent = [];
    window.saved = scene.saved;
    window.toPanel = (message) => window.postMessage(message, "*");
    window.acquireVsCodeApi = () => ({
      postMessage(message) {
        window.sent.push(message);
        if (message.type === "ready") for (const answer of [{ type: "state", state: scene.state }, ...(scene.messages ?? [])]) window.toPanel(answer);
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
