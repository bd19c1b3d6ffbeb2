import { describe, expect, it } from "vitest";
import { followEdits } from "../../../../src/features/notes/follow.ts";

const notes = [
  { line: 3, text: "three" },
  { line: 5, text: "five" },
];
const edit = (startLine: number, startCharacter: number, endLine: number, insertedBreaks: number) => ({
  startLine,
  startCharacter,
  endLine,
  insertedBreaks,
});
const lines = (...edits: ReturnType<typeof edit>[]) =>
  followEdits(notes, edits).map(({ line, text }) => `${line} ${text}`);

describe("followEdits", () => {
  it.each([
    ["below", [edit(6, 0, 6, 2)], ["3 three", "5 five"]],
    ["a line above", [edit(0, 0, 0, 1)], ["4 three", "6 five"]],
    ["a line above taken away", [edit(0, 0, 1, 0)], ["2 three", "4 five"]],
    ["in a line", [edit(3, 4, 3, 0)], ["5 five"]],
    ["a line pushed down from its start", [edit(5, 0, 5, 1)], ["3 three", "6 five"]],
    ["a line broken in two", [edit(3, 4, 3, 1)], ["6 five"]],
    ["lines with notes taken away", [edit(2, 0, 4, 0)], ["3 five"]],
    ["above and in a line at once", [edit(5, 1, 5, 0), edit(0, 0, 0, 1)], ["4 three"]],
  ])("%s", (_name, edits, expected) => {
    expect(lines(...edits)).toEqual(expected);
  });

  it("takes notes through the edits that came while they were written", () => {
    const since = [[edit(0, 0, 0, 1)], [edit(6, 2, 6, 0)], [edit(2, 0, 2, 1)]];
    expect(since.reduce(followEdits, notes)).toEqual([{ line: 5, text: "three" }]);
  });
});
