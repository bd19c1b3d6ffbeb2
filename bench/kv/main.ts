/**
 * `npm run bench:kv -- --model FILE`: what the number format of the KV cache costs in quality. A text of this project (code,
 * then prose) is read token by token position under each format; at every position the distribution of the next token is
 * compared with that under f16: does its first token stay the first, how likely is the text's own next token, how far are
 * the two apart (KL divergence). f16 with the other attention kernel is an arm of its own: differences of that size are
 * rounding, not quality.
 *
 * Probabilities are of the 256 likeliest tokens, which hold all but a few thousandths of the mass.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { KvType } from "../../src/common/protocol.ts";
import { openModel } from "../../src/engine/backends/embedded/loadModel.ts";
import { startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import type { Candidates } from "../../src/engine/speculation/types.ts";
import { usableCores } from "../../src/engine/threads.ts";
import { thisCpu } from "../support/engine.ts";

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
/** Positions left out at the beginning: with hardly a context there is hardly a cache. */
const warmUp = 64;
const passSize = 32;
const considered = 256;
const texts = ["src/common/protocol.ts", "docs/architectures.md"];

interface Reading {
  tokens: readonly number[];
  rows: Candidates[];
  kvType: KvType;
}

async function read(path: string, { kvType, flashAttention }: Arm, tokens: number): Promise<Reading> {
  const threads = Number(options.threads);
  const runtime = await startRuntime("off", threads, () => {});
  try {
    const ref = { id: basename(path), path };
    const model = await openModel(runtime, ref, { contextSize: tokens + passSize, kvType, flashAttention, threads });
    try {
      const share = Math.floor(tokens / texts.length);
      const text = texts.flatMap((name) =>
        [...model.model.tokenize(readFileSync(join(root, name), "utf8"))].slice(0, share),
      );
      const rows: Candidates[] = [];
      for (let start = 0; start < text.length; start += passSize) {
        const pass = text.slice(start, start + passSize);
        await model.sequence.evaluate(pass, pass.length);
        for (let i = 0; i < pass.length; i++) rows.push(await model.sequence.candidates(i, considered));
      }
      return { tokens: text, rows, kvType: model.kvType };
    } finally {
      await model.dispose();
    }
  } finally {
    await runtime.llama.dispose();
  }
}

interface Compared {
  arm: string;
  positions: number;
  /** Share of positions with the same first token (0..1). */
  agreement: number;
  /** Mean log-likelihood of the text's next token, less that under f16 (nats a token; negative is worse). */
  likelihoodChange: number;
  /** Mean KL divergence from f16 (nats). */
  divergence: number;
}

function compare(arm: Arm, base: Reading, other: Reading): Compared {
  let [agreeing, change, told, divergence, positions] = [0, 0, 0, 0, 0];
  for (let i = warmUp; i + 1 < base.tokens.length; i++) {
    positions++;
    const [p, q] = [probabilities(base.rows[i]!), probabilities(other.rows[i]!)];
    if (base.rows[i]!.tokens[0] === other.rows[i]!.tokens[0]) agreeing++;
    const next = base.tokens[i + 1]!;
    const [before, after] = [p.get(next), q.get(next)];
    if (before !== undefined && after !== undefined) {
      change += Math.log(after / before);
      told++;
    }
    const least = Math.min(...q.values());
    for (const [token, probability] of p) divergence += probability * Math.log(probability / (q.get(token) ?? least));
  }
  return {
    arm: arm.name,
    positions,
    agreement: agreeing / positions,
    likelihoodChange: change / told,
    divergence: divergence / positions,
  };
}

function probabilities({ tokens, logits }: Candidates): Map<number, number> {
  const top = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - top));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return new Map(tokens.map((token, i) => [token, weights[i]! / sum]));
}

const results: { model: string; sizeBytes: number; compared: Compared[] }[] = [];
for (const path of options.model) {
  const base = await read(path, reference, Number(options.tokens));
  const compared: Compared[] = [];
  for (const arm of arms) {
    const reading = await read(path, arm, Number(options.tokens));
    process.stderr.write(`${basename(path)}: ${arm.name}\n`);
    if (reading.kvType === arm.kvType) compared.push(compare(arm, base, reading));
    else process.stderr.write(`${basename(path)} can not keep its cache as ${arm.kvType}\n`);
  }
  results.push({ model: basename(path), sizeBytes: statSync(path).size, compared });
}
const made = new Date().toISOString();
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
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
        `| ${model} | ${arm} | ${positions} | ${percent(agreement)} | ${likelihoodChange >= 0 ? "+" : ""}${likelihoodChange.toFixed(4)} | ${divergence.toFixed(5)} |`,
    ),
  ),
  "",
].join("\n");
writeFileSync(join(options.out, "kv.json"), `${JSON.stringify({ made, cpu: thisCpu(), results }, null, 1)}\n`);
writeFileSync(join(options.out, "kv.md"), lines);
process.stdout.write(lines);
