/** What a draft model says along the recorded traces: enough to play it, with its cache and its stops, to the real drafter. */
import { readFileSync } from "node:fs";

/** A token that is not the trace's, and its probability (0..1). */
export type WrongToken = [token: number, probability: number];

/**
 * Behind the trace's text up to a position, greedily: the probability of the model's token where that is the trace's own;
 * else its token, and those that follow on it until the drafter would stop.
 */
export type DraftAt = number | WrongToken[];

export interface DraftTrace {
  workload: string;
  index: number;
  /** One for each output token of the trace. */
  positions: DraftAt[];
}

export interface DraftFile {
  target: string;
  draft: string;
  traces: DraftTrace[];
}

/** As the drafter has it: it looks at so many candidates, and drafts so many tokens at most where the controller asks. */
export const draftCandidates = 8;
export const longestModelDraft = 8;

export function readDrafts(path: string): DraftFile {
  return JSON.parse(readFileSync(path, "utf8")) as DraftFile;
}
