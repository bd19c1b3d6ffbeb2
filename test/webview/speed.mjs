/**
 * How smooth the panel is while a fast model writes: a synthetic stream into the real panel in a real browser.
 * usage: node test/webview/speed.mjs [--rate 500] [--seconds 10] [--segment answer|thinking] [--origins]
 * Prints the longest frame, the time of the panel's own work per update, and how soon a key press is seen. A headless
 * browser draws without a GPU: figures are an upper bound. Never a gate.
 */
import { parseArgs } from "node:util";
import { buildScenes, openPanel } from "./browser.mjs";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "500" },
    seconds: { type: "string", default: "10" },
    segment: { type: "string", default: "answer" },
    origins: { type: "boolean", default: false },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);

const pages = await buildScenes();
const { browser, page, problems, show } = await openPanel(pages);
try {
  const scene = structuredClone(pages.scenes.thinking);
  const turn = scene.state.turns[1];
  Object.assign(turn, { status: values.segment === "thinking" ? "thinking" : "answering", thinking: [] });
  scene.state.showOrigins = values.origins;
  await show(scene, "dark");
  const text = values.segment === "thinking" ? pages.thought : pages.answer;
  const figures = await page.evaluate(stream, { text, rate, seconds, turn, segment: values.segment });
  console.log(JSON.stringify({ rate, seconds, segment: values.segment, origins: values.origins, ...figures }, null, 2));
} finally {
  await browser.close();
}
for (const problem of problems) console.error(problem);

/** Runs in the page: sends tokens on a timer, as the host does 60 times a second, and watches the frames. */
async function stream({ text, rate, seconds, turn, segment }) {
  const pieces = `${text}\n\n`.match(/\s*\S{1,4}|\s+$/g);
  const origins = ["target", "target", "suffix", "draft"];
  const total = rate * seconds;
  const frames = [];
  const keys = [];
  const longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
    entryTypes: ["longtask"],
  });
  const input = document.querySelector("textarea");
  const work = [];
  const nativeRequest = window.requestAnimationFrame.bind(window);
  // The panel draws inside its animation frame: the time of the callback is the panel's work, layout included.
  window.requestAnimationFrame = (callback) =>
    nativeRequest((time) => {
      const start = performance.now();
      callback(time);
      work.push(performance.now() - start);
    });

  const begin = performance.now();
  let sent = 0;
  let last = begin;
  let watching = true;
  const watch = (now) => {
    frames.push(now - last);
    last = now;
    if (watching) nativeRequest(watch);
  };
  nativeRequest(watch);
  while (sent < total) {
    await new Promise((resolve) => setTimeout(resolve, 16));
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1000) * rate));
    const tokens = [];
    for (; sent < due; sent++)
      tokens.push({ text: pieces[sent % pieces.length], segment, origin: origins[(sent >> 2) % origins.length] });
    const live = { ...turn.live, thinkingTokens: sent, answerTokens: sent, elapsedMs: performance.now() - begin };
    if (tokens.length > 0)
      window.postMessage({ type: "append", turnId: turn.id, tokens, live, thinkingMs: performance.now() - begin }, "*");
    if (sent % 50 < 8) {
      const pressed = performance.now();
      input.value += "x";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      nativeRequest(() => setTimeout(() => keys.push(performance.now() - pressed)));
    }
  }
  const elapsed = performance.now() - begin;
  watching = false;
  await new Promise((resolve) => setTimeout(resolve, 500));
  const sorted = (list) => [...list].sort((a, b) => a - b);
  const at = (list, share) =>
    Number((sorted(list)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0).toFixed(1));
  return {
    tokens: sent,
    elapsedMs: Math.round(elapsed),
    elements: document.querySelectorAll("*").length,
    updates: work.length,
    updateMs: { median: at(work, 0.5), p95: at(work, 0.95), longest: at(work, 1) },
    frameMs: { median: at(frames, 0.5), p95: at(frames, 0.95), longest: at(frames, 1) },
    framesOver50Ms: frames.filter((frame) => frame > 50).length,
    longTasks: longTasks.length,
    keyMs: { median: at(keys, 0.5), longest: at(keys, 1) },
  };
}
