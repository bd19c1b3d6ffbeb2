/**
 * `npm run bench:kv -- --model FILE`: what the number format of the KV cache costs in quality. A text of this project (code,
 * then prose) is read token by token position under each format; at every position the distribution of the next token is
 * compared with that under f16: does its first token stay the first, how likely is the text's own next token, how far are
 * the two apart (KL divergence). f16 with the other attention kernel is an arm of its own: differences of that size are
 * rounding, not quality.
 */
import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { KvType } from "../../src/common/protocol.ts";
import { openModel } from "../../src/engine/backends/embedded/loadModel.ts";
import { startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import { usableCores } from "../../src/engine/threads.ts";
import { thisCpu } from "../support/engine.ts";
import {
  type Difference,
  difference,
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
    tokens: { type: "string", default: "800" },
    threads: { type: "string", default: String(usableCores()) },
    out: { type: "string", default: join(root, "bench", "results") },
  },
});
if (!options.model) throw new Error("Name GGUF files with --model.");

interface Arm {
  name: string;
  kvType: KvType;
  flashAttention: boolean;
}
const reference: Arm = { name: "f16", kvType: "f16", flashAttention: true };
const arms: readonly Arm[] = [
  { name: "f16, other kernel", kvType: "f16", flashAttention: false },
  { name: "q8_0", kvType: "q8_0", flashAttention: true },
  { name: "q4_0", kvType: "q4_0", flashAttention: true },
];

async function read(
  path: string,
  { kvType, flashAttention }: Arm,
  tokens: number,
): Promise<Reading & { kvType: KvType }> {
  const threads = Number(options.threads);
  const runtime = await startRuntime("off", threads, () => {});
  try {
    const ref = { id: basename(path), path };
    const model = await openModel(runtime, ref, { contextSize: tokens + passSize, kvType, flashAttention, threads });
    try {
      return { ...(await readTexts(model, root, tokens)), kvType: model.kvType };
    } finally {
      await model.dispose();
    }
  } finally {
    await runtime.llama.dispose();
  }
}

const results: { model: string; sizeBytes: number; compared: (Difference & { arm: string })[] }[] = [];
for (const path of options.model) {
  const base = await read(path, reference, Number(options.tokens));
  const compared: (Difference & { arm: string })[] = [];
  for (const arm of arms) {
    const reading = await read(path, arm, Number(options.tokens));
    process.stderr.write(`${basename(path)}: ${arm.name}\n`);
    if (reading.kvType === arm.kvType) compared.push({ arm: arm.name, ...difference(base, reading) });
    else process.stderr.write(`${basename(path)} can not keep its cache as ${arm.kvType}\n`);
  }
  results.push({ model: basename(path), sizeBytes: statSync(path).size, compared });
}
const made = new Date().toISOString();
const lines = [
  `# Quality by KV cache type, ${made.slice(0, 10)}`,
  "",
  `${thisCpu()}; the first ${options.tokens} tokens of ${texts.map((name) => `\`${name}\``).join(" and ")}, half of each, positions from ${warmUp} on; against f16 with flash attention. \`npm run bench:kv\``,
  "",
  "| model | cache | positions | same first token | log-likelihood of the text (nats a token) | KL divergence (nats) |",
  "|---|---|---|---|---|---|",
  ...results.flatMap(({ model, compared }) =>
    compared.map(
      ({ arm, positions, agreement, likelihoodChange, divergence }) =>
        `| ${model} | ${arm} | ${positions} | ${percent(agreement)} | ${signed(likelihoodChange, 4)} | ${divergence.toFixed(5)} |`,
    ),
  ),
  "",
].join("\n");
const report = { made, cpu: thisCpu(), results };
await writeResults({ out: options.out, name: "kv" }, report, lines, picture(report));
process.stdout.write(lines);
