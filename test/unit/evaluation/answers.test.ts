import { describe, expect, it } from "vitest";
import { isRight } from "../../../src/evaluation/answers.ts";

const value = "{'a': [1, 2]}";
const rightValues = [
  value,
  `Answer: ${value}`,
  `Answer: \`${value}\``,
  `**Answer:** \`${value}\``,
  `**Answer**: ${value}`,
  `- Answer: ${value}.`,
  `### Answer:\n\n${value}`,
  `The final answer is: ${value}`,
  `Answer:\n\`\`\`python\n{"a": [1,\n  2]}\n\`\`\``,
  `The function collects.\n\n\`\`\`\n${value}\n\`\`\``,
  `It returns \`${value}\`.`,
  `f(3) == ${value}`,
  `Answer: f(3) = ${value}`,
  `Answer: \`f(3)\` returns \`${value}\``,
  `Answer: 12\nNo, that is wrong.\nAnswer: ${value}`,
  `Answer: $\\boxed{${value}}$`,
  `Answer: ${value}\n\nThis is because the loop appends.`,
  `Answer: ${value}\nThis is because \`x\` starts at \`0\`.`,
  `Answer: ${value}\nThe loop returns 7`,
  `Answer: f(3) = ${value}\nIt ends there, since the condition is False`,
  `Answer: ${value} (not \`{}\`)`,
  `Answer: {'a':\n  [1, 2]}`,
  `Answer: Since n = 3,\nthe function returns ${value}`,
  `Answer: Since x == 3\nit returns ${value}`,
  `Answer: First, x = 3.\nThen f(x) = ${value}`,
  `Answer: f(3)\n= g([1, 2])\n= ${value}`,
  `Answer: {'a':\n  [1, 2]}\nbecause of x`,
  `Answer: \`f({(1, 2): 3}) == ${value}\`\nsince x is 3`,
  `Answer: f(3) == ${value} (as 3 is odd)\nThat is all, since x == 3`,
  `Answer: It returns \`${value}\`.\nThis is because \`x\` starts at \`0\`.`,
];
const wrongValues = [
  "",
  "Answer:",
  "Answer: unknown",
  `Answer: {'a': [2, 1]}`,
  `Answer: ${value}\nAnswer: {}`,
  `${value} is what one might expect.\nAnswer: {}`,
  `Answer: not ${value} but {}`,
  `Answer: {}\nThe loop returns ${value}`,
];

describe("values", () => {
  it.each(rightValues)("right: %s", (answer) => expect(isRight("python", value, answer)).toBe(true));
  it.each(wrongValues)("wrong: %s", (answer) => expect(isRight("python", value, answer)).toBe(false));

  it("does not look for the answer inside a string", () => {
    expect(isRight("python", "'Answer: 4'", "Answer: 'Answer: 4'")).toBe(true);
    expect(isRight("python", "'a. b.'", "Answer: `'a. b.'`.")).toBe(true);
    expect(isRight("python", "'x == 3'", "Answer: 'x == 3'")).toBe(true);
  });

  it("takes a tuple for no remark in brackets", () => {
    for (const answer of [
      "Answer: f(3) == (1, 2)\nsince x is 3",
      "Answer: The function returns (1, 2)\nThe loop returns 7",
    ])
      expect(isRight("python", "(1, 2)", answer), answer).toBe(true);
    expect(isRight("python", "5", "Answer: f(3) == 5 (1, 2)\nsince x is 3")).toBe(true);
  });

  it("knows a minus from a bullet", () => {
    for (const answer of [
      "Answer:\n- 18",
      "- 18",
      "It returns:\n- 18",
      "- 9 * 2 is wanted\n- It returns 18",
      "- 9\n- 18",
    ])
      expect(isRight("python", "18", answer), answer).toBe(true);
    for (const answer of ["Answer:\n- 18", "- 18", "Answer: - 18", "f(3) ==\n- 18", "```python\n- 18\n```"])
      expect(isRight("python", "-18", answer), answer).toBe(true);
    for (const answer of ["Answer: - 18", "f(3) ==\n- 18", "```python\n- 18\n```"])
      expect(isRight("python", "18", answer), answer).toBe(false);
    expect(isRight("python", "-18", "- 9\n- 18")).toBe(false);
    expect(isRight("python", "[1, -2]", "Answer:\n- [1,\n- 2]")).toBe(true);
  });

  it("asks for quotes round a string", () => {
    expect(isRight("python", "'abc'", "Answer: abc")).toBe(false);
  });

  it("takes the quoted mark for no emphasis", () => {
    expect(isRight("python", "'**'", "Answer: '**'")).toBe(true);
    expect(isRight("python", "'`'", "Answer: '`'")).toBe(true);
  });
});

const rightNumbers = [
  "1234.5",
  "Answer: 1,234.50",
  "Answer: $1,234.50.",
  "**Answer: 1234.5 dollars**",
  "Answer: 1000 + 234.5 = 1234.5",
  "Answer: 1234.5 (that is 3 more than 1231.5)",
  "So 2 * 617.25 = **1234.5**",
  "Of 7 it follows:\n#### 1234.5",
  "We have 3 terms: \\[ \\boxed{1234.5} \\] as claimed in step 9.",
  "Answer:\n\n$$1234.5$$",
  "Answer:\n$$\n1234.5\n$$",
  "Answer: 1234.5\n(1000 + 235 = 1235 would be too many)",
  "Answer: 1234.5\nCheck: x = 9",
  "Answer: 1234.5 (= 1000 + 234.5)",
  "Answer: 2 * (600 + 17.25) = 1234.5 (dollars)",
  "Answer: 2 * 617.25 = (1234.5)",
  "Answer: As half of it = 617.25,\nall of it = 1234.5",
  "Answer: 2 * 600 = 1200\n1200 + 34.5 = 1234.5",
  "Answer:\n2469/2 = 1234.5",
  "Answer:\n2400/2 = 1200\n1200 + 34.5 = 1234.5",
  "Answer: 1200 + 34.5\n= 1234.5",
  "Answer: $1200 + $34.5\n= $1,234.50",
  "Answer: 1200 dollars\n= 1234.5 euros",
  "Answer: 1. Half of it is 617.25\n2. All of it = 1234.5",
  "Answer: First, x = 3.\nThen f(x) = 1234.5",
  "Answer: **$1,234.50** a day (about)\n(2 * 617 = 1234 would be a little less)",
  "Answer: $\\boxed{1234.5}$\nCheck: x = 9",
  "Answer:\n$$\n1234.5\n$$\nCheck: x = 9",
  "Answer: 2 * 617.25 = 1234.5\n(617.25 = 1235 / 2 would be too much)",
];
const wrongNumbers = [
  "",
  "Answer: none",
  "Answer: -1234.5",
  "Answer: 1,234",
  "1234.5 + 1 = 1235.5",
  "Answer: 12345",
  "Answer: 7\n(not 1234.5, which = 1234.5)",
];

describe("numbers", () => {
  it.each(rightNumbers)("right: %s", (answer) => expect(isRight("number", "1234.5", answer)).toBe(true));
  it.each(wrongNumbers)("wrong: %s", (answer) => expect(isRight("number", "1234.5", answer)).toBe(false));

  it("knows a minus from a bullet", () => {
    for (const answer of ["Answer:\n- 18 eggs", "Answer:\n\n  - $18", "- 9 * 2\n- 18", "- Answer: 18"])
      expect(isRight("number", "18", answer), answer).toBe(true);
    for (const answer of ["Answer: - 18", "Answer:\n-18", "Answer:\n- -18 eggs", "Answer: 2 - 20 = - 18"])
      expect(isRight("number", "-18", answer), answer).toBe(true);
  });

  it("takes a minus for no bullet behind a line that is unfinished", () => {
    for (const answer of ["3 - 5 =\n- 2", "Answer:\nx =\n\n- 2", "- 3 = 3\n- So: 0 +\n- 2"])
      expect(isRight("number", "-2", answer), answer).toBe(true);
    for (const answer of ["3 - 5 =\n- 2", "Answer:\nx =\n\n- 2"])
      expect(isRight("number", "2", answer), answer).toBe(false);
    expect(isRight("number", "18", "**Answer:**\n- 9 eggs\n- 18 in all")).toBe(false);
    expect(isRight("number", "9", "**Answer:**\n- 9 eggs\n- 18 in all")).toBe(true);
  });

  it("leaves open which of both a line alone begins with", () => {
    for (const answer of ["- 5", "Answer:\n- 5", "The result is:\n\n- 5", "- One is 1\n- Two is 2\n\nAnswer:\n- 5"])
      for (const expected of ["5", "-5"]) expect(isRight("number", expected, answer), answer).toBe(true);
    expect(isRight("number", "-5", "- 10\n- 5"), "a list").toBe(false);
    expect(isRight("number", "5", "Answer: - 5"), "not on a line of its own").toBe(false);
  });

  it("knows a minus from a hyphen", () => {
    expect(isRight("number", "-5", "Answer: -5")).toBe(true);
    expect(isRight("number", "-5", "Answer: −5 °C")).toBe(true);
    expect(isRight("number", "5", "Answer: 10-5=5")).toBe(true);
    expect(isRight("number", "18", "Answer: 18%")).toBe(true);
  });
});
