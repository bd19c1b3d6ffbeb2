/**
 * `npm run bench:strict -- --model FILE`: whether strict mode gives the text of plain decoding, token by token, on real
 * prompts and at real lengths, with drafts accepted in it. Plain decoding runs in an engine of its own, as a user would
 * start it. `auto` is compared too where the self-test finds every size equal, since the claim holds there. Stopped at
 * any time (Ctrl-C) it keeps what is done, and the same command goes on. Exit status 1: a text differs, or is too short to tell.
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Interrupts } from "../../src/cli/interrupts.ts";
import { RunDisplay } from "../../src/cli/runDisplay.ts";
import {
  decode,
  gpuChoice,
  loadParams,
  type RawResult,
  sampling,
  startEngine,
  thisMachine,
} from "../support/engine.ts";
import { originOfBuild } from "../support/origin.ts";
import { conclude, earlierReport, writeRuns } from "../support/resume.ts";
import { picture } from "./picture.ts";
import { makePrompt, variants } from "./prompts.ts";
import { type Comparison, failures, isDone, type Mode, markdown, type StrictReport, tooShort } from "./report.ts";

const temperatures = [0, 0.7];
const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    prompts: { type: "string", default: "20" },
    "max-tokens": { type: "string", default: "200" },
    /** Compares `auto` where nothing is claimed of it, too. */
    auto: { type: "boolean", default: false },
    gpu: { type: "string", default: "off" },
    out: { type: "string", default: join(root, "bench", "results") },
    name: { type: "string", default: "strict" },
    fresh: { type: "boolean", default: false },
  },
});
if (!options.model) throw new Error("--model FILE.gguf is needed");
const gpu = gpuChoice(options.gpu);
/** What makes two runs of this benchmark one. */
const conditions = [
  ...(["model", "cpu", "threads", "kvType", "flashAttention"] as const),
  ...(["isExactAtAllSizes", "prompts", "maxTokens"] as const),
];

const interrupts = new Interrupts();
const { signal } = interrupts;
const display = new RunDisplay();
interrupts.onKill(() => display.close());
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
  const params = loadParams(options.model, { strict: true, gpu });
  const info = await strict.load(params);
  const { exactness } = await strict.measure({ costCurve: true, exactness: true });
  const plainInfo = await plain.load(loadParams(options.model, { kvType: info.kvType, gpu }));
  await plain.measure({ costCurve: true, exactness: false });
  signal.removeEventListener("abort", kill);
  if (!exactness) throw new Error("this model's cache can not drop tokens: nothing is drafted, nothing can differ");
  if (plainInfo.kvType !== info.kvType || plainInfo.flashAttention !== info.flashAttention)
    throw new Error("plain decoding with the same KV type is another configuration than strict mode's");

  const tested = Object.keys(exactness.maxDifference).map(Number);
  const report: StrictReport = {
    made: new Date().toISOString(),
    cpu: thisMachine(info),
    model: basename(options.model),
    threads: info.threads.free,
    kvType: info.kvType,
    flashAttention: info.flashAttention,
    prompts: Number(options.prompts),
    maxTokens: Number(options["max-tokens"]),
    origin: await originOfBuild(params),
    exactness,
    isExactAtAllSizes: tested.every((size) => exactness.exactSizes.includes(size)),
    runs: [],
  };
  const { made } = report;
  Object.assign(report, options.fresh ? null : await earlierReport(options, report, conditions));
  const modes: Mode[] = report.isExactAtAllSizes || options.auto ? ["strict", "auto"] : ["strict"];
  const count = report.prompts;
  const wanted = Array.from({ length: count }, (_, i) => i + 1).flatMap((index) =>
    temperatures.map((temperature) => ({ index, count, temperature })),
  );
  const startedAt = performance.now();
  let fresh = 0;
  for (const [done, place] of wanted.entries()) {
    const { index, temperature } = place;
    const earlier = report.runs.find((run) => run.prompt.index === index && run.temperature === temperature);
    if (!earlier || !isDone(earlier, modes, report)) {
      const run = await compare(place, modes, report.maxTokens);
      if (!run) break;
      report.runs = [...report.runs.filter((other) => other !== earlier), run];
      report.made = made;
      fresh++;
      await writeRuns(options, report, markdown, picture);
    }
    const secondsEach = (performance.now() - startedAt) / 1000 / Math.max(1, fresh);
    const left = wanted.length - done - 1;
    display.progress({ done: done + 1, total: wanted.length, secondsLeft: fresh > 0 ? secondsEach * left : null });
  }
  display.close();
  await writeRuns(options, report, markdown, picture);
  if (report.runs.length > 0) console.log(markdown(report));
  const different = failures(report).map(
    ({ prompt, temperature }) => `DIFFERENT: prompt ${prompt.index} (${prompt.kind}) at T = ${temperature}`,
  );
  const short = tooShort(report).map(
    ({ prompt, temperature, outputTokens }) =>
      `TOO SHORT: prompt ${prompt.index} (${prompt.kind}) at T = ${temperature}, ${outputTokens} tokens`,
  );
  conclude(interrupts, [...different, ...short]);
} catch (error) {
  if (!signal.aborted) throw error;
  process.exitCode = interrupts.status ?? 1;
} finally {
  display.close();
  interrupts.dispose();
  await plain.dispose();
  await strict.dispose();
}

/** Decodes a prompt of the place plainly and in each mode; null when it was cut off. */
async function compare(
  place: { index: number; count: number; temperature: number },
  modes: readonly Mode[],
  maxTokens: number,
) {
  const { temperature } = place;
  const run = (client: typeof plain, text: string, speculation: Mode | "off", most = maxTokens) => {
    const id = `${place.index} ${temperature} ${speculation}`;
    const request = { text, maxTokens: most, sampling: sampling(temperature, place.index), id, speculation };
    return decode(client, request, signal);
  };
  // The first whose answer is long enough.
  for (let variant = 0; ; variant++) {
    const { text, ...about } = await makePrompt({ ...place, variant }, (text) => plain.countTokens(text));
    const expected = await run(plain, text, "off");
    if (signal.aborted) return null;
    if (expected.tokens.length < maxTokens && variant + 1 < variants) {
      // What is in the cache from a text that begins alike is not read again, and read in parts a prompt comes out a little
      // different: so both engines read the same texts.
      await run(strict, text, "strict", 1);
      continue;
    }
    const compared: Partial<Record<Mode, Comparison>> = {};
    for (const mode of modes) {
      if (signal.aborted) return null;
      compared[mode] = comparison(expected, await run(strict, text, mode));
    }
    if (signal.aborted) return null;
    return { prompt: about, temperature, outputTokens: expected.tokens.length, modes: compared };
  }
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
