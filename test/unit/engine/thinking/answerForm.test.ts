import { describe, expect, it } from "vitest";
import type { AnswerForm } from "../../../../src/common/thinkingControls.ts";
import { completesForm, holdsForm, missingPart } from "../../../../src/engine/thinking/answerForm.ts";

const line: AnswerForm = { kind: "line", lead: "Answer:" };
const code: AnswerForm = { kind: "codeBlock" };
const fence = "```";

describe("an answer with a line", () => {
  it.each([
    ["Answer: 5", true],
    ["It adds them.\n\n**Answer:** 5\n", true],
    ["- answer: `[1]`", true],
    ["Answer:\n5", true],
    ["Answer:", false],
    ["Answer:\n \n", false],
    ["The answer is 5.", false],
    ["So the Answer: 5", false],
    ["", false],
  ])("%j: %s", (answer, holds) => {
    expect(holdsForm(answer, line)).toBe(holds);
  });

  it.each([
    ["", "Answer:"],
    ["It is 5.", "\n\nAnswer:"],
    ["It is 5.\n", "\nAnswer:"],
    [`So:\n${fence}\nf(1)`, `\n${fence}\n\nAnswer:`],
    ["It is 5.\n\nAnswer:", ""],
  ])("%j goes on with %j", (answer, part) => {
    expect(missingPart(answer, line)).toBe(part);
    expect(holdsForm(`${answer}${part}5`, line)).toBe(true);
  });

  it("is complete with the end of the line", () => {
    expect(completesForm("\n\nAnswer:", "", line)).toBe(false);
    expect(completesForm("\n\nAnswer:\n", "", line)).toBe(false);
    expect(completesForm("\n\nAnswer: 5", "", line)).toBe(false);
    expect(completesForm("\n\nAnswer: 5\n", "", line)).toBe(true);
    expect(completesForm(" 5", "", line)).toBe(false);
    expect(completesForm(" 5\n", "", line)).toBe(true);
  });
});

describe("an answer with a code block", () => {
  it.each([
    [`${fence}python\nx = 1\n${fence}`, true],
    [`Here:\n\n~~~\nx = 1\n~~~\nThat is it.`, true],
    [`${fence}\n\n${fence}\n\n${fence}js\nlet x;\n${fence}\n`, true],
    [`${fence}python\nx = 1`, false],
    [`${fence}python\n${fence}`, false],
    [`${fence}\n\n${fence}js\n${fence}\n\n${fence}\n##\n${fence}`, false],
    [`${fence}\n{}\n${fence}`, true],
    ["`x = 1`", false],
    ["", false],
  ])("%j: %s", (answer, holds) => {
    expect(holdsForm(answer, code)).toBe(holds);
  });

  it.each([
    ["", `${fence}\n`],
    ["It is like this:", `\n\n${fence}\n`],
    [`${fence}py\n${fence}`, `\n\n${fence}\n`],
    [`${fence}python\n`, "\n"],
  ])("%j goes on with %j, which the model completes", (answer, part) => {
    expect(missingPart(answer, code)).toBe(part);
    const whole = `${answer}${part}x = 1\n${fence}`;
    expect(completesForm(whole.slice(answer.length), whole, code)).toBe(true);
    expect(completesForm(whole.slice(answer.length, -3), whole.slice(0, -3), code)).toBe(false);
  });

  it.each([[`${fence}python\nx = 1`], [`~~~~\nx = 1\n`]])("%j only wants its end", (answer) => {
    expect(holdsForm(answer + missingPart(answer, code), code)).toBe(true);
  });
});
