/** What ending thoughts early has saved, and what is learnt from them for the next time. */
import type { ThinkingEnd } from "../../common/segments.ts";
import type { ThoughtLengths } from "./thoughtLengths.ts";

export interface EndedThought {
  /** "none": it was under way when thoughts beside it had come to a result. */
  thinkingEnd: ThinkingEnd;
  /** With what Hunch wrote to end it. */
  thinkingTokens: number;
  /** Without that. */
  ownThinkingTokens: number;
}

/** @returns thinking tokens not generated, those that ended the thoughts taken off; 0 also where too little is known */
export function settleThoughts(lengths: ThoughtLengths, purpose: string, thoughts: readonly EndedThought[]): number {
  for (const { thinkingEnd, ownThinkingTokens } of thoughts) {
    if (thinkingEnd === "model") lengths.observe(purpose, ownThinkingTokens);
    // The other ends come from what was thought: such a thought says nothing about how long others go on.
    if (thinkingEnd === "budget" || thinkingEnd === "answerNow") lengths.observe(purpose, ownThinkingTokens, true);
  }
  const saved = thoughts.map(({ thinkingEnd, thinkingTokens, ownThinkingTokens }) => {
    const ahead = thinkingEnd === "model" ? 0 : (lengths.remaining(purpose, ownThinkingTokens) ?? 0);
    return Math.max(0, Math.round(ownThinkingTokens + ahead - thinkingTokens));
  });
  return saved.reduce((sum, tokens) => sum + tokens, 0);
}
