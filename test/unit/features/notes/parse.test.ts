import { describe, expect, it } from "vitest";
import { numbered, parseNotes, shorten, shownLength } from "../../../../src/features/notes/parse.ts";

it("lines get their numbers, aligned", () => {
  const piece = { label: "a.ts", languageId: "typescript", startLine: 9, endLine: 10, code: "a();\r\n  b();" };
  expect(numbered(piece).code).toBe(" 9: a();\n10:   b();");
});

describe("parseNotes", () => {
  const lines = { startLine: 5, endLine: 20 };
  it.each([
    [
      "as asked",
      "5: adds\n6: returns",
      [
        [4, "adds"],
        [5, "returns"],
      ],
    ],
    [
      "as models write them",
      "- Line 5: a\n**6.** b\n`7` – c\n> 8) d\n9 | e",
      [
        [4, "a"],
        [5, "b"],
        [6, "c"],
        [7, "d"],
        [8, "e"],
      ],
    ],
    ["the first of two", "5: a\n5: b", [[4, "a"]]],
    ["other lines", "4: before\n21: behind\n999999999999: far", []],
    ["prose around", "Here are the notes:\n5: a\nIn 5 cases it fails.", [[4, "a"]]],
    [
      "out of order",
      "6: b\n5: a",
      [
        [4, "a"],
        [5, "b"],
      ],
    ],
    ["no text", "5:\n6: ", []],
    ["nothing", "", []],
  ])("%s", (_name, answer, expected) => {
    expect(parseNotes(answer, lines, true).map(({ line, text }) => [line, text])).toEqual(expected);
  });

  it("waits for the end of a line that still grows", () => {
    expect(parseNotes("5: adds\n6: ret", lines, false)).toEqual([{ line: 4, text: "adds" }]);
  });
});

it("a long note is cut at the line's end", () => {
  expect(shorten("x".repeat(500))).toHaveLength(shownLength);
  expect(shorten("short")).toBe("short");
});
