import { describe, expect, it } from "vitest";
import { isSettled, longestLine, TrialLine, vote } from "../../../../src/engine/thinking/trialLine.ts";

/** A line that the model writes word by word, each with this probability, and ends with a line break. */
function line(text: string, probability = 0.9, end = "\n"): TrialLine {
  const trial = new TrialLine();
  for (const word of [...text.split(/(?= )/), end]) if (trial.push(word, false, probability) === "stop") break;
  return trial;
}

describe("TrialLine", () => {
  it("is one line, without ornaments", () => {
    expect(line("**5**").value).toBe("5");
    expect(line("`[1, 2]`.").value).toBe("[1, 2]");
    expect(line("**`5`.**").value).toBe("5");
    expect(line("the  list is empty").value).toBe("the list is empty");
    expect(line("[]").value).toBe("[]");
  });

  it("keeps signs of ornaments that are the answer's own", () => {
    for (const text of ["n**2", "2*3", "O(n*m)", "'*'", "*args", "**n**2**", "`a` or `b`", "*a* and *b*"])
      expect(line(text).value).toBe(text);
    expect(line("**2*3**").value).toBe("2*3");
    expect(line("`n**2`").value).toBe("n**2");
    expect(vote([line("2*3"), line("23", 0.5)])).toEqual({ chosen: 0, value: "2*3", agreeing: 1 });
  });

  it("ends with a line break or with the answer, not with a line break in front of it", () => {
    const trial = new TrialLine();
    expect(trial.push("\n", false, 1)).toBe("continue");
    expect(trial.push("7", false, 0.5)).toBe("continue");
    expect(trial.push("", true, 0.5)).toBe("stop");
    expect(trial.value).toBe("7");
    expect(trial.confidence).toBeCloseTo(0.25 ** (1 / 3));
  });

  it("cannot be compared where it leads over to something, or goes on for long", () => {
    for (const text of ["Here is why:", "## Result", "```python", "…"]) expect(line(text).value).toBeNull();
    const long = new TrialLine();
    const steps = Array.from({ length: longestLine }, () => long.push(" word", false, 0.9));
    expect(steps.indexOf("stop")).toBe(longestLine - 1);
    expect(long.value).toBeNull();
  });
});

describe("vote", () => {
  it("takes what most came to, and of these the surest", () => {
    const lines = [line("4", 0.99), line("5", 0.6), line("5", 0.8), null];
    expect(vote(lines)).toEqual({ chosen: 2, value: "5", agreeing: 2 });
  });

  it("takes the surest of all where no two agree, comparable or not", () => {
    expect(vote([line("4", 0.6), line("5", 0.8)])).toEqual({ chosen: 1, value: "5", agreeing: 1 });
    expect(vote([line("4", 0.6), line("Here is why:", 0.9), null])).toEqual({ chosen: 1, value: null, agreeing: 1 });
  });

  it("is settled when the others cannot outvote it", () => {
    expect(isSettled([null, null, null, null], 4)).toBe(false);
    expect(isSettled([line("5"), line("5"), null, null], 4)).toBe(false);
    expect(isSettled([line("5"), line("5"), line("4"), line("5")], 4)).toBe(true);
    expect(isSettled([line("Here is why:"), line("Here is why:"), line("Here is why:"), null], 4)).toBe(false);
  });
});
