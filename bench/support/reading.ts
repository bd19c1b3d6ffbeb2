/** A text of this project as a model reads it, position by position, and how far two readings of it are apart. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenModel } from "../../src/engine/backends/embedded/loadModel.ts";
import type { Candidates } from "../../src/engine/speculation/types.ts";

/** Code, then prose; half of the tokens of each. */
export const texts = ["src/common/protocol.ts", "docs/architectures.md"];
/** Positions left out at the beginning: with hardly a context there is hardly a cache, and anything may follow. */
export const warmUp = 64;
/** Tokens of a pass; the context has to hold so many more than the text. */
export const passSize = 32;
/** They hold all but a few thousandths of the mass. */
const considered = 256;

/** The likeliest next tokens at every position of the text. */
export interface Reading {
  tokens: readonly number[];
  rows: Candidates[];
}

/** @param root of the repository. @param tokens of both texts together */
export async function readTexts({ model, sequence }: OpenModel, root: string, tokens: number): Promise<Reading> {
  const share = Math.floor(tokens / texts.length);
  const text = texts.flatMap((name) => [...model.tokenize(readFileSync(join(root, name), "utf8"))].slice(0, share));
  const rows: Candidates[] = [];
  for (let start = 0; start < text.length; start += passSize) {
    const pass = text.slice(start, start + passSize);
    await sequence.evaluate(pass, pass.length);
    for (let i = 0; i < pass.length; i++) rows.push(await sequence.candidates(i, considered));
  }
  return { tokens: text, rows };
}

export interface Difference {
  positions: number;
  /** Share of positions with the same first token (0..1). */
  agreement: number;
  /** Mean log-likelihood of the text's next token, less that of the first reading (nats a token; negative is worse). */
  likelihoodChange: number;
  /** Mean KL divergence from the first reading (nats). */
  divergence: number;
}

/** @param base what `other` is compared with: the same text */
export function difference(base: Reading, other: Reading): Difference {
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
    positions,
    agreement: agreeing / positions,
    likelihoodChange: change / told,
    divergence: divergence / positions,
  };
}

/** Mean log-likelihood of the text (nats a token); a next token that is not among the likeliest counts as the last of them. */
export function logLikelihood({ tokens, rows }: Reading): number {
  let [sum, positions] = [0, 0];
  for (let i = warmUp; i + 1 < tokens.length; i++) {
    const all = probabilities(rows[i]!);
    sum += Math.log(all.get(tokens[i + 1]!) ?? Math.min(...all.values()));
    positions++;
  }
  return sum / positions;
}

function probabilities({ tokens, logits }: Candidates): Map<number, number> {
  const top = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - top));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return new Map(tokens.map((token, i) => [token, weights[i]! / sum]));
}

export const signed = (value: number, digits: number) => `${value >= 0 ? "+" : ""}${value.toFixed(digits)}`;
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
