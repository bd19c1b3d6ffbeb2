/** What will most likely be written though it stands nowhere in the text, in tokens. */
import type { Prompt } from "../../common/prompt.ts";
import { expectedCode } from "./expectedCode.ts";

/** Code that the question wants back. */
export interface Expected {
  /** From the end of the line that opens its fence on. */
  tokens: readonly number[];
  /** The fence's token. */
  opener: number;
}

/** @returns null: nothing is known in advance */
export function expectedOf(prompt: Prompt, codec: { encodeText(text: string): number[] }): Expected | null {
  const tokens = expectedCode(prompt).flatMap((code) => codec.encodeText(code));
  return tokens.length > 0 ? { tokens, opener: codec.encodeText("```").at(-1)! } : null;
}
