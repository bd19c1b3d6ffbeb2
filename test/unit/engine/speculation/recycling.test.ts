import { describe, expect, it } from "vitest";
import { RecyclingDrafter, Successors } from "../../../../src/engine/speculation/drafters/recycling.ts";

/** What the drafter proposes behind `text`. */
function drafted(successors: Successors, text: readonly number[], most = 4) {
  const drafter = new RecyclingDrafter(successors);
  drafter.begin(text);
  return drafter.draft(most)[0];
}

/** Candidates of which `token` is the likeliest, by so many logits. */
const likely = (token: number, by: number) => ({ tokens: [token, token + 1], logits: [by, 0] });

describe("RecyclingDrafter", () => {
  it("goes on as the logits after the last two tokens had it, or else after the last", () => {
    const drafter = new RecyclingDrafter();
    expect(drafter.draft(4)).toEqual([]);
    drafter.observe(1, 2, likely(3, 4));
    drafter.observe(2, 3, likely(4, 4));
    drafter.begin([9, 1, 2]);
    expect(drafter.draft(4)).toEqual([{ drafter: "recycling", tokens: [3, 4], bucket: 7 }]);
    drafter.observe(8, 2, likely(7, 1));
    drafter.commit([5, 2]);
    expect(drafter.draft(1)).toEqual([{ drafter: "recycling", tokens: [7], bucket: 2 }]);
    drafter.commit([1, 2]);
    expect(drafter.draft(1)[0]!.tokens, "the pair's own").toEqual([3]);
  });

  it("knows the text's first tokens, and token 0, from none", () => {
    const successors = new Successors();
    expect(drafted(successors, [])).toBeUndefined();
    expect(drafted(successors, [0])).toBeUndefined();
    expect(drafted(successors, [0, 0])).toBeUndefined();
    successors.observe(-1, 0, { token: 5, probability: 0.95 });
    expect(drafted(successors, [0], 1)).toEqual({ drafter: "recycling", tokens: [5], bucket: 7 });
    successors.observe(0, 0, { token: 0, probability: 0.5 });
    expect(drafted(successors, [0, 0])!.tokens).toEqual([0, 0, 0, 0]);
  });

  it("never takes what followed one thing for what followed another, though they share a place", () => {
    const successors = new Successors();
    const wrong: number[] = [];
    let kept = 0;
    const follower = (previous: number, token: number) => (previous * 31 + token * 17) % 150_000;
    for (let i = 0; i < 200_000; i++) {
      const [previous, token] = [(i * 7_919) % 151_936, (i * 104_729) % 151_936];
      successors.observe(previous, token, { token: follower(previous, token), probability: 0.5 });
      const from = Math.max(0, i - 20_000);
      const [p, t] = [(from * 7_919) % 151_936, (from * 104_729) % 151_936];
      const found = successors.after(p, t);
      if (found?.ofPair) kept++;
      if (found?.ofPair && found.successor.token !== follower(p, t)) wrong.push(from);
    }
    expect(wrong).toEqual([]);
    expect(kept, "most of the last 20,000 are remembered").toBeGreaterThan(140_000);
  });
});
