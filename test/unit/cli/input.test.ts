import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { maxInputBytes, parseFileSelection, readCode, readPromptFile, readQuestion } from "../../../src/cli/input.ts";

const folder = mkdtempSync(join(tmpdir(), "hunch-input-"));
afterAll(() => rmSync(folder, { recursive: true }));
const never = new AbortController().signal;
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test("selections: whole file, lines, one line, and a file whose name looks like one", () => {
  expect(parseFileSelection("a.ts")).toEqual({ path: "a.ts", lines: null });
  expect(parseFileSelection("a.ts:3-9")).toEqual({ path: "a.ts", lines: { start: 3, end: 9 } });
  expect(parseFileSelection("C:\\a.ts:7")).toEqual({ path: "C:\\a.ts", lines: { start: 7, end: 7 } });
  expect(parseFileSelection("C:\\a.ts")).toEqual({ path: "C:\\a.ts", lines: null });
  const odd = file("log:12", "text");
  expect(parseFileSelection(odd)).toEqual({ path: odd, lines: null });
  expect(() => parseFileSelection("a.ts:0-3")).toThrow("no lines 0 to 3");
});

test("lines are 1-based and inclusive, line ends of any kind, and the end is what is there", async () => {
  const path = file("a.py", "one\r\ntwo\r\nthree\r\n");
  expect(await readCode({ path, lines: null })).toEqual({
    label: path,
    languageId: "python",
    startLine: 1,
    endLine: 3,
    code: "one\ntwo\nthree",
  });
  expect(await readCode({ path, lines: { start: 2, end: 99 } })).toMatchObject({
    startLine: 2,
    endLine: 3,
    code: "two\nthree",
  });
});

test("what can not be asked about is said with the next step", async () => {
  const errors = {
    missing: () => readCode({ path: join(folder, "missing.ts"), lines: null }),
    folder: () => readCode({ path: folder, lines: null }),
    notAFolder: () => readCode({ path: join(file("f", "x"), "g"), lines: null }),
    beyond: () => readCode({ path: file("short.ts", "a\n"), lines: { start: 5, end: 9 } }),
    blank: () => readCode({ path: file("blank.ts", "\n  \n"), lines: null }),
    binary: () => readCode({ path: file("a.bin", Buffer.from([1, 0, 2])), lines: null }),
    latin1: () => readCode({ path: file("latin1.txt", Buffer.from([0x63, 0xe9])), lines: null }),
    large: () => readCode({ path: file("large.ts", "a".repeat(5_000_000)), lines: null }),
    largePrompt: () => readPromptFile(file("large.txt", "a".repeat(maxInputBytes + 1))),
    largeQuestion: () => readQuestion(Readable.from([Buffer.alloc(maxInputBytes, "a"), "b"]), never),
    binaryQuestion: () => readQuestion(Readable.from([Buffer.from([0])]), never),
  };
  const codes: Record<string, string> = {};
  for (const [name, read] of Object.entries(errors)) {
    const error = await read().then(
      () => ({ code: "none", hint: "none" }),
      (e) => e,
    );
    codes[name] = error.code;
    expect(error.hint, name).not.toBe("");
  }
  expect(codes).toEqual({
    missing: "fileNotFound",
    folder: "fileNotFound",
    notAFolder: "fileNotFound",
    beyond: "emptyInput",
    blank: "emptyInput",
    binary: "binaryInput",
    latin1: "binaryInput",
    large: "inputTooLarge",
    largePrompt: "inputTooLarge",
    largeQuestion: "inputTooLarge",
    binaryQuestion: "binaryInput",
  });
});

test("a few lines of a very long file can be asked about", async () => {
  const path = file("long.ts", "const a = 1;\n".repeat(200_000));
  expect((await readCode({ path, lines: { start: 199_999, end: 200_000 } })).code).toBe("const a = 1;\nconst a = 1;");
});

test("a question over several chunks, split inside a character", async () => {
  const bytes = Buffer.from("größer?");
  expect(await readQuestion(Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]), never)).toBe("größer?");
});

test("waiting for a question ends when it is stopped, whoever holds the other end open", async () => {
  const stop = new AbortController();
  const pipe = new PassThrough();
  pipe.write("Why");
  const question = readQuestion(pipe, stop.signal);
  stop.abort();
  await expect(question).rejects.toMatchObject({ code: "cancelled" });
  expect(pipe.destroyed).toBe(true);
});
