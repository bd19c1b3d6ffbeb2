/**
 * `npm run bench:record-drafts -- --model FILE`: reads the recorded traces with a draft model of the same vocabulary and
 * writes what it says at each position, for `bench:replay -- --drafts`. Reads a trace at once, then goes on from each
 * position at which the model is wrong, as the drafter would.
 */
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openModel } from "../../src/engine/backends/embedded/loadModel.ts";
import { startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import { leastProbability, topProbability } from "../../src/engine/speculation/drafters/draftModel.ts";
import { usableCores } from "../../src/engine/threads.ts";
import { type DraftAt, type DraftFile, draftCandidates, longestModelDraft, type WrongToken } from "./drafts.ts";
import { readTraces, type Trace } from "./trace.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    traces: { type: "string", default: join(root, "bench", "data", "traces.json") },
    out: { type: "string", default: join(root, "bench", "data", "drafts.json") },
  },
});
if (!options.model) throw new Error("--model FILE.gguf is needed: a draft model");

const recorded = readTraces(options.traces);
const threads = usableCores();
const runtime = await startRuntime("off", threads, () => {});
const ref = { id: basename(options.model), path: options.model };
const load = { contextSize: 4096, kvType: "f16", flashAttention: false, threads } as const;
const { sequence } = await openModel(runtime, ref, load);
if (sequence.vocabularySize < recorded.vocabularySize) throw new Error(`${ref.id} has another vocabulary.`);
const outputsAtOnce = 16;

async function likeliest(output: number): Promise<WrongToken> {
  const { tokens, logits } = await sequence.candidates(output, draftCandidates);
  return [tokens[0]!, Number(topProbability(logits).toFixed(3))];
}

/** What the model says at each output position, read along the trace itself. */
async function along({ prompt, output }: Trace): Promise<WrongToken[]> {
  sequence.rollback(0);
  for (let from = 0; from < prompt.length - 1; from += sequence.maxPassSize)
    await sequence.evaluate(prompt.slice(from, Math.min(prompt.length - 1, from + sequence.maxPassSize)), 0);
  const text = [prompt.at(-1)!, ...output.slice(0, -1)];
  const said: WrongToken[] = [];
  for (let from = 0; from < text.length; from += outputsAtOnce) {
    const part = text.slice(from, from + outputsAtOnce);
    await sequence.evaluate(part, part.length);
    for (const i of part.keys()) said.push(await likeliest(i));
  }
  return said;
}

/** Goes on from a wrong token behind `length` evaluated ones. */
async function astray(first: WrongToken, length: number): Promise<WrongToken[]> {
  const chain = [first];
  sequence.rollback(length);
  // The last token has no successor in a draft; one below the drafter's limit is where it stops.
  while (chain.length < longestModelDraft && (chain.length === 1 || chain.at(-1)![1] >= leastProbability)) {
    await sequence.evaluate([chain.at(-1)![0]], 1);
    chain.push(await likeliest(0));
  }
  return chain;
}

const file: DraftFile = { target: recorded.model, draft: ref.id, traces: [] };
for (const trace of recorded.traces) {
  const { workload, index, prompt, output } = trace;
  const said = await along(trace);
  const positions: DraftAt[] = said.map(([token, probability], i) =>
    token === output[i] ? probability : [[token, probability]],
  );
  // From the last to the first, so that what stands before is still in the cache.
  for (let i = positions.length - 1; i >= 0; i--)
    if (typeof positions[i] === "object") positions[i] = await astray(said[i]!, prompt.length + i);
  file.traces.push({ workload, index, positions });
  const right = positions.filter((each) => typeof each === "number").length;
  console.error(`${workload} ${index}: ${right} of ${positions.length} are the target's`);
  writeFileSync(options.out, `${JSON.stringify(file)}\n`);
}
process.exit(0);
