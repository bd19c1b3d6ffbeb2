import { describe, expect, it } from "vitest";
import { editsOf } from "../../../../src/features/explain/edits.ts";
import { type FollowedCode, followCode } from "../../../../src/features/explain/followCode.ts";
import { type Change, edited, linesIn } from "../editSupport.ts";

/** Lines "line 0" to "line 9", the explained code on 3 to 5, and one more like its last. */
const file = [...Array.from({ length: 10 }, (_, line) => `line ${line}`), "line 5"].join("\n");
const explained: FollowedCode = {
  lines: { startLine: 3, endLine: 5 },
  text: "line 3\nline 4\nline 5",
  shown: { startLine: 3, endLine: 5 },
};

/** Through change events one after another. */
function follow(code: FollowedCode, ...events: Change[][]) {
  let text = file;
  let now = { ...code, stale: false };
  for (const changes of events) {
    const { event, text: after } = edited(text, ...changes);
    text = after;
    now = followCode(now, editsOf(event), (lines) => linesIn(after, lines));
  }
  return now;
}

/** As VS Code changes the text of a file that was written by another program: one edit. */
const reloaded = (first: number, last: number, lines: string[]): Change => [
  first,
  0,
  last,
  `line ${last}`.length,
  lines.join("\n"),
];
const filler = (count: number) => Array.from({ length: count }, (_, index) => `other ${index}`);
const code = explained.text.split("\n");

describe("followCode", () => {
  it.each<[string, Change[], number, number, boolean]>([
    ["a line begun behind its end", [[5, 6, 5, 6, "\n    "]], 3, 5, false],
    ["a line begun in front of it", [[3, 0, 3, 0, "\n"]], 4, 6, false],
    ["a word typed behind its end", [[5, 6, 5, 6, ";"]], 3, 5, true],
    ["a line inside broken", [[4, 3, 4, 3, "\n"]], 3, 6, true],
    [
      "read anew with lines changed above and below",
      [reloaded(1, 8, [...filler(2), ...code, ...filler(3)])],
      3,
      5,
      false,
    ],
    ["read anew with more lines above", [reloaded(1, 8, [...filler(4), ...code, ...filler(1)])], 5, 7, false],
    ["read anew with its own lines changed", [reloaded(1, 8, filler(8))], 8, 8, true],
    [
      "lines added further above, and one begun behind it",
      [
        [5, 6, 5, 6, "\n"],
        [0, 0, 0, 0, "a\nb\n"],
      ],
      5,
      7,
      false,
    ],
  ])("%s", (_name, changes, startLine, endLine, stale) => {
    const now = follow(explained, changes);
    expect([now.lines, now.shown, now.stale]).toEqual([{ startLine, endLine }, { startLine, endLine }, stale]);
  });

  it("finds no copy of the code that stands elsewhere", () => {
    const line = { startLine: 5, endLine: 5 };
    const now = follow({ lines: line, text: "line 5", shown: line }, [[5, 6, 5, 6, ";"]]);
    expect(now).toMatchObject({ lines: line, stale: true });
  });

  it("the thread stays under the part of the code where it stands", () => {
    const shown = { startLine: 4, endLine: 4 };
    const now = follow({ ...explained, shown }, [reloaded(1, 8, [...filler(4), ...code, ...filler(1)])]);
    expect(now.shown).toEqual({ startLine: 6, endLine: 6 });
  });

  it("what came to be another is right again once it is undone", () => {
    const rewritten = reloaded(1, 8, filler(8));
    const restored: Change = [1, 0, 8, "other 7".length, linesIn(file, { startLine: 1, endLine: 8 })];
    expect(follow(explained, [rewritten], [restored])).toEqual({ ...explained, stale: false });
    const cut: Change = [3, 0, 6, 0, ""];
    expect(follow(explained, [cut])).toMatchObject({ stale: true });
    expect(follow(explained, [cut], [[3, 0, 3, 0, `${explained.text}\n`]])).toEqual({ ...explained, stale: false });
  });
});
