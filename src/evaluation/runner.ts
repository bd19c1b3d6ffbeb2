/**
 * Runs every item with every arm, item by item, so that a run that is stopped leaves whole comparisons, and the part of
 * the prompt that the arms share is read once; one item after the other, or several at once where times do not matter.
 * What has been run is given as records and not run again. Knows no engine: it is given a `generate`.
 */
import { createHash } from "node:crypto";
import type { SamplingOptions } from "../common/prompt.ts";
import type { GenerateParams, GenerationResult, ModelInfo } from "../common/protocol.ts";
import type { StopReason, ThinkingEnd } from "../common/segments.ts";
import type { FirstAnswerStats } from "../common/stats.ts";
import { isRight } from "./answers.ts";
import { type Arm, armName, type Conditions, request, thoughtsOf } from "./arms.ts";
import type { Item } from "./items.ts";
import { type Machine, machineOf } from "./machine.ts";
import { mean } from "./statistics.ts";
import { assertSameModel, weightsOf } from "./weights.ts";

export type Sampling = Omit<SamplingOptions, "seed">;

/** One item answered by one arm. */
export interface RunRecord {
  item: string;
  arm: string;
  /** Of all that decides the output, model included: with another wording or model, an earlier record does not count. */
  fingerprint: string;
  right: boolean;
  /** Of all thoughts, where there were several side by side. */
  thinkingTokens: number;
  answerTokens: number;
  /** Reading the prompt and writing thought and answer. */
  timeToAnswerMs: number;
  /** What computed it; absent in records of earlier versions, like the next two. */
  machine?: Machine;
  /** Of the answer and, unless there were several, of the thought. */
  sampling?: Sampling;
  /** Thoughts there were, where several were asked for. */
  thoughts?: number;
  /** Passes were shared with runs beside it: its time is not its own. */
  aside?: true;
  targetPasses: number;
  /** Tokens that would have been words of hesitation; absent: their damping was off. */
  dampedTokens?: number;
  /** Absent: the model was not made to answer before it thought. */
  firstAnswer?: FirstAnswerStats;
  thinkingEnd: ThinkingEnd;
  stopReason: StopReason;
  thinking: string;
  answer: string;
}

export interface RunProgress {
  done: number;
  total: number;
  /** null until something has been measured. */
  secondsLeft: number | null;
}

export interface RunOptions {
  items: readonly Item[];
  armsOf(item: Item): readonly Arm[];
  model: ModelInfo;
  conditions: Conditions;
  /** Of earlier runs; those that fit are taken over, judged anew. */
  earlier: readonly RunRecord[];
  /** Items at once; 1 unless given. */
  parallel?: number;
  generate(params: GenerateParams, signal?: AbortSignal): Promise<GenerationResult>;
  /** Called when an item has been answered, before the next begins. */
  onRecord(record: RunRecord): void | Promise<void>;
  onProgress(progress: RunProgress): void;
  signal?: AbortSignal;
}

/** Tokens at most of what a chat template adds to the messages, and of a trial answer. */
const roomBeside = 1_024;

interface Job {
  item: Item;
  arm: Arm;
  params: Omit<GenerateParams, "generationId">;
  fingerprint: string;
}

/**
 * All records of these items and arms; after an abort those that are finished.
 * @throws HunchError usage when an answer comes from another model: it is no record of this one, and the rest is not asked
 */
export async function run(options: RunOptions): Promise<RunRecord[]> {
  const { items, armsOf, model, conditions, earlier, signal } = options;
  const jobs = items.map((item, i) =>
    // Another arm begins each time: the first one reads the part of the prompt that all share.
    rotated(armsOf(item), i).map((arm): Job => {
      const params = request(item, arm, model, conditions);
      return { item, arm, params, fingerprint: fingerprint(params, model) };
    }),
  );
  const total = jobs.flat().length;
  const known = new Map(earlier.map((record) => [key(record.item, record.arm, record.fingerprint), record]));
  const earlierOf = (job: Job) => known.get(key(job.item.id, armName(job.arm), job.fingerprint));
  const records = jobs.flat().flatMap((job) => {
    const record = earlierOf(job);
    // What is right may have changed since: the expected answer, or how answers are judged.
    return record ? [{ ...record, right: isRight(job.item.kind, job.item.expected, record.answer) }] : [];
  });
  const { parallel = 1 } = options;
  const tell = () => options.onProgress(progress(records, total, parallel));
  const queue = jobs.map((some) => some.filter((job) => !earlierOf(job))).values();
  let isOver = false;
  const answer = async (job: Job): Promise<void> => {
    tell();
    const params = { ...job.params, generationId: `evaluation-${job.item.id}-${armName(job.arm)}` };
    const result = await options.generate(params, signal);
    // A cut thought is no answer of the arm; and nothing is begun after it.
    if (result.stopReason === "cancelled") {
      isOver = true;
      return;
    }
    assertSameModel(result.model, model);
    const record = toRecord(job, result);
    records.push(record);
    await options.onRecord(record);
  };
  const work = async () => {
    for (const some of queue)
      for (const job of some) {
        if (isOver || signal?.aborted) return;
        await answer(job);
      }
  };
  const workers = Array.from({ length: parallel }, () =>
    work().catch((error: unknown) => {
      isOver = true;
      throw error;
    }),
  );
  for (const outcome of await Promise.allSettled(workers)) if (outcome.status === "rejected") throw outcome.reason;
  tell();
  return records;
}

function toRecord({ item, arm, params, fingerprint }: Job, result: GenerationResult): RunRecord {
  const { stats, otherThoughts } = result;
  const { seed: _, ...sampling } = params.sampling;
  return {
    item: item.id,
    arm: armName(arm),
    fingerprint,
    right: isRight(item.kind, item.expected, result.answer),
    thinkingTokens: stats.thinkingTokens + stats.otherThinkingTokens,
    answerTokens: stats.answerTokens,
    timeToAnswerMs: Math.round(stats.prefillMs + stats.decodeMs),
    machine: machineOf(result.model),
    sampling,
    ...(thoughtsOf(arm) > 1 ? { thoughts: 1 + (otherThoughts?.length ?? 0) } : {}),
    // Passes shared by its own thoughts are its own.
    ...(stats.sharedPasses > 0 && otherThoughts === undefined ? { aside: true as const } : {}),
    targetPasses: stats.targetPasses,
    ...(stats.dampedTokens === undefined ? {} : { dampedTokens: stats.dampedTokens }),
    ...(stats.firstAnswer === undefined ? {} : { firstAnswer: stats.firstAnswer }),
    thinkingEnd: result.thinkingEnd,
    stopReason: result.stopReason,
    thinking: result.thinking,
    answer: result.answer,
  };
}

function progress(records: readonly RunRecord[], total: number, parallel: number): RunProgress {
  const left = total - records.length;
  const each = mean(records.map((record) => record.timeToAnswerMs)) / parallel / 1000;
  const secondsLeft = left === 0 ? 0 : records.length === 0 ? null : each * left;
  return { done: records.length, total, secondsLeft };
}

function fingerprint(params: Omit<GenerateParams, "generationId">, model: ModelInfo): string {
  const { prompt, sampling, maxTokens, controls, speculation } = params;
  const { kvType, thinking } = model;
  // With another family the same messages become another prompt.
  const loaded = [weightsOf(model), thinking.family, kvType, limitingContext(params, model)];
  const all = [prompt, sampling, maxTokens, controls, speculation, ...loaded];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 16);
}

/**
 * Tokens of a context that may cut a thought or leave no room for a trial answer; null for one that is large enough. So what
 * has been run stays of use when the user takes a larger one, or less memory gives a smaller one.
 */
function limitingContext(
  { prompt, maxTokens }: Pick<GenerateParams, "prompt" | "maxTokens">,
  { contextSize }: ModelInfo,
): number | null {
  // A token has a byte at least.
  const most = Buffer.byteLength(JSON.stringify(prompt)) + maxTokens + roomBeside;
  return contextSize < most ? contextSize : null;
}

function key(item: string, arm: string, fingerprint: string): string {
  return JSON.stringify([item, arm, fingerprint]);
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
