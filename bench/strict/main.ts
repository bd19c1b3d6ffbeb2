/**
 * `npm run bench:strict -- --model FILE`: whether strict mode gives the text of plain decoding, token by token, on real
 * prompts and at real lengths, with drafts accepted in it. Plain decoding runs in an engine of its own, as a user would
 * start it. `auto` is compared too where the self-test finds every size equal, since the claim holds there. Stopped at
 * any time (Ctrl-C) it keeps what is done, and the same command goes on. Exit status 1: a text differs.
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Interrupts } from "../../src/cli/interrupts.ts";
import { RunDisplay } from "../../src/cli/runDisplay.ts";
import { decode, loadParams, type RawResult, sampling, startEngine, thisCpu } from "../support/engine.ts";
import { conclude, earlierRuns, writeReport } from "../support/resume.ts";
import { makePrompts, type StrictPrompt } from "./prompts.ts";
import { type Comparison, failures, type Mode, markdown, type StrictReport } from "./report.ts";

const temperatures = [0, 0.7];
const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    prompts: { type: "string", default: "20" },
    "max-tokens": { type: "string", default: "200" },
    /** Compares `auto` where nothing is claimed of it, too. */
    auto: { type: "boolean", default: false },
    out: { type: "string", default: join(root, "bench", "results") },
    name: { type: "string", default: "strict" },
    fresh: { type: "boolean", default: false },
  },
});
if (!options.model) throw new Error("--model FILE.gguf is needed");
/** What makes two runs of this benchmark one. */
const conditions = ["model", "cpu", "threads", "kvType", "flashAttention", "maxTokens"] as const;

const interrupts = new Interrupts();
const { signal } = interrupts;
const display = new RunDisplay();
const state = join(options.out, "tmp");
const [plain, strict] = [await startEngine(state), await startEngine(state)];
const kill = () => {
  plain.kill();
  strict.kill();
};
interrupts.onKill(kill);

try {
  // Only one of the two computes at a time: each measures what it wants to know before the other begins.
  signal.addEventListener("abort", kill); // loads and measurements can not be cancelled
  const info = await strict.load(loadParams(options.model, { strict: true }));
  const { exactness } = await strict.measure({ costCurve: true, exactness: true });
  const plainInfo = await plain.load(loadParams(options.model, { kvType: info.kvType }));
  await plain.measure({ costCurve: true, exactness: false });
  signal.removeEventListener("abort", kill);
  if (!exactness) throw new Error("this model's cache can not drop tokens: nothing is drafted, nothing can differ");
  if (plainInfo.kvType !== info.kvType || plainInfo.flashAttention !== info.flashAttention)
    throw new Error("plain decoding with the same KV type is another configuration than strict mode's");

  const tested = Object.keys(exactness.maxDifference).map(Number);
  const report: StrictReport = {
    made: new Date().toISOString(),
    cpu: thisCpu(),
    model: basename(options.model),
    threads: info.threads.free,
    kvType: info.kvType,
    flashAttention: info.flashAttention,
    maxTokens: Number(options["max-tokens"]),
    exactness,
    isExactAtAllSizes: tested.every((size) => exactness.exactSizes.includes(size)),
    runs: [],
  };
  report.runs = options.fresh ? [] : earlierRuns(options, report, conditions);
  const modes: Mode[] = report.isExactAtAllSizes || options.auto ? ["strict", "auto"] : ["strict"];
  const prompts = await makePrompts(Number(options.prompts), (text) => plain.countTokens(text));
  const wanted = prompts.flatMap((prompt) => temperatures.map((temperature) => ({ prompt, temperature })));
  const startedAt = performance.now();
  let fresh = 0;
  for (const [done, { prompt, temperature }] of wanted.entries()) {
    const isDone = report.runs.some((run) => run.prompt.index === prompt.index && run.temperature === temperature);
    if (!isDone) {
      const run = await compare(prompt, temperature, modes, report.maxTokens);
      if (!run) break;
      report.runs.push(run);
      fresh++;
      writeReport(options, report, markdown);
    }
    const secondsEach = (performance.now() - startedAt) / 1000 / Math.max(1, fresh);
    const left = wanted.length - done - 1;
    display.progress({ done: done + 1, total: wanted.length, secondsLeft: fresh > 0 ? secondsEach * left : null });
  }
  display.close();
  writeReport(options, report, markdown);
  console.log(markdown(report));
  const different = failures(report).map(
    ({ prompt, temperature }) => `DIFFERENT: prompt ${prompt.index} (${prompt.kind}) at T = ${temperature}`,
  );
  conclude(interrupts, different);
} catch (error) {
  if (!signal.aborted) throw error;
  process.exitCode = interrupts.status ?? 1;
} finally {
  display.close();
  interrupts.dispose();
  await plain.dispose();
  await strict.dispose();
}

/** Decodes the prompt plainly and in each mode; null when it was cut off. */
async function compare(prompt: StrictPrompt, temperature: number, modes: readonly Mode[], maxTokens: number) {
  const { text, ...about } = prompt;
  const request = { text, maxTokens, sampling: sampling(temperature, prompt.index) };
  const run = (client: typeof plain, speculation: Mode | "off") =>
    decode(client, { ...request, id: `${prompt.index} ${temperature} ${speculation}`, speculation }, signal);
  const expected = await run(plain, "off");
  const compared: Partial<Record<Mode, Comparison>> = {};
  for (const mode of modes) {
    if (signal.aborted) return null;
    compared[mode] = comparison(expected, await run(strict, mode));
  }
  return signal.aborted ? null : { prompt: about, temperature, outputTokens: expected.tokens.length, modes: compared };
}

function comparison(expected: RawResult, { tokens, result }: RawResult): Comparison {
  const length = Math.max(tokens.length, expected.tokens.length);
  const differs = Array.from({ length }, (_, i) => tokens[i] !== expected.tokens[i]).indexOf(true);
  return {
    isIdentical: differs === -1 && result.stopReason === expected.result.stopReason,
    firstDifference: differs === -1 ? null : differs,
    drafted: result.stats.draftedTokens,
    accepted: result.stats.acceptedTokens,
    targetPasses: result.stats.targetPasses,
  };
}
