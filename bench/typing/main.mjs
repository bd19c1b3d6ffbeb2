/**
 * What generating costs the one who types: from the key press to the frame that shows its character, in the editor of a
 * real VS Code with the real engine, beside a model that rests and beside one that writes an answer, with the chat out of
 * sight and beside the editor. They take turns; with --priority also the last with the engine at the editor's priority,
 * with --idle also with the engine scheduled as idle (SCHED_IDLE, see sched(7)), which yields to anything at once.
 * With --control also beside a model that rests, while other processes compute at the engine's priority, one a core, and do
 * nothing else: what any program costs that keeps the cores busy. With --no-pause also the last with an answer that does not
 * wait for the one who types (hunch.pauseWhileTyping); what --priority and --idle add is without that wait, too.
 * usage: node bench/typing/main.mjs --model FILE [--rounds 5] [--keys 40] [--threads N] [--no-pause] [--priority] [--idle] [--control] [--no-write]
 * Writes bench/results/typing.json, .md and .svg. A headless browser draws on the processor, which the engine uses too:
 * with a graphics card there is less to share. Never a gate.
 */
import { spawn } from "node:child_process";
import os, { getPriority } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { typingFigures, typingPicture, typingReport, writeResults } from "../../dist/bench-editor.mjs";
import { conversation } from "../../test/vscode/host/conversation.mjs";
import { openFile, repository, sleep, until } from "../../test/vscode/host/host.mjs";
import { openWorkbench } from "../../test/vscode/host/workbench.mjs";
import { watchTyping } from "./inPage.mjs";
import { joinOneGroup } from "./oneGroup.mjs";
import { processorTime, setNiceness, setScheduling } from "./process.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    rounds: { type: "string", default: "5" },
    keys: { type: "string", default: "40" },
    threads: { type: "string" },
    priority: { type: "boolean", default: false },
    idle: { type: "boolean", default: false },
    control: { type: "boolean", default: false },
    "no-pause": { type: "boolean", default: false },
    "no-write": { type: "boolean", default: false },
  },
});
if (!values.model) throw new Error("Name a GGUF file with --model.");
const keys = Number(values.keys);
const resting = "resting";
const hidden = "writing, chat out of sight";
const beside = "writing beside the editor";
const besideUnpaused = "writing beside the editor, without waiting";
const besideAsEqual = "writing beside the editor, at its priority";
const besideIdle = "writing beside the editor, scheduled as idle";
const besideOthers = "resting, while others compute";
/** The arms in which the answer does not wait for the one who types. */
const waitsNot = [besideUnpaused, besideAsEqual, besideIdle];
const arms = [
  resting,
  ...(values.control ? [besideOthers] : []),
  hidden,
  beside,
  ...(values["no-pause"] ? [besideUnpaused] : []),
  ...(values.priority ? [besideAsEqual] : []),
  ...(values.idle ? [besideIdle] : []),
];
/** Of each answer another: what the engine learnt from the last one would make it faster. */
const subjects = [
  "linked list",
  "binary search tree",
  "hash map",
  "priority queue",
  "trie",
  "graph",
  "matrix",
  "LRU cache",
];
const words = "the quick brown fox jumps over the lazy dog and then types on and on until all of it is said ";

const scheduling = joinOneGroup();
const workbench = await openWorkbench({
  settings: {
    "hunch.model": path.resolve(values.model),
    "hunch.effort": "off",
    "hunch.maxTokens": 6_000,
    "hunch.loopGuard": false,
    ...(values.threads ? { "hunch.threads": Number(values.threads) } : {}),
    "comments.openView": "never",
    "files.autoSave": "off",
  },
});
const chat = conversation(workbench);
const measured = [];
let asked = 0;
try {
  await openFile(workbench.page, "cart.ts");
  await workbench.openPanel();
  // Loads the model, and warms up what is compiled when it is first used.
  await measure(beside, "warm");
  for (let round = 0; round < Number(values.rounds); round++)
    for (let i = 0; i < arms.length; i++)
      measured.push({ round, ...(await measure(arms[(round + i) % arms.length], `round ${round}.${i}`)) });
} finally {
  await workbench.close();
}
const results = {
  date: new Date().toISOString().slice(0, 10),
  cpu: os.cpus()[0]?.model ?? "",
  cores: os.cpus().length,
  scheduling,
  model: path.basename(values.model),
  command: ["npm run bench:typing --", ...process.argv.slice(2).map((word) => path.basename(word))].join(" "),
  threads: values.threads ? Number(values.threads) : "auto",
  keys,
  arms: typingFigures(arms, measured),
  measured,
};
console.log(JSON.stringify({ ...results, measured: undefined }, null, 1));
if (!values["no-write"]) {
  const files = { out: path.join(repository, "bench", "results"), name: "typing" };
  writeResults(files, results, typingReport(results), typingPicture(results));
}

/**
 * Types a comment under one of the conditions; the times of its keys (ms), and the answer's speed (tokens/s) if there was
 * one. Again where the answer came to its end by itself, since then nothing was written while the last keys were typed.
 */
async function measure(arm, marker) {
  for (const again of ["", "b ", "c ", "d "]) {
    const times = await typeUnder(arm, `// ${marker} ${again}`);
    const tokensPerSecond = rests(arm) ? null : await endAnswer();
    console.error(`${marker}: ${arm}, ${times.map((ms) => ms.toFixed(0)).join(" ")}; ${tokensPerSecond} tokens/s`);
    if (rests(arm) || tokensPerSecond !== null) return { arm, times, tokensPerSecond };
  }
  throw new Error("The answers ended before the typing did.");
}

/** The model does, under this condition. */
function rests(arm) {
  return arm === resting || arm === besideOthers;
}

async function typeUnder(arm, marker) {
  if (waitsNot.includes(arm)) workbench.changeSettings({ "hunch.pauseWhileTyping": false });
  if (!rests(arm)) await startAnswer();
  const [engine] = workbench.engines();
  if (rests(arm)) await rest(engine);
  const niceness = getPriority(engine);
  if (arm === besideOthers) return besideComputing(niceness, () => typeComment(marker));
  if (arm === besideAsEqual) setNiceness(engine, getPriority());
  if (arm === besideIdle) setScheduling(engine, "--idle");
  if (arm === hidden) await workbench.hidePanel();
  const times = await typeComment(marker);
  if (arm === hidden) await workbench.openPanel();
  if (arm === besideAsEqual) setNiceness(engine, niceness);
  if (arm === besideIdle) setScheduling(engine, "--other");
  if (waitsNot.includes(arm)) workbench.changeSettings({ "hunch.pauseWhileTyping": true });
  return times;
}

/** What `work` gives while other processes compute, one a core. @param niceness theirs */
async function besideComputing(niceness, work) {
  const others = os.cpus().map(() => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
  try {
    for (const { pid } of others) setNiceness(pid, niceness);
    await sleep(500);
    return await work();
  } finally {
    for (const other of others) other.kill("SIGKILL");
  }
}

async function startAnswer() {
  await chat.newChat();
  const subject = subjects[asked++ % subjects.length];
  const question = `Write a TypeScript class for a ${subject} with all the usual methods, each with a doc comment, an example and unit tests.`;
  await workbench.ask(question);
  await chat.lastTurn.waitFor();
  await chat.grows(40);
}

/** What a new model has to be measured for, the engine does while nobody asks it anything. */
async function rest(engine) {
  await until("the engine's rest", async () => {
    const before = processorTime(engine);
    await sleep(1_000);
    return processorTime(engine) - before <= 2;
  });
}

/** Stops the answer. @returns its speed (tokens/s); null when it had come to its end by itself */
async function endAnswer() {
  await chat.lastTurn.waitFor();
  const figures = chat.lastTurn.locator(".stats .disclosure");
  if (await figures.isVisible()) {
    console.error(`ended by itself: …${(await chat.text()).slice(-80)}`);
    return null;
  }
  await chat.end();
  const text = await figures.textContent();
  const speed = /([\d.,]+)\s*tok\/s/.exec(text)?.[1];
  if (!speed) throw new Error(`no speed in “${text}”`);
  return Number(speed.replace(",", ""));
}

/** A new last line of the open file, letter by letter. */
async function typeComment(marker) {
  const { page } = workbench;
  await page.locator(".editor-group-container.active .monaco-editor").first().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await page.keyboard.type(marker);
  await sleep(500);
  await page.evaluate(watchTyping, marker);
  for (let i = 0; i < keys; i++) {
    await page.keyboard.press(words[i % words.length] === " " ? "Space" : words[i % words.length]);
    // About eight keys a second, out of step with the frames.
    await sleep(100 + ((i * 37) % 50));
  }
  const counted = () => page.evaluate(() => window.hunchTyping.times.length);
  await until("all keys on screen", async () => (await counted()) === keys);
  const times = await page.evaluate(() => window.hunchTyping.times);
  return times.map((ms) => Number(ms.toFixed(1)));
}
