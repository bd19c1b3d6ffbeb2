import { describe, expect, it } from "vitest";
import { editsOf } from "../../../../src/features/explain/edits.ts";
import { followEdits } from "../../../../src/features/notes/follow.ts";
import { type Change, edited } from "../editSupport.ts";

const file = Array.from({ length: 10 }, (_, line) => `line ${line}`).join("\n");
const notes = [
  { line: 3, text: "three" },
  { line: 5, text: "five" },
];
const lines = (changes: Change[], text = file) =>
  followEdits(notes, editsOf(edited(text, ...changes).event)).map(({ line, text }) => `${line} ${text}`);

describe("followEdits", () => {
  it.each<[string, Change[], string[]]>([
    ["below", [[6, 0, 6, 0, "a\nb\n"]], ["3 three", "5 five"]],
    ["a line above", [[0, 0, 0, 0, "a\n"]], ["4 three", "6 five"]],
    ["a line above taken away", [[0, 0, 1, 0, ""]], ["2 three", "4 five"]],
    ["in a line", [[3, 4, 3, 5, ""]], ["5 five"]],
    ["a line pushed down from its start", [[5, 0, 5, 0, "\n"]], ["3 three", "6 five"]],
    ["a line broken in two", [[3, 4, 3, 4, "\n"]], ["6 five"]],
    ["lines with notes taken away", [[2, 0, 4, 0, ""]], ["3 five"]],
    [
      "above and in a line at once",
      [
        [5, 1, 5, 2, ""],
        [0, 0, 0, 0, "a\n"],
      ],
      ["4 three"],
    ],
    ["the line right above taken away", [[4, 0, 5, 0, ""]], ["3 three", "4 five"]],
    ["the line right above written anew", [[4, 0, 5, 0, "a\nb\n"]], ["3 three", "6 five"]],
    ["the line right above joined with it", [[4, 0, 5, 0, "a"]], ["3 three"]],
    ["words put in front of a line", [[5, 0, 5, 0, "a\nb"]], ["3 three"]],
    ["a line begun behind one", [[5, 6, 5, 6, "\n  "]], ["3 three", "5 five"]],
    [
      "lines begun behind both",
      [
        [5, 6, 5, 6, "\n"],
        [3, 6, 3, 6, "\n  "],
      ],
      ["3 three", "6 five"],
    ],
    ["words put behind a line", [[5, 6, 5, 6, "a\n"]], ["3 three"]],
  ])("%s", (_name, changes, expected) => {
    expect(lines(changes)).toEqual(expected);
  });

  it.each<[string, string, Change[]]>([
    ["", file, [[5, 6, 5, 6, "\n  "]]],
    [" with line breaks of Windows", file.replaceAll("\n", "\r\n"), [[5, 6, 5, 6, "\r\n  "]]],
  ])("a line begun behind one and taken back%s", (_name, text, begun) => {
    const begin = edited(text, ...begun);
    const takeBack = edited(begin.text, [5, 6, 6, 2, ""]);
    expect(takeBack.text).toBe(text);
    expect([begin, takeBack].map(({ event }) => editsOf(event)).reduce(followEdits, notes)).toEqual(notes);
    expect(lines([[5, 6, 6, 6, ""]], text)).toEqual(["3 three", "5 five"]);
    expect(lines([[5, 5, 6, 6, ""]], text)).toEqual(["3 three"]);
  });

  it("takes notes through the edits that came while they were written", () => {
    let text = file;
    const since: Change[] = [
      [0, 0, 0, 0, "a\n"],
      [6, 2, 6, 3, ""],
      [2, 0, 2, 0, "b\n"],
    ];
    const edits = since.map((change) => {
      const { event, text: after } = edited(text, change);
      text = after;
      return editsOf(event);
    });
    expect(edits.reduce(followEdits, notes)).toEqual([{ line: 5, text: "three" }]);
  });
});
