import { describe, expect, it } from "vitest";
import { longestTrial } from "../../../../src/engine/thinking/earlyExit.ts";
import { FirstAnswerLine } from "../../../../src/engine/thinking/firstAnswerLine.ts";

/** What the model says, token by token with its probability; "<end>" ends the generation. @returns tokens it was asked for */
function read(answer: FirstAnswerLine, said: readonly (readonly [text: string, probability: number])[]): number {
  for (const [i, [text, probability]] of said.entries()) {
    const isEnd = text === "<end>";
    if (answer.push(isEnd ? "" : text, isEnd, probability) === "stop") return i + 1;
  }
  return said.length;
}

describe("an answer before the thought", () => {
  it("is as likely as all its tokens together, however it begins and ends", () => {
    for (const said of [
      [
        [" [1", 0.5],
        [", 2]", 0.4],
        ["\n\n", 0.1],
      ],
      [
        ["\n", 0.3],
        ["[1", 0.5],
        [", 2]", 0.4],
        ["<end>", 0.2],
      ],
    ] as const) {
      const answer = new FirstAnswerLine(0.05);
      expect(read(answer, said)).toBe(said.length);
      expect(answer.text).toBe("[1, 2]");
      expect(answer.probability).toBeCloseTo(0.2);
    }
  });

  it("is given up as soon as it is too unlikely, and not when it is only looked at", () => {
    const said = [
      ["4", 0.5],
      ["2", 0.05],
      ["\n", 1],
    ] as const;
    const answer = new FirstAnswerLine(0.05);
    expect(read(answer, said)).toBe(2);
    expect(answer).toMatchObject({ text: "", probability: 0 });
    const looked = new FirstAnswerLine(0);
    expect(read(looked, said)).toBe(3);
    expect(looked.text).toBe("42");
    expect(looked.probability).toBeCloseTo(0.025);
  });

  it.each(["Here is why:\n", "## Result\n", "```python\n", "<end>"])(
    "is none where it is no short line: %j",
    (text) => {
      const answer = new FirstAnswerLine(0);
      read(answer, [[text, 0.9]]);
      expect(answer).toMatchObject({ text: "", probability: 0 });
    },
  );

  it("is none where the line is a long one", () => {
    const answer = new FirstAnswerLine(0);
    expect(
      read(
        answer,
        Array.from({ length: 40 }, () => [" word", 1] as const),
      ),
    ).toBe(longestTrial);
    expect(answer.probability).toBe(0);
  });
});
