import { expect, test } from "vitest";
import { goesAlong } from "../../../../src/features/chat/goesAlong.ts";

function code(label: string, startLine: number, endLine: number) {
  const place = { label, languageId: "typescript", startLine, endLine };
  return { piece: { ...place, code: "…" }, attachment: { ...place, uri: `file:///${label}` } };
}

test("the code comes first, then what was found, then what the user named", () => {
  const [about, used, named] = [code("a.ts", 8, 15), code("b.ts", 1, 5), code("notes.md", 1, 9)];
  expect(goesAlong(about, [used], [named])).toEqual([about, used, named]);
  expect(goesAlong(about, [], [])).toEqual([about]);
});

test("what stands in something that the user named goes along once, and as the user named it", () => {
  const about = code("a.ts", 8, 15);
  const whole = code("a.ts", 1, 40);
  expect(goesAlong(about, [code("a.ts", 1, 5), code("b.ts", 1, 5)], [whole])).toEqual([
    about,
    code("b.ts", 1, 5),
    whole,
  ]);
  // A part of it is not all of it.
  expect(goesAlong(about, [whole], [code("a.ts", 1, 5)])).toEqual([about, whole, code("a.ts", 1, 5)]);
});
