import { describe, expect, it } from "vitest";
import { isSameVocabulary, type Vocabulary } from "../../../../../src/engine/backends/embedded/sameVocabulary.ts";

const of = (tokens: string[], more: Partial<Vocabulary> = {}): Vocabulary => ({ model: "gpt2", tokens, ...more });
const base = of(["a", "b", "c"]);

describe("two models share a vocabulary", () => {
  it("with the same tokens, padding aside", () => {
    expect(isSameVocabulary(base, of(["a", "b", "c"]))).toBe(true);
    expect(isSameVocabulary(base, of(["a", "b", "c", "[PAD3]", "[PAD4]"]))).toBe(true);
    expect(isSameVocabulary(of(["a", "b", "c", "x"], { token_type: [1, 1, 1, 5] }), base)).toBe(true);
  });

  it("not where a token is another one, of another kind, or known to one of them only", () => {
    expect(isSameVocabulary(base, of(["a", "B", "c"]))).toBe(false);
    expect(isSameVocabulary(base, of(["a", "b", "c"], { model: "llama" }))).toBe(false);
    const chat = of(["a", "b", "c", "<|im_end|>", "<|im_start|>"], { token_type: [1, 1, 1, 3, 3] });
    expect([isSameVocabulary(chat, base), isSameVocabulary(base, chat)]).toEqual([false, false]);
  });
});
