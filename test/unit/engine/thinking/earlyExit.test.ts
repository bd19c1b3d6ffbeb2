import { describe, expect, it } from "vitest";
import {
  canTryHere,
  EarlyExit,
  longestTrial,
  rowCosts,
  TrialAnswer,
} from "../../../../src/engine/thinking/earlyExit.ts";

const lead = 9;

/** A trial answer of these words, one token each, all with one probability; "<end>" ends the generation. */
function trial(text: string, probability = 0.99): TrialAnswer {
  const answer = new TrialAnswer();
  for (const word of text.match(/<end>|\n|\s*[^\s<]+/g) ?? []) {
    const token = [...word].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 9_973, 7);
    if (answer.push(token, word === "<end>" ? "" : word, word === "<end>", probability) === "stop") break;
  }
  return answer;
}

describe("a trial answer", () => {
  it.each([
    ["42<end>", "answer"],
    ["`[1, 2]`\n", "answer"],
    ["The result is 42.\n", "answer"],
    ["Here is why:\n", "none"],
    ["## Result\n", "none"],
    ["```python\n", "none"],
    ["\n<end>", "none"],
    ["\n\n42\n", "answer"],
    ["\n## Result\n", "none"],
    ["\n".repeat(40), "none"],
    ["<end>", "none"],
    ["word ".repeat(40), "none"],
    ["still going", "unfinished"],
  ])("%j is %s", (text, outcome) => {
    expect(trial(text).outcome).toBe(outcome);
  });

  it("does not count when the model was not sure, on average or of one token", () => {
    expect(trial("42<end>", 0.4).outcome).toBe("unsure");
    expect(trial("the answer is 42<end>", 0.85).outcome).toBe("unsure");
    expect(trial("the answer is 42<end>", 0.91).outcome).toBe("answer");
  });

  it("does not count how unsure the model was of the end", () => {
    const answer = new TrialAnswer();
    answer.push(1, "42", false, 0.99);
    expect(answer.push(2, "\n\n", false, 0.3)).toBe("stop");
    expect(answer.outcome).toBe("answer");
  });

  it("stops at the first token that is unsure", () => {
    const answer = new TrialAnswer();
    expect(answer.push(1, "42", false, 0.3)).toBe("stop");
  });
});

describe("early exit", () => {
  const create = (mode: "auto" | "on" = "auto", rowCost: number = rowCosts.cpu) => new EarlyExit({ mode, rowCost });

  it("ends a thought when two trials in a row agree", () => {
    const exit = create();
    expect(exit.settles(trial("42<end>"))).toBe(false);
    expect(exit.draft).toEqual(trial("42<end>").tokens);
    expect(exit.settles(trial("42<end>"))).toBe(true);
  });

  it.each([
    ["another answer", trial("42<end>"), trial("43<end>")],
    ["a longer one", trial("42 or<end>"), trial("42<end>")],
    ["one that is unsure", trial("42<end>"), trial("42<end>", 0.6)],
    ["one after an unsure one", trial("42<end>", 0.6), trial("42<end>")],
    ["no answers", trial("# Result\n"), trial("# Result\n")],
  ])("does not for %s", (_, first, second) => {
    const exit = create("on");
    expect(exit.settles(first)).toBe(false);
    expect(exit.settles(second)).toBe(false);
  });

  it("needs the agreement of neighbours, not of any two", () => {
    const exit = create();
    for (const text of ["42<end>", "43<end>", "42<end>"]) expect(exit.settles(trial(text))).toBe(false);
    expect(exit.settles(trial("42<end>"))).toBe(true);
  });

  it.each([rowCosts.cpu, rowCosts.gpu])(
    "spends at most a twentieth of the thought on trials (a row costs %s passes)",
    (rowCost) => {
      const exit = create("on", rowCost);
      let spent = 0;
      let trials = 0;
      for (let tokens = 1; tokens <= 4_000; tokens++) {
        if (!exit.isDue(tokens, lead)) continue;
        const draft = exit.draft.length;
        exit.begin(tokens, lead);
        spent += 1 + rowCost * (lead + draft);
        const answer = trial(`${trials++}<end>`); // never the same: every token has to be found anew
        for (let i = 0; i < answer.tokens.length - 1 && exit.spendPass(); i++) spent++;
        exit.settles(answer);
        expect(spent).toBeLessThanOrEqual(tokens * 0.05 + 1e-9);
      }
      expect(trials).toBeGreaterThan(10);
    },
  );

  it("tries far more often where a pass of many tokens costs little", () => {
    const count = (rowCost: number) => {
      const exit = create("on", rowCost);
      let trials = 0;
      for (let tokens = 1; tokens <= 2_000; tokens++) {
        if (!exit.isDue(tokens, lead)) continue;
        exit.begin(tokens, lead);
        exit.settles(trial(`${trials++}<end>`));
      }
      return trials;
    };
    expect(count(rowCosts.gpu)).toBeGreaterThan(2 * count(rowCosts.cpu));
  });

  it("gives up at the first long answer in auto mode, and tries ever less when on", () => {
    const long = trial("word ".repeat(longestTrial));
    const points = (mode: "auto" | "on") => {
      const exit = create(mode);
      const at: number[] = [];
      for (let tokens = 1; tokens <= 20_000; tokens++) {
        if (!exit.isDue(tokens, lead)) continue;
        at.push(tokens);
        exit.begin(tokens, lead);
        exit.settles(long);
      }
      return at;
    };
    expect(points("auto")).toHaveLength(1);
    const on = points("on");
    expect(on.length).toBeGreaterThan(2);
    const gaps = on.slice(1).map((point, i) => point - on[i]!);
    expect(gaps.every((gap, i) => i === 0 || gap > gaps[i - 1]!)).toBe(true);
  });

  it("does not try in a code block", () => {
    expect(canTryHere("So:\n```js\nlet a = 1;\n")).toBe(false);
    expect(canTryHere("So:\n```js\nlet a = 1;\n```\n")).toBe(true);
  });
});
