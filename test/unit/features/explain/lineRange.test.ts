import { describe, expect, it } from "vitest";
import { type LineEdit, shiftRange } from "../../../../src/features/explain/lineRange.ts";

const range = { startLine: 4, endLine: 6 };
const edit = (startLine: number, startCharacter: number, endLine: number, insertedBreaks: number): LineEdit => ({
  startLine,
  startCharacter,
  endLine,
  insertedBreaks,
  keepsFirst: false,
  keepsLast: false,
});

describe("shiftRange", () => {
  it.each<[string, LineEdit[], number, number]>([
    ["a line added above", [edit(1, 0, 1, 1)], 5, 7],
    ["two lines removed above", [edit(0, 0, 2, 0)], 2, 4],
    ["the line above removed, up to the first character of the code", [edit(3, 0, 4, 0)], 3, 5],
    ["a line added right before the first one", [edit(4, 0, 4, 1)], 5, 7],
    ["a line broken inside the code", [edit(5, 3, 5, 1)], 4, 7],
    ["the first line broken in its middle", [edit(4, 3, 4, 1)], 4, 7],
    ["a line removed inside", [edit(5, 0, 6, 0)], 4, 5],
    ["an edit below", [edit(7, 0, 9, 0)], 4, 6],
    ["typing inside a line", [edit(5, 1, 5, 0)], 4, 6],
    ["from above into the code", [edit(2, 0, 5, 0)], 2, 3],
    ["from inside beyond its end", [edit(5, 0, 9, 0)], 4, 5],
    ["all of it replaced by one line", [edit(2, 0, 9, 0)], 2, 2],
    ["two edits of one change, above and inside", [edit(1, 0, 1, 2), edit(5, 0, 5, 1)], 6, 9],
  ])("%s", (_name, edits, startLine, endLine) => {
    expect(shiftRange(range, edits)).toEqual({ startLine, endLine });
  });
});
