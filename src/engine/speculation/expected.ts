/** What will most likely be written, in tokens. */
import type { Prompt } from "../../common/prompt.ts";
import { expectedCode } from "./expectedCode.ts";

/** Code that the question wants back. */
export interface Expected {
  /** The token of its opening fence. */
  opener: number;
  /** Of the language that the fence will name most likely; empty where that is not known. */
  language: readonly number[];
  /** From the end of the fence's line on. */
  tokens: readonly number[];
}

/** @returns null: nothing is known in advance */
export function expectedOf(prompt: Prompt, codec: { encodeText(text: string): number[] }): Expected | null {
  const blocks = expectedCode(prompt);
  const [first] = blocks;
  if (!first) return null;
  return {
    opener: codec.encodeText("```").at(-1)!,
    language: codec.encodeText(first.language),
    tokens: blocks.flatMap(({ code }) => codec.encodeText(code)),
  };
}
