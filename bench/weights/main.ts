/**
 * `npm run bench:weights -- --model FILE --model FILE…`: what the number format of the weights costs in quality, and brings in
 * memory and speed. The first file is what the others are compared with: the same weights in other formats
 * (requantise.py makes them), or other weights with the same vocabulary. Quality is read off a text of this project,
 * position by position (support/reading.ts); the models then decode and read in turn, so that times are comparable.
 */
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type OpenModel, openModel } from "../../src/engine/backends/embedded/loadModel.ts";
import { startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import { usableCores } from "../../src/engine/threads.ts";
import { median } from "../../src/evaluation/statistics.ts";
import { thisCpu } from "../support/engine.ts";
import {
  difference,
  logLikelihood,
  passSize,
  percent,
  type Reading,
  readTexts,
  signed,
  texts,
  warmUp,
} from "../support/reading.ts";
import { writeResults } from "../support/results.ts";
import { picture } from "./picture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string", multiple: true },
    tokens: { type: "string", default: "1600" },
    rounds: { type: "string", default: "9" },
    threads: { type: "string", default: String(usableCores()) },
    out: { type: "string", default: join(root, "bench", "results") },
  },
});
const paths = options.model ?? [];
if (paths.length < 2) throw new Error("Name two GGUF files or more with --model.");
const threads = Number(options.threads);
const tokens = Number(options.tokens);
/** Of the passes that are timed (tokens): decoding, verifying eight drafts, reading. */
const timedSizes = [1, 8, 64] as const;
/** In the KV cache while passes are timed (tokens). */
const timedAt = 256;
const fewest = timedAt + Math.max(...timedSizes);
if (!(tokens >= fewest)) throw new Error(`--tokens: ${fewest} or more, of which passes are timed too.`);

interface Compared {
  model: string;
  sizeBytes: number;
  logLikelihood: number;
  /** With the first model (0..1). */
  agreement: number;
  divergence: number;
  /** Median over the rounds of this model's time to the first one's, by pass size (tokens). */
  timeRatio: Record<number, number>;
}

const runtime = await startRuntime("off", threads, () => {});
const models: OpenModel[] = [];
const readings: Reading[] = [];
for (const path of paths) {
  const ref = { id: basename(path), path };
  const load = { contextSize: tokens + passSize, kvType: "f16", flashAttention: false, threads } as const;
  const model = await openModel(runtime, ref, load);
  models.push(model);
  readings.push(await readTexts(model, root, tokens));
  process.stderr.write(`${basename(path)} has been read\n`);
}
const base = readings[0]!;
for (const [i, { tokens: read }] of readings.entries())
  if (read.join() !== base.tokens.join()) throw new Error(`${paths[i]} has another vocabulary than ${paths[0]}.`);

const times = models.map(() => new Map(timedSizes.map((size) => [size, [] as number[]])));
for (let round = 0; round < Number(options.rounds); round++)
  for (const [i, { sequence }] of models.entries())
    for (const size of timedSizes) {
      sequence.rollback(timedAt);
      const before = performance.now();
      await sequence.evaluate(base.tokens.slice(timedAt, timedAt + size), 1);
      times[i]!.get(size)!.push(performance.now() - before);
    }

const results: Compared[] = readings.map((reading, i) => {
  const { agreement, divergence } = difference(base, reading);
  const ratio = (size: (typeof timedSizes)[number]) =>
    median(times[i]!.get(size)!.map((ms, round) => ms / times[0]!.get(size)![round]!));
  return {
    model: basename(paths[i]!),
    sizeBytes: statSync(paths[i]!).size,
    logLikelihood: logLikelihood(reading),
    agreement,
    divergence,
    timeRatio: Object.fromEntries(timedSizes.map((size) => [size, ratio(size)])),
  };
});
for (const model of models) await model.dispose();
await runtime.llama.dispose();

const made = new Date().toISOString();
const [first] = results;
const lines = [
  `# Weights by format, ${made.slice(0, 10)}`,
  "",
  `${thisCpu()}, ${threads} threads; the first ${tokens} tokens of ${texts.map((name) => `\`${name}\``).join(" and ")}, half of each, positions from ${warmUp} on, with an f16 cache; times of a pass of 1, 8 and 64 tokens with ${timedAt} in the cache, medians of ${options.rounds} interleaved rounds. All against the first. \`npm run bench:weights\``,
  "",
  "| model | MB | log-likelihood of the text (nats a token) | same first token | KL divergence (nats) | time to decode, verify 8, read 64 |",
  "|---|---|---|---|---|---|",
  ...results.map(({ model, sizeBytes, logLikelihood: own, agreement, divergence, timeRatio }) => {
    const told =
      model === first!.model ? own.toFixed(3) : `${own.toFixed(3)} (${signed(own - first!.logLikelihood, 3)})`;
    const ratios = timedSizes.map((size) => timeRatio[size]!.toFixed(2)).join(", ");
    return `| ${model} | ${Math.round(sizeBytes / 1e6)} | ${told} | ${percent(agreement)} | ${divergence.toFixed(4)} | ${ratios} |`;
  }),
  "",
].join("\n");
const report = { made, cpu: thisCpu(), threads, tokens, rounds: Number(options.rounds), results };
await writeResults({ out: options.out, name: "weights" }, report, lines, picture(report));
process.stdout.write(lines);
