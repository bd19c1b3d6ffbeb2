/**
 * Several thoughts about one question, side by side in one batch: each with its own seed, none seen while it is written.
 * When one has ended, the model is made to answer from it on trial; as soon as more than half of them have come to the
 * same, the rest is ended. One is chosen by vote (trialLine.ts) and goes on to the answer.
 */
import type { GenerateParams, Notice, OtherThought, SamplingOptions } from "../common/protocol.ts";
import type { StopReason, ThoughtFate } from "../common/segments.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Strand } from "./strand.ts";
import { answerOpener } from "./thinking/budget.ts";
import { isSettled, longestLine, TrialLine, type Verdict, vote } from "./thinking/trialLine.ts";

/** Thoughts have to differ to be worth a vote. */
const temperature = 0.7;
const topP = 0.95;

/** A strand and what ends it alone. */
export interface Thinker {
  strand: Strand;
  stop: AbortController;
}

export interface Thought {
  strand: Strand;
  /** Why it ended before an answer could begin; null: one can. */
  end: StopReason | null;
  others: readonly OtherThought[];
  notice: Notice;
}

/** What is asked of the `index`-th thought: another seed; and the vote ends it, not trials of its own. */
export function paramsOf(params: GenerateParams, index: number): GenerateParams {
  const { sampling, controls } = params;
  const own: SamplingOptions = { ...sampling, temperature, topP, seed: sampling.seed + index };
  return { ...params, sampling: own, controls: { ...controls, earlyExit: "off" } };
}

/** @throws what one of them throws, when all have ended */
export async function thinkSideBySide(
  model: EngineModel,
  thinkers: readonly Thinker[],
  signal: AbortSignal,
): Promise<Thought> {
  const lines: (TrialLine | null)[] = thinkers.map(() => null);
  const ends: (StopReason | null)[] = thinkers.map(() => "cancelled");
  const think = async ({ strand, stop }: Thinker, index: number) => {
    try {
      const end = await strand.decoding.think();
      const line = end === null ? await tryAnswer(model, strand) : null;
      // One that was ended meanwhile has no vote: it could not go on.
      if (stop.signal.aborted) return;
      ends[index] = end;
      lines[index] = line;
    } finally {
      strand.lane.sequence.leave();
    }
    if (!isSettled(lines, thinkers.length)) return;
    for (const [i, other] of thinkers.entries()) if (lines[i] === null) other.stop.abort();
  };
  const outcomes = await Promise.allSettled(thinkers.map(think));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  const verdict: Verdict = signal.aborted || lines.every((line) => line === null) ? longest(thinkers) : vote(lines);
  const { strand } = thinkers[verdict.chosen]!;
  strand.lane.sequence.enter();
  return {
    strand,
    end: ends[verdict.chosen]!,
    others: thinkers.flatMap(({ strand: { output } }, i) =>
      i === verdict.chosen
        ? []
        : [
            {
              text: output.thinking.trim(),
              tokens: output.thinkingTokens,
              trial: lines[i]?.value ?? null,
              fate: fateOf(lines[i] ?? null, ends[i] ?? null, verdict),
            },
          ],
    ),
    notice: { code: "parallelThoughts", message: tell(verdict, thinkers.length, ends) },
  };
}

/** The answer's first line as the model would write it now; the text stays as it is. */
async function tryAnswer({ codec }: EngineModel, { decoder }: Strand): Promise<TrialLine | null> {
  const lead = codec.encode([{ text: answerOpener, special: true }]);
  if (decoder.room < lead.length + 2 * longestLine) return null;
  const line = new TrialLine();
  const text = codec.streamDecoder();
  await decoder.probe(
    lead,
    [],
    (token, probability) => line.push(text.push(token), codec.isEndOfGeneration(token), probability),
    () => true,
  );
  return line;
}

function fateOf(line: TrialLine | null, end: StopReason | null, { value, agreeing }: Verdict): ThoughtFate {
  if (line === null) return end === "cancelled" ? "stopped" : "unfinished";
  if (line.value !== null && line.value === value) return "agrees";
  if (agreeing > 1) return line.value === null ? "incomparable" : "outvoted";
  return "lessSure";
}

/** None came to an end: the one that got furthest. */
function longest(thinkers: readonly Thinker[]): Verdict {
  const lengths = thinkers.map(({ strand }) => strand.output.thinkingTokens);
  return { chosen: lengths.indexOf(Math.max(...lengths)), value: null, agreeing: 1 };
}

function tell({ value, agreeing }: Verdict, thoughts: number, ends: readonly (StopReason | null)[]): string {
  const stopped = ends.filter((end) => end === "cancelled").length;
  const early = stopped > 0 && value !== null ? `; ${stopped} ended early` : "";
  if (value === null)
    return `${thoughts} thoughts, which cannot be compared: the one the model was surest of is shown.`;
  return `${agreeing} of ${thoughts} thoughts came to ${value}${early}.`;
}
