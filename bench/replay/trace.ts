/** A recorded plain decode: what every drafter would have had to guess, and what the target said. */
import { readFileSync } from "node:fs";
import type { Expected } from "../../src/engine/speculation/expected.ts";
import type { TextKind } from "../../src/engine/speculation/types.ts";

export interface Trace {
  workload: string;
  index: number;
  prompt: number[];
  /** Absent: nothing is known in advance. */
  expected?: Expected;
  /** Tokens the target chose, greedily. */
  output: number[];
  /** What the text was at each output token: acceptance is learnt apart for each kind. */
  kinds: TextKind[];
  /** The likeliest tokens at each output position, best first, with their logits. */
  candidates: { tokens: number[]; logits: number[] }[];
}

/** How they were decoded. */
export const greedy = { temperature: 0, topK: 1, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 };

export interface TraceFile {
  model: string;
  vocabularySize: number;
  traces: Trace[];
}

export function readTraces(path: string): TraceFile {
  return JSON.parse(readFileSync(path, "utf8")) as TraceFile;
}
