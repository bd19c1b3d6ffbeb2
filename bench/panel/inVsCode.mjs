/** The panel in the webview of a real VS Code, which draws its window beside it. */
import { openWorkbench } from "../../test/vscode/host/workbench.mjs";

/** `show` puts a state into the panel as if the host had sent it; `evaluate` runs a function in its page. */
export async function openInVsCode() {
  const workbench = await openWorkbench({ settings: {} });
  await workbench.openPanel();
  const body = await workbench.panel.locator("body").elementHandle();
  const frame = await body.ownerFrame();
  return {
    evaluate: (work, argument) => frame.evaluate(work, argument),
    async show({ state }) {
      await frame.evaluate((state) => window.postMessage({ type: "state", state }, "*"), state);
      await frame.locator(".turn-assistant").waitFor();
    },
    close: () => workbench.close(),
  };
}
