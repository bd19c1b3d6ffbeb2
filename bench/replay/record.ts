/**
 * `npm run bench:record -- --model FILE`: decodes the speed benchmark's prompts, or those of `--prompts FILE` (JSON lines
 * {"prompt": "…"}), plainly and writes what the target said, for `bench:replay`. Slow once (it decodes everything), so
 * that policies can be compared in seconds ever after. With `--workloads` only those are decoded anew, and the file's
 * other traces of the same model stay.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadWorkloads, parsePrompts, workloadNames } from "../../src/benchmark/workloads.ts";
import { openModel } from "../../src/engine/backends/embedded/loadModel.ts";
import { startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import { TextCodec } from "../../src/engine/backends/embedded/textCodec.ts";
import { prefill } from "../../src/engine/cache/prefix.ts";
import { expectedOf } from "../../src/engine/speculation/expected.ts";
import { ThreadGovernor, usableCores } from "../../src/engine/threads.ts";
import type { Trace, TraceFile } from "./trace.ts";

/** Candidates kept at each position: what the recycling drafter learns from. */
const keptCandidates = 6;
const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    "max-tokens": { type: "string", default: "240" },
    limit: { type: "string", default: "6" },
    prompts: { type: "string" },
    workloads: { type: "string" },
    out: { type: "string", default: join(root, "bench", "data", "traces.json") },
  },
});
if (!options.model) throw new Error("--model FILE.gguf is needed");

const threads = usableCores();
const runtime = await startRuntime("off", threads, () => {});
const ref = { id: basename(options.model), path: options.model };
const model = await openModel(runtime, ref, { contextSize: 4096, kvType: "f16", flashAttention: false, threads });
const codec = new TextCodec(model.model, model.sequence.vocabularySize);
const governor = new ThreadGovernor(threads);
const { sequence } = model;

const chosen = workloadNames.filter((name) => options.workloads?.split(",").includes(name) ?? true);
const file: TraceFile = { model: ref.id, vocabularySize: sequence.vocabularySize, traces: keptTraces() };
const limit = Number(options.limit);
const workloads = options.prompts
  ? parsePrompts(readFileSync(options.prompts, "utf8")).slice(0, limit)
  : loadWorkloads(chosen, limit);
for (const workload of workloads) {
  const prompt = codec.encode([{ text: workload.prompt, special: true }]);
  const expected = expectedOf({ kind: "raw", text: workload.prompt }, codec);
  sequence.rollback(0);
  await prefill(sequence, prompt, { onProgress: () => {}, onPass: () => {} });
  const trace: Trace = {
    workload: workload.name,
    index: workload.index,
    prompt,
    ...(expected ? { expected } : {}),
    output: [],
    kinds: [],
    candidates: [],
  };
  let last = prompt.at(-1)!;
  let text = "";
  while (trace.output.length < Number(options["max-tokens"])) {
    sequence.threads = governor.threads;
    const before = performance.now();
    await sequence.evaluate([last], 1);
    const { tokens, logits } = await sequence.candidates(0, keptCandidates);
    governor.observe(performance.now() - before);
    last = tokens[0]!;
    trace.kinds.push((text.match(/^```/gm)?.length ?? 0) % 2 === 1 ? "code" : "prose");
    trace.output.push(last);
    trace.candidates.push({ tokens: [...tokens], logits: logits.map((logit) => Math.round(logit * 1000) / 1000) });
    if (codec.isEndOfGeneration(last)) break;
    text += codec.decode([last], []);
  }
  file.traces.push(trace);
  console.error(`${workload.name} ${workload.index}: ${trace.output.length} tokens`);
  writeFileSync(options.out, `${JSON.stringify(file)}\n`);
}
process.exit(0);

/** The traces of the workloads that are not decoded this time. @throws Error where they are another model's */
function keptTraces(): Trace[] {
  if (!options.workloads || !existsSync(options.out)) return [];
  const before: TraceFile = JSON.parse(readFileSync(options.out, "utf8"));
  if (before.model !== ref.id) throw new Error(`${options.out} holds traces of ${before.model}; name another --out`);
  return before.traces.filter(({ workload }) => !chosen.some((name) => name === workload));
}
