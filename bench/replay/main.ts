/**
 * `npm run bench:replay`: compares policies on recorded traces, and projects them on cost curves of machines that are
 * not here. The decoder and its drafters are the real ones; only the target is played from the record, so that the
 * result depends on nothing but the policy: no noise, a few seconds.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { AcceptanceModel } from "../../src/engine/speculation/acceptance.ts";
import { CostCurve, type CostSamples } from "../../src/engine/speculation/costCurve.ts";
import { Decoder } from "../../src/engine/speculation/decoder.ts";
import { DraftCosts } from "../../src/engine/speculation/draftCosts.ts";
import { ModelDrafter } from "../../src/engine/speculation/drafters/draftModel.ts";
import { IndexDrafter } from "../../src/engine/speculation/drafters/indexDrafter.ts";
import { RecyclingDrafter } from "../../src/engine/speculation/drafters/recycling.ts";
import { SuffixDrafter } from "../../src/engine/speculation/drafters/suffix.ts";
import { Sampler } from "../../src/engine/speculation/sampler.ts";
import type { Drafter } from "../../src/engine/speculation/types.ts";
import type { WorkspaceIndex } from "../../src/engine/speculation/workspaceIndex/workspaceIndex.ts";
import { writeResults } from "../support/results.ts";
import { Clairvoyant } from "./clairvoyant.ts";
import { draftSamples } from "./draftModel.ts";
import { DraftSequence } from "./draftSequence.ts";
import { type DraftTrace, readDrafts } from "./drafts.ts";
import { fixedRules, modelRules, ours, type PolicyMaker, policies, shownModelRules, shownRules } from "./policies.ts";
import { rateTable } from "./rates.ts";
import { ReplaySequence } from "./replaySequence.ts";
import { markdown, type PolicyFigures, picture, type ReplayReport } from "./report.ts";
import { type Policy, Rule } from "./rule.ts";
import { greedy, readTraces, type Trace, type TraceFile } from "./trace.ts";
import { openWorkspace, remember } from "./workspace.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    traces: { type: "string", default: join(root, "bench", "data", "traces.json") },
    out: { type: "string", default: join(root, "bench", "results") },
    name: { type: "string", default: "replay" },
    /** With a draft model, from what it was recorded to say. */
    drafts: { type: "string" },
    "each-prompt": { type: "boolean", default: false },
    rates: { type: "boolean", default: false },
    /** Drafts from a workspace too: its folder, and a model with the traces' vocabulary. */
    workspace: { type: "string" },
    model: { type: "string" },
  },
});

/**
 * ms of a pass by size. Measured: the CPUs (1.5B Q4_K_M, 2 threads; the second AMD one on another day and machine) and the
 * H100 (bench/results/gpu; the larger models with random weights, and before rows were read ahead). Assumed: GPUs that are
 * flat up to a size; a larger target on more cores, where reading the weights takes more of the time, so that the curve
 * climbs less.
 */
const curves: Record<string, CostSamples> = {
  "AMD, 2 cores": { 1: 37, 2: 59, 3: 74, 4: 96, 6: 140, 8: 174, 12: 259, 16: 252, 32: 540 },
  "AMD, 2 cores, steeper": { 1: 38.7, 2: 68.7, 3: 92.7, 4: 126, 6: 177, 8: 226, 12: 315, 16: 300, 32: 623 },
  "Intel, 2 cores": { 1: 84, 2: 134, 3: 168, 4: 151, 6: 286, 8: 300, 12: 479, 16: 495, 32: 915 },
  "Intel with AMX, 2 cores": { 1: 68, 2: 121, 3: 122, 4: 129, 6: 143, 8: 167, 12: 189, 16: 197, 32: 372 },
  "Larger target, 8 cores": { 1: 120, 2: 132, 4: 160, 8: 225, 16: 370, 32: 690 },
  "H100, 1.5B": { 1: 2.5, 2: 4, 3: 4.5, 4: 4.8, 6: 5.8, 8: 6.9, 12: 9.9, 16: 11, 32: 17.1 },
  "H100, 7B": { 1: 6.24, 2: 6.53, 3: 7.09, 4: 8.49, 6: 11.8, 8: 14.2, 12: 15.5, 16: 16.5, 32: 28 },
  "H100, 32B": { 1: 15.9, 2: 17.7, 3: 19.8, 4: 23.7, 6: 29.2, 8: 36.1, 12: 33.1, 16: 35.9, 32: 51.7 },
  "H100, mixture of experts, 30B": { 1: 6.12, 2: 6.46, 3: 8.14, 4: 9.24, 6: 11.8, 8: 14, 12: 18.3, 16: 20.5, 32: 33.6 },
  "GPU, flat to 8": { 1: 10, 8: 10.4, 16: 18, 32: 36 },
  "GPU, flat to 16": { 1: 10, 8: 10.2, 16: 10.8, 32: 20 },
  "GPU, flat to 64": { 1: 10, 8: 10.2, 16: 10.4, 32: 10.8 },
};

/** Their sizes (tokens). */
interface Passes {
  target: readonly number[];
  draft: readonly number[];
}

/** The passes that one trace takes. @param policyFor told a curve of `samples` that stays as it is */
async function play(
  trace: Trace,
  file: TraceFile,
  samples: CostSamples,
  policyFor: (costs: CostCurve) => Policy,
  { index = null, model = null }: { index?: WorkspaceIndex | null; model?: DraftTrace | null } = {},
): Promise<Passes> {
  const target = new ReplaySequence(trace, file.vocabularySize);
  // The decoder corrects its own copy of the curve by real pass times, which a replay does not have.
  const frozen = Object.assign(new CostCurve(samples), { observe: () => {} });
  const suffix = new SuffixDrafter();
  suffix.expect(trace.expected ?? null);
  const drafters: Drafter[] = [suffix, new RecyclingDrafter()];
  if (index) drafters.push(new IndexDrafter(index, suffix));
  const draft = model ? new DraftSequence(trace, model, file.vocabularySize) : null;
  if (draft) drafters.push(new ModelDrafter({ sequence: draft, sampler: new Sampler(greedy) }));
  const controller = policyFor(frozen) as ConstructorParameters<typeof Decoder>[0]["controller"];
  const decoder = new Decoder(
    { target, sampler: new Sampler(greedy), drafters, controller, costs: frozen },
    trace.prompt,
  );
  let done = 0;
  while (done < trace.output.length)
    done += await decoder.round(trace.kinds[done]!, trace.output.length - done, () => "continue");
  const output = decoder.text.slice(trace.prompt.length);
  if (output.some((token, i) => token !== trace.output[i])) throw new Error("the replay left the trace");
  if (index) remember(index, trace.output);
  return { target: target.sizes, draft: draft?.sizes ?? [] };
}

/** Over plain decoding. @param draftCosts of the draft model's passes; null: there are none */
function speedUp(passes: Passes, trace: Trace, costs: CostCurve, draftCosts: CostCurve | null): number {
  const time = (sizes: readonly number[], curve: CostCurve) => sizes.reduce((sum, size) => sum + curve.passMs(size), 0);
  const drafting = draftCosts ? time(passes.draft, draftCosts) : 0;
  return (costs.passMs(1) * trace.output.length) / (time(passes.target, costs) + drafting);
}

/** What a policy learns is carried from prompt to prompt: ours in its acceptance, a rule or a bandit as it is. */
function session(make: PolicyMaker, draftCosts: DraftCosts | null): (costs: CostCurve) => Policy {
  const acceptance = new AcceptanceModel();
  let rule: Rule | null = null;
  return (costs) => {
    if (rule) return rule;
    const policy = make(costs, acceptance, draftCosts);
    if (policy instanceof Rule) rule = policy;
    return policy;
  };
}

const file = readTraces(options.traces);
if (options.workspace !== undefined && options.model === undefined)
  throw new Error("--workspace needs --model FILE.gguf, whose vocabulary the traces have");
const workspace = options.workspace && options.model ? await openWorkspace(options.workspace, options.model) : null;
const drafts = options.drafts === undefined ? null : readDrafts(options.drafts);
if (drafts && drafts.target !== file.model) throw new Error(`${options.drafts} is of traces of ${drafts.target}`);
const modelOf = ({ workload, index }: Trace): DraftTrace | null => {
  const found = drafts?.traces.find((trace) => trace.workload === workload && trace.index === index);
  if (drafts && !found) throw new Error(`${options.drafts} lacks ${workload} ${index}`);
  return found ?? null;
};
if (options.rates) {
  console.log(await rateTable(file.traces, workspace?.() ?? null, modelOf));
  process.exit(0);
}
const workloads = [...new Set(file.traces.map((trace) => trace.workload))];
const lengths = file.traces.map((trace) => trace.output.length);
const report: ReplayReport = {
  model: file.model,
  draft: drafts?.draft ?? null,
  prompts: file.traces.length,
  workloads,
  curves: [],
};
// What a rule does depends on no curve.
const passesByRule = new Map<string, Passes[]>();
for (const [name, rule] of [...fixedRules, ...(drafts ? modelRules : [])]) {
  const passes: Passes[] = [];
  for (const trace of file.traces)
    passes.push(await play(trace, file, { 1: 1 }, () => rule, { model: modelOf(trace) }));
  passesByRule.set(name, passes);
}
for (const [curveName, samples] of Object.entries(curves)) {
  const curve = new CostCurve(samples);
  const bound = Math.max(...Object.keys(samples).map((size) => Number(size) / curve.relative(Number(size))));
  const draftCurve = drafts ? new CostCurve(draftSamples(curveName, curve)) : null;
  const results = new Map<string, number[]>();
  const run = async (
    policyFor: (costs: CostCurve, trace: Trace) => Policy,
    { index = null, withModel = false }: { index?: WorkspaceIndex | null; withModel?: boolean } = {},
  ) => {
    const speedUps: number[] = [];
    for (const trace of file.traces) {
      const model = withModel ? modelOf(trace) : null;
      const passes = await play(trace, file, samples, (costs) => policyFor(costs, trace), { index, model });
      speedUps.push(speedUp(passes, trace, curve, draftCurve));
    }
    return speedUps;
  };
  const ruled = new Map(
    [...passesByRule].map(([name, passes]) => [
      name,
      file.traces.map((trace, i) => speedUp(passes[i]!, trace, curve, draftCurve)),
    ]),
  );
  if (drafts) {
    // A curve of its own, which is corrected by every draft.
    const draftCosts = new DraftCosts(new CostCurve(draftSamples(curveName, curve)), curve, 1);
    results.set(`${ours}, with the draft model`, await run(session(policies[ours]!, draftCosts), { withModel: true }));
  }
  for (const [name, make] of Object.entries(policies)) {
    results.set(name, await run(session(make, null)));
    if (name !== ours) continue;
    for (const rule of [...shownRules, ...(drafts ? shownModelRules : [])]) results.set(rule, ruled.get(rule)!);
  }
  if (workspace)
    results.set(`${ours}, with a workspace index`, await run(session(policies[ours]!, null), { index: workspace() }));
  results.set(
    "knows the text, chooses among our drafts",
    await run((costs, trace) => new Clairvoyant(costs, trace.output)),
  );
  const oracle = file.traces.map((_, i) => Math.max(...[...ruled.values()].map((speedUps) => speedUps[i]!)));
  const shareOf = (speedUps: readonly number[]) => mean(speedUps.map((value, i) => value / oracle[i]!));
  const [bestName, best] = [...ruled].reduce((a, b) => (shareOf(b[1]) > shareOf(a[1]) ? b : a));
  results.set(`best of ${ruled.size} fixed rules for all prompts: ${bestName}`, best);
  results.set(`oracle: best of ${ruled.size} fixed rules for each prompt`, oracle);
  const figures = ([name, speedUps]: [string, readonly number[]]): PolicyFigures => {
    const of = (workload: string) => {
      const own = speedUps.filter((_, i) => file.traces[i]!.workload === workload);
      return { mean: mean(own), worst: Math.min(...own) };
    };
    const regret = speedUps.reduce((sum, value, i) => sum + (1 / value - 1 / oracle[i]!) * lengths[i]!, 0);
    return {
      name,
      speedUps: Object.fromEntries(workloads.map((workload) => [workload, of(workload)])),
      shareOfOracle: shareOf(speedUps),
      regret: (100 * regret) / lengths.reduce((sum, length) => sum + length, 0),
    };
  };
  report.curves.push({ name: curveName, bound, policies: [...results].map(figures) });
  if (options["each-prompt"])
    for (const [i, trace] of file.traces.entries())
      console.error(
        `${curveName}  ${trace.workload} ${trace.index}: ours ${results.get(ours)![i]!.toFixed(2)}, oracle ${oracle[i]!.toFixed(2)}`,
      );
}
const text = markdown(report);
await writeResults({ out: options.out, name: options.name }, report, text, picture(report, ours));
console.log(text);

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
