import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeBlock } from "../../../src/prompts/code.ts";
import { describeOmissions, estimateTokens, fitCode } from "../../../src/prompts/contextBudget.ts";

/** Lines that name themselves, so that what is kept can be checked against its line numbers. */
function piece(label: string, startLine: number, lines: number) {
  const code = Array.from({ length: lines }, (_, i) => `line ${startLine + i}`).join("\n");
  return { label, languageId: "text", startLine, endLine: startLine + lines - 1, code };
}

const perLine = (text: string) => text.split("\n").length;

describe("fitting code", () => {
  it("keeps what fits as it is", () => {
    const pieces = [piece("a", 1, 10), piece("b", 5, 10)];
    expect(fitCode(pieces, 100, perLine)).toEqual({ pieces, omitted: [] });
  });

  it("cuts a long piece in the middle, its beginning the longer part, and says which lines are gone", () => {
    const { pieces, omitted } = fitCode([piece("a", 11, 100)], 36, perLine);
    expect(pieces.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [11, 30],
      [101, 110],
    ]);
    expect(omitted).toEqual([{ label: "a", startLine: 31, endLine: 100 }]);
  });

  it("leaves out what it can not show a useful part of, and goes on with smaller ones", () => {
    const small = piece("small", 1, 3);
    const fitted = fitCode([piece("a", 1, 20), piece("big", 1, 400), small], 30, perLine);
    expect(fitted.pieces).toEqual([piece("a", 1, 20), small]);
    expect(fitted.omitted).toEqual([{ label: "big", startLine: 1, endLine: 400 }]);
  });

  it("shows or names every line once, within the room", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 0, max: 900 }),
        fc.constantFrom(perLine, estimateTokens),
        (lines, room, count) => {
          const pieces = lines.map((size, i) => piece(`f${i}`, 10 * i + 1, size));
          const fitted = fitCode(pieces, room, count);
          expect(fitted.pieces.reduce((sum, part) => sum + count(codeBlock(part)), 0)).toBeLessThanOrEqual(room);
          for (const whole of pieces) {
            const shown = fitted.pieces
              .filter((part) => part.label === whole.label)
              .flatMap((part) => part.code.split("\n"));
            const gone = fitted.omitted
              .filter((range) => range.label === whole.label)
              .flatMap((range) =>
                Array.from({ length: range.endLine - range.startLine + 1 }, (_, i) => `line ${range.startLine + i}`),
              );
            expect([...shown, ...gone].sort()).toEqual(whole.code.split("\n").sort());
          }
        },
      ),
      { numRuns: 200, seed: 9 },
    );
  });

  it("says what was left out in a sentence", () => {
    expect(describeOmissions([])).toBe("");
    expect(
      describeOmissions([
        { label: "a", startLine: 3, endLine: 3 },
        { label: "b", startLine: 1, endLine: 9 },
      ]),
    ).toBe("Left out for lack of room: a, line 3; b, lines 1-9.");
  });
});

describe("estimate of tokens", () => {
  const template = readFileSync(new URL("../../fixtures/templates/Qwen3.5-4B.jinja", import.meta.url), "utf8");

  // Counted with the tokenizers of Qwen2.5-Coder and SmolLM2.
  it.each([
    ["code", template, 1_843, 2_283],
    ["a line", "export async function retry<T>(task: () => Promise<T>, attempts = 3): Promise<T> {", 22, 26],
    ["Japanese", "配列を並べ替えて、重複を取り除く関数です。", 17, 37],
    ["Russian", "Функция сортирует массив и удаляет повторы.", 16, 34],
  ])("is above what tokenizers need, and of code not by much: %s", (name, text, qwen, smolLm) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(smolLm);
    if (name === "code") expect(estimateTokens(text)).toBeLessThan(qwen * 1.5);
  });
});
