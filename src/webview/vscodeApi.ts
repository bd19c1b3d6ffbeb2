/** The webview's end of the wire to the host, and the little that the panel remembers by itself. */
import { type Localisation, localisation } from "../common/l10n.ts";
import type { FromPanel, SavedView, ToPanel } from "../common/panel.ts";

interface VsCodeApi {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: SavedView): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface HostLink {
  post(message: FromPanel): void;
  onMessage(listener: (message: ToPanel) => void): void;
  savedState(): unknown;
  saveState(state: SavedView): void;
}

/** Connects to VS Code; may be called once per page. */
export function connectToHost(): HostLink {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    onMessage: (listener) => window.addEventListener("message", (event: MessageEvent<ToPanel>) => listener(event.data)),
    savedState: () => api.getState(),
    saveState: (state) => api.setState(state),
  };
}

/** The language that the host wrote into the page. */
export function pageLocalisation(): Localisation {
  return JSON.parse(document.getElementById("localisation")?.textContent ?? "null") ?? localisation();
}
