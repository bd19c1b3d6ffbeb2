/**
 * `npm run bench:soak [-- --model FILE]`: whether an engine that works all day keeps its size. One process generates
 * 100 000 tokens in generations of every sort, with speculation and a workspace index that changes; its resident memory
 * is looked at after each. Takes some ten minutes with the smallest model; stopped with Ctrl-C it reports what it has.
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import data from "../../src/benchmark/prompts.json" with { type: "json" };
import { Interrupts } from "../../src/cli/interrupts.ts";
import { RunDisplay } from "../../src/cli/runDisplay.ts";
import type { GenerateParams, GenerationResult } from "../../src/common/protocol.ts";
import { ModelStore } from "../../src/models/store.ts";
import { loadParams, sampling, startEngine, thisCpu } from "../support/engine.ts";
import { writeResults } from "../support/results.ts";
import { chart, growthText, markdown, type SoakReport } from "./report.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    tokens: { type: "string", default: "100000" },
    out: { type: "string", default: join(root, "bench", "results") },
    name: { type: "string", default: "soak" },
  },
});
const contextSize = 2_048;
/** Of a rolling text, what the next generation begins with (characters): about a fifth of the context. */
const keptCharacters = 1_200;
/** Every so many generations one is cancelled, and the files of the index change. */
const cancelEvery = 7;
const changeEvery = 5;
const cancelAfterMs = 1_500;

const wanted = Number(options.tokens);
const modelPath = options.model ?? (await new ModelStore().resolve("smollm2-135m")).path;
const files = Object.entries(data.code).map(([path, lines]) => ({ path, text: lines.join("\n") }));
const questions = [...data.chat, ...data.reason].map(({ ask }) => ask);

const interrupts = new Interrupts();
const { signal } = interrupts;
const display = new RunDisplay();
interrupts.onKill(() => display.close());
const client = await startEngine(join(options.out, "tmp"));
interrupts.onKill(() => client.kill());
const startedAt = performance.now();
const report: SoakReport = {
  made: new Date().toISOString(),
  cpu: thisCpu(),
  model: basename(modelPath),
  contextSize,
  generations: 0,
  tokens: 0,
  acceptedTokens: 0,
  contextFull: 0,
  cancelled: 0,
  indexTokens: 0,
  samples: [],
};
let rolling = files[0]!.text;

try {
  await client.load(loadParams(modelPath, { contextSize }));
  await client.openIndex({ workspace: "soak" });
  while (report.tokens < wanted && !signal.aborted) {
    const number = report.generations;
    if (number % changeEvery === 0) await changeFiles(number / changeEvery);
    count(await generate(number));
    const { residentBytes } = await client.status();
    report.samples.push({ tokens: report.tokens, residentBytes });
    const done = Math.min(report.tokens, wanted);
    const seconds = (performance.now() - startedAt) / 1000;
    display.progress({ done, total: wanted, secondsLeft: (seconds * (wanted - done)) / Math.max(1, done) });
  }
  display.close();
  if (report.tokens > 0) {
    await writeResults(options, report, markdown(report), chart(report));
    console.log(markdown(report));
    console.log(`growth: ${growthText(report)}`);
  }
  process.exitCode = interrupts.status ?? 0;
} finally {
  display.close();
  interrupts.dispose();
  await client.dispose();
}

/** Two of three go on with the text that rolls, the third is a question with a thought. */
async function generate(number: number): Promise<GenerationResult> {
  const abort = new AbortController();
  const timer = number % cancelEvery === cancelEvery - 1 ? setTimeout(() => abort.abort(), cancelAfterMs) : undefined;
  const isChat = number % 3 === 2;
  const question = questions[number % questions.length]!;
  const params: GenerateParams = {
    generationId: `soak ${number}`,
    conversationId: `soak ${number % 4}`,
    prompt: isChat
      ? { kind: "chat", messages: [{ role: "user", content: question }], thinking: "on" }
      : { kind: "raw", text: rolling },
    sampling: sampling(number % 2 === 0 ? 0 : 0.7, number),
    maxTokens: isChat ? 400 : contextSize,
    controls: { budget: isChat ? 100 : null, loopGuard: isChat, earlyExit: "auto" },
    speculation: "auto",
    onContextFull: "stop",
  };
  try {
    const either = AbortSignal.any([signal, abort.signal]);
    const result = await client.generate(params, { onEvents: () => {}, signal: either });
    // A greedy text goes in circles: the next one begins with another file.
    if (!isChat) rolling = `${result.answer.slice(-keptCharacters)}\n${files[number % files.length]!.text}`;
    return result;
  } finally {
    clearTimeout(timer);
  }
}

/** Every file gets another text, as if it had been edited. */
async function changeFiles(version: number): Promise<void> {
  const documents = files.map(({ path, text }) => ({ path, version: `${version}`, text: `// ${version}\n${text}` }));
  report.indexTokens = (await client.indexDocuments({ documents, removed: [] })).tokens;
}

function count({ stats, stopReason }: GenerationResult): void {
  report.generations++;
  report.tokens += stats.thinkingTokens + stats.answerTokens;
  report.acceptedTokens += stats.acceptedTokens;
  if (stopReason === "contextFull") report.contextFull++;
  if (stopReason === "cancelled") report.cancelled++;
}
