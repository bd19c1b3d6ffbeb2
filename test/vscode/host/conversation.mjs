/** A conversation in the chat panel, for the end-to-end tests: what it shows, and how an answer is ended. */
import path from "node:path";
import { pressAway, runCommand, until } from "./host.mjs";
import { themes } from "./settings.mjs";

/** Without sampling the small model goes on with this until it is stopped. */
export const endless = "List all numbers from one to one thousand in words.";

/**
 * Settings for answers that are compared to the letter and interrupted in time: the raw text in place of markdown, and no
 * thought, which the small model ends when it likes.
 */
export const exact = {
  "hunch.effort": "off",
  "hunch.maxTokens": 6_000,
  "hunch.showTokenOrigins": true,
  "hunch.loopGuard": false,
};

/** A page that another one takes the place of shows nothing. */
function nothingWhileReplaced(error) {
  if (!/Frame was detached/.test(error.message)) throw error;
  return [];
}

/** panel: the page that is looked at; where there are two, one of `pages(page)`. */
export function conversation(workbench, panel = workbench.panel) {
  const shown = {
    panel,
    question: panel.getByRole("textbox", { name: "Question" }),
    turns: panel.locator(".turn-assistant"),
    lastTurn: panel.locator(".turn-assistant").last(),
    stopButton: panel.getByRole("button", { name: "Stop", exact: true }),
    sendButton: panel.getByRole("button", { name: "Send", exact: true }),
    /** The last answer as the model wrote it, or as markdown. */
    text: async () => {
      const parts = shown.lastTurn.locator(".markdown, :scope > .runs");
      return (await parts.allTextContents().catch(nothingWhileReplaced)).join("\n");
    },
    /** Waits until the last answer has more than `length` characters, and gives it. */
    async grows(length) {
      let text = "";
      const longer = async () => {
        text = await shown.text();
        return text.length > length;
      };
      await until(`more than ${length} characters`, longer).catch(async (error) => {
        await workbench.screenshot("no-more-text");
        throw new Error(`${error.message}; there are ${text.length}: ${text.slice(-60)}`);
      });
      return text;
    },
    /** Waits until the last answer has `pattern` in it. */
    says: (pattern) => shownText(`an answer that says ${pattern}`, (text) => pattern.test(text)),
    /** Waits until the last answer is `text`, to the letter: a page that opens draws it a frame later. */
    shows: (text) => shownText("the same text as before", (now) => now === text),
    /** Begins a chat; the keys go to its question then, and are not the palette's any more. */
    async newChat() {
      await runCommand(workbench.page, "Hunch: New Chat");
      await panel.locator(".welcome").waitFor();
      await until("the question to have the focus", async () => {
        const inPage = await workbench.page.evaluate(() => document.activeElement?.matches("iframe.webview"));
        return inPage && shown.question.evaluate((field) => field.ownerDocument.activeElement === field);
      });
    },
    /** Changes settings and waits until the panel has them: a question asked at once would still go by the old ones. */
    async use(settings) {
      workbench.changeSettings(settings);
      const { "hunch.effort": effort, "hunch.model": model } = settings;
      const picked = panel.getByRole("combobox", { name: "Thinking effort" });
      if (effort) await until(`the effort ${effort}`, async () => (await picked.inputValue()) === effort);
      const name = model && `Model: ${path.basename(model)}. Choose another.`;
      if (model) await panel.getByRole("button", { name, exact: true }).waitFor();
    },
    /** Does something in each of the themes that are pictured, once the panel has it. */
    async inThemes(act) {
      for (const [theme, kind] of themes) {
        workbench.changeSettings({ "workbench.colorTheme": theme });
        await panel.locator(`body.${kind}`).waitFor();
        await act(theme, kind);
      }
    },
    /**
     * Asks in a new chat, so that nothing but the question decides how long the answer gets; with a selection, which goes
     * along, the model may come to an end.
     */
    async askEndless() {
      await shown.newChat();
      await workbench.ask(endless);
    },
    /** Stops an answer that may end by itself before the button is pressed. */
    async end() {
      await pressAway(shown.stopButton);
      await shown.sendButton.waitFor();
    },
    /** Waits for the end of an answer that comes to it. */
    async ended() {
      await shown.lastTurn.locator(".stats").waitFor();
      await shown.sendButton.waitFor();
    },
  };
  async function shownText(what, isRight) {
    let text = "";
    const right = async () => {
      text = await shown.text();
      return isRight(text);
    };
    await until(what, right).catch((error) => {
      throw new Error(`${error.message}; it is: ${text.slice(-200)}`);
    });
  }
  return shown;
}

/** The chat's page that is shown in a part of the window: ".part.sidebar", ".part.auxiliarybar" or ".part.editor". */
export async function pageIn(page, part) {
  const shownIn = async (frame) => {
    const [box, place] = [await frame.boundingBox(), await page.locator(part).boundingBox()];
    return box && place && box.x >= place.x - 1 && box.x + box.width <= place.x + place.width + 1;
  };
  const name = await until(`the chat in ${part}`, async () => {
    for (const frame of await page.locator('iframe.webview[src*="extensionId=hunch.hunch"]').all())
      if (await shownIn(frame)) return frame.getAttribute("name");
    return null;
  });
  return page.frameLocator(`iframe[name="${name}"]`).frameLocator("iframe#active-frame");
}
