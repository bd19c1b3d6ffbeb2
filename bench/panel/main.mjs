/**
 * How smooth the panel is: a fast model's stream, a very long thought and a long list of chats, in the real panel in a
 * real browser, through the real protocol, the stream in the webview of a real VS Code too; and how soon a window with many
 * stored chats has them.
 * usage: node bench/panel/main.mjs [--rate 500] [--seconds 60] [--no-write]
 * Writes bench/results/panel.json, .md and .svg. A headless browser draws without a GPU, on the machine's other work's
 * leftovers: the figures are upper bounds. Never a gate.
 */
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { panelPicture, writeResults } from "../../dist/bench-editor.mjs";
import { buildScenes, openPanel, repository } from "../../test/webview/browser.mjs";
import { figuresOf, openThought, scrollThought, stream } from "./inPage.mjs";
import { openInVsCode } from "./inVsCode.mjs";
import { restoreTimes } from "./restore.mjs";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "500" },
    seconds: { type: "string", default: "60" },
    "no-write": { type: "boolean", default: false },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const chats = 200;
const thoughtTokens = 100_000;
const historyTurns = 200;

const pages = await buildScenes();
const { browser, page, problems, show } = await openPanel(pages);
const results = {
  date: new Date().toISOString().slice(0, 10),
  cpu: os.cpus()[0]?.model ?? "",
  cores: os.cpus().length,
};
try {
  results.browser = `Chromium ${browser.version()}`;
  results.loadAverage = Number(os.loadavg()[0].toFixed(1));
  results.streams = [];
  const inBrowser = {
    evaluate: (work, argument) => page.evaluate(work, argument),
    show: (scene) => show(scene, "dark"),
  };
  for (const [segment, origins] of [
    ["answer", false],
    ["thinking", false],
    ["answer", true],
  ])
    results.streams.push(await measureStream(inBrowser, segment, origins));
  results.thought = await measureThought();
  results.history = await measureHistory();
  results.restore = { chats, ...(await restoreTimes(chats)), list: await measureList() };
} finally {
  await browser.close();
}
const vsCode = await openInVsCode();
try {
  for (const segment of ["answer", "thinking"])
    results.streams.push({ ...(await measureStream(vsCode, segment, false)), inVsCode: true });
} finally {
  await vsCode.close();
}
for (const problem of problems) console.error(problem);
console.log(JSON.stringify(results, null, 1));
if (!values["no-write"]) write(results);

async function measureStream(panel, segment, showOrigins) {
  const scene = structuredClone(pages.scenes.thinking);
  const turn = scene.state.turns[1];
  Object.assign(turn, { status: segment === "thinking" ? "thinking" : "answering", thinking: [] });
  scene.state.showOrigins = showOrigins;
  await panel.show(scene);
  const text = segment === "thinking" ? pages.thought : pages.answer;
  const { shown, ...raw } = await panel.evaluate(stream, { text, rate, seconds, turn, segment });
  if (shown < 1_000) throw new Error(`only ${shown} characters are shown: the panel lost the turn`);
  return { segment, showOrigins, rate, seconds, ...figuresOf(raw) };
}

/** A finished thought, closed; the click that opens it, and a walk from its end to its beginning. */
async function measureThought() {
  const scene = structuredClone(pages.scenes.done);
  const [, turn] = scene.state.turns;
  // Four characters a token, as English has them.
  const repeats = Math.ceil((thoughtTokens * 4) / (pages.thought.length + 2));
  turn.thinking = [{ text: `${pages.thought}\n\n`.repeat(repeats), origin: "target" }];
  const times = [];
  let scroll;
  for (let i = 0; i < 5; i++) {
    await show(scene, "dark");
    times.push(await page.evaluate(openThought));
    scroll = figuresOf({ frames: await page.evaluate(scrollThought) }).frameMs;
  }
  times.sort((a, b) => a - b);
  return {
    tokens: thoughtTokens,
    openMs: { median: round(times[2]), longest: round(times[4]) },
    scrollFrameMs: scroll,
  };
}

/**
 * A conversation of a hundred answers with code and tables, from the message to the frame that shows its end, and to
 * the one that has all of it.
 */
async function measureHistory() {
  await show(pages.scenes.welcome, "dark");
  const { state } = structuredClone(pages.scenes.done);
  const [question, answered] = state.turns;
  const turns = Array.from({ length: historyTurns / 2 }, (_, i) => [
    { ...question, id: `h.${2 * i}` },
    { ...answered, id: `h.${2 * i + 1}` },
  ]).flat();
  const [shownMs, wholeMs] = await page.evaluate(
    async ({ state, count }) => {
      const start = performance.now();
      const drawn = async (there) => {
        while (!there()) await new Promise(requestAnimationFrame);
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() - start;
      };
      window.toPanel({ type: "state", state });
      // The page before had no turn at all.
      const shown = await drawn(() => document.querySelector(".turn") !== null);
      return [shown, await drawn(() => document.querySelectorAll(".turn").length === count)];
    },
    { state: { ...state, conversationId: "h", turns }, count: historyTurns },
  );
  return { turns: historyTurns, shownMs: round(shownMs), wholeMs: round(wholeMs) };
}

/** The list of all chats, from the message to the frame that shows it. */
async function measureList() {
  await show(pages.scenes.done, "dark");
  const sessions = Array.from({ length: chats }, (_, i) => ({
    id: `c${i}`,
    title: `Question ${i} about the cart`,
    updatedAt: Date.now() - i * 3_600_000,
    questionCount: 1 + (i % 9),
    text: "Why is the total rounded twice? ".repeat(18),
    running: false,
  }));
  const ms = await page.evaluate(async (list) => {
    const start = performance.now();
    window.toPanel({ type: "showSessions" });
    window.toPanel({ type: "sessions", sessions: list });
    while (document.querySelectorAll(".session").length < list.length) await new Promise(requestAnimationFrame);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - start;
  }, sessions);
  return { shownMs: round(ms) };
}

function round(ms) {
  return Number(ms.toFixed(1));
}

function write(figures) {
  const files = { out: path.join(repository, "bench", "results"), name: "panel" };
  writeResults(files, figures, report(figures), panelPicture(figures));
}

function report({ date, cpu, cores, browser: version, loadAverage, streams, thought, history, restore }) {
  const rows = streams.map(
    (run) =>
      `| ${run.segment}${run.showOrigins ? ", coloured by origin" : ""}${run.inVsCode ? ", in VS Code" : ""} | ${run.updateMs.median} / ${run.updateMs.p95} / ${run.updateMs.longest} | ${run.frameMs.median} / ${run.frameMs.p95} / ${run.frameMs.longest} | ${run.framesOver50Ms} of ${run.frames} | ${run.keyMs.median} / ${run.keyMs.longest} |`,
  );
  return `# The panel's speed

${date}, ${cpu}, ${cores} cores, load average ${loadAverage} at the start, ${version} without a GPU. \`npm run bench:panel\`.

A stream of ${streams[0].rate} tokens/s for ${streams[0].seconds} s. Times in ms: median / 95 % / longest. An update is the panel's own work in one
frame, layout included; a key is from the key press to the frame that shows it (median / longest).

| stream | update | frame | frames over 50 ms | key |
|---|---|---|---|---|
${rows.join("\n")}

| | target | measured |
|---|---|---|
| median update | ≤ 6 ms | ${Math.max(...streams.map((run) => run.updateMs.median))} ms |
| longest frame | ≤ 50 ms | ${Math.max(...streams.map((run) => run.frameMs.longest))} ms |
| a thought of ${thought.tokens} tokens opens in | ≤ 300 ms | ${thought.openMs.median} ms (longest of 5: ${thought.openMs.longest}) |
| its frames while it is scrolled | | ${thought.scrollFrameMs.median} / ${thought.scrollFrameMs.p95} / ${thought.scrollFrameMs.longest} ms |
| a conversation of ${history.turns} turns opens in | ≤ 300 ms | ${history.shownMs} ms |
| and all of it is there after | | ${history.wholeMs} ms |
| ${restore.chats} stored chats are listed in | ≤ 100 ms | ${restore.indexedMs} ms (without an index: ${restore.unindexedMs} ms), ${restore.megabytes} MB on disk |
| and the last one is read in | | ${restore.openMs} ms |
| the page shows the list in | | ${restore.list.shownMs} ms |
`;
}
