/** The panel that a file of tests works with, in a real browser, and what is said to it and seen of it. */
import { afterAll, beforeAll, beforeEach } from "vitest";
import { buildScenes, openPanel } from "./browser.mjs";

/** What can be shown, and the panel; both are there when tests run. */
export let pages;
export let panel;

/** @param initScript run in the page before its own, as a debugger would: the page's policy keeps out any other script */
export function openBeforeAll(initScript) {
  beforeAll(async () => {
    pages = await buildScenes();
    panel = await openPanel(pages);
    if (initScript) await panel.page.addInitScript(initScript);
  });
  afterAll(() => panel?.browser.close());
  beforeEach(() => {
    panel.problems.length = 0;
  });
}

/** Two frames: the first draws what was sent, the second what depends on layout. */
export const settle = () =>
  panel.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
export const sent = () =>
  panel.page.evaluate(() => window.sent.filter((message) => message.type !== "ready" && message.type !== "saveView"));
export const send = async (...messages) => {
  await panel.page.evaluate((list) => list.forEach(window.toPanel), messages);
  await settle();
};

/** The class of what has the focus. */
export const focused = () => panel.page.evaluate(() => document.activeElement.className);

/** The scene "answering" with another answer. */
export function answering(text, part = {}) {
  const scene = structuredClone(pages.scenes.answering);
  Object.assign(scene.state.turns[1], { answer: [{ text, origin: "target" }], thinking: [], ...part });
  return scene;
}
export const append = (text, segment = "answer") => ({
  type: "append",
  turnId: "c1.1",
  tokens: [{ text, segment, origin: "target" }],
  live: pages.scenes.thinking.state.turns[1].live,
  thinkingMs: 1_000,
});

/** A call of the page's stand-in host, as source: many small messages need no round trip each. */
export function window_(message) {
  return `window.toPanel(${JSON.stringify(message)})`;
}
