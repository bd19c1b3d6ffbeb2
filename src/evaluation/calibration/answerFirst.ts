/**
 * From which probability on an answer without a thought stands (engine/firstAnswer.ts), before thoughts in the
 * template that was adopted. Found on tasks that were answered both ways: behind the thought, and without one.
 */
import type { RunRecord } from "../runner.ts";
import { leastItems, leastRight } from "./adopt.ts";

/** Probabilities that are tried, the most cautious first. */
const candidates = [0.7, 0.5, 0.3, 0.2, 0.1, 0.05] as const;

export interface AnswerFirst {
  /** null: at none of them the answers are right as often as with thoughts alone. */
  least: number | null;
  items: number;
  /** Right answers with thoughts alone. */
  thoughtRight: number;
  /** With that probability: answers without a thought, right answers of all, share of thinking tokens saved (0..1). */
  direct: number;
  right: number;
  saved: number;
}

/**
 * The one that saves most of those with which no fewer answers are right. Of its answers without a thought, so many have to
 * be right as the best template's: of tasks that are answered wrong either way nothing can be learnt.
 * @param thoughts of one kind, each by the template that was adopted
 * @param directs the same tasks without a thought; of one that the model had no short answer to, the probability is 0
 * @returns null when too few tasks were answered both ways
 */
export function adoptAnswerFirst(thoughts: readonly RunRecord[], directs: readonly RunRecord[]): AnswerFirst | null {
  const pairs = thoughts.flatMap((thought) => {
    const direct = directs.find(({ item, firstAnswer }) => item === thought.item && firstAnswer);
    return direct ? [{ thought, direct, probability: direct.firstAnswer?.probability ?? 0 }] : [];
  });
  if (pairs.length < leastItems) return null;
  const tokens = (records: readonly RunRecord[]) => records.reduce((sum, record) => sum + record.thinkingTokens, 0);
  const rights = (records: readonly RunRecord[]) => records.filter(({ right }) => right).length;
  const all = pairs.map(({ thought }) => thought);
  const none = { least: null, items: pairs.length, thoughtRight: rights(all), direct: 0, right: rights(all), saved: 0 };
  return candidates.reduce<AnswerFirst>((best, least) => {
    const direct = pairs.filter(({ probability }) => probability >= least).map((pair) => pair.direct);
    const mixed = pairs.map((pair) => (pair.probability >= least ? pair.direct : pair.thought));
    const saved = 1 - tokens(mixed) / tokens(all);
    const isGood = rights(mixed) >= none.thoughtRight && rights(direct) >= leastRight && saved > best.saved;
    return isGood ? { ...none, least, direct: direct.length, right: rights(mixed), saved } : best;
  }, none);
}
