/**
 * What the user gives to ask about: the question (argument, file or standard input) and pieces of code from files. All
 * that can be wrong with it is said here, with the next step, before a model is loaded.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { HunchError } from "../common/errors.ts";
import { formatBytes } from "../models/units.ts";
import type { CodePiece } from "../prompts/compose.ts";
import { languageOf } from "./languages.ts";

/** Of a question or a selection (bytes); no context holds more. */
export const maxInputBytes = 1_000_000;

/** A `--file` value: the whole file, or lines A to B (1-based, inclusive). */
export interface FileSelection {
  path: string;
  lines: { start: number; end: number } | null;
}

/** `src/a.ts`, `src/a.ts:12` or `src/a.ts:12-40`. A file whose name looks like that is taken as it is. */
export function parseFileSelection(value: string): FileSelection {
  const match = /^(.+):(\d+)(?:-(\d+))?$/.exec(value);
  if (!match?.[1] || existsSync(value)) return { path: value, lines: null };
  const start = Number(match[2]);
  const end = Number(match[3] ?? match[2]);
  if (start < 1 || end < start)
    throw new HunchError("usage", `--file ${value}: there are no lines ${start} to ${end}.`, {
      hint: "Lines count from 1, the first is the smaller one: --file src/a.ts:12-40",
    });
  return { path: match[1], lines: { start, end } };
}

/** @throws HunchError fileNotFound, binaryInput, inputTooLarge, emptyInput */
export async function readCode({ path, lines }: FileSelection): Promise<CodePiece> {
  const text = decode(await read(path, "code"), path);
  const all = text.split(/\r\n|\n/);
  // A newline at the end ends the last line and begins no other.
  if (all.at(-1) === "") all.pop();
  const { start, end } = lines ?? { start: 1, end: all.length };
  if (lines && start > all.length)
    throw new HunchError("emptyInput", `${path} has ${all.length} lines; there is no line ${start}.`, {
      hint: `Choose lines from 1 to ${all.length}.`,
    });
  const code = all.slice(start - 1, end).join("\n");
  if (code.trim() === "")
    throw new HunchError("emptyInput", `${path}${lines ? `, lines ${start} to ${end},` : ""} is empty.`, {
      hint: "Choose a file or lines with code in them.",
    });
  checkSize(Buffer.byteLength(code), `The code from ${path}`);
  return {
    label: path,
    languageId: languageOf(path),
    startLine: start,
    endLine: Math.min(end, all.length),
    code,
  };
}

/** A prompt from a file, as it is. */
export async function readPromptFile(path: string): Promise<string> {
  const bytes = await read(path, "prompt");
  checkSize(bytes.length, `The prompt in ${path}`);
  return decode(bytes, path);
}

/** A question from standard input, to its end. @throws HunchError cancelled, the stream destroyed, when the signal aborts */
export async function readQuestion(stream: Readable, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of addAbortSignal(signal, stream)) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      checkSize(size, "The question on standard input");
      chunks.push(bytes);
    }
  } catch (error) {
    if (signal.aborted) throw new HunchError("cancelled", "Stopped before the question was read.", { cause: error });
    throw error;
  }
  return decode(Buffer.concat(chunks), "standard input");
}

async function read(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new HunchError("fileNotFound", `There is no file ${path}.`, {
        hint: "Check the path; it is relative to the folder you are in.",
        cause: error,
      });
    if (code === "EISDIR")
      throw new HunchError("fileNotFound", `${path} is a folder.`, {
        hint: `Name the file with the ${what}; --file can be given several times.`,
        cause: error,
      });
    if (code === "ERR_FS_FILE_TOO_LARGE") checkSize(Number.POSITIVE_INFINITY, path);
    throw new HunchError("fileNotFound", `${path} can not be read: ${message}`, {
      hint: "Check the file's permissions.",
      cause: error,
    });
  }
}

function decode(bytes: Buffer, name: string): string {
  if (!bytes.includes(0)) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      // Said below: not UTF-8 is as little readable as binary.
    }
  }
  throw new HunchError("binaryInput", `${name} is not a text in UTF-8.`, {
    hint: "Choose a text file, or convert it to UTF-8 first.",
  });
}

function checkSize(bytes: number, what: string): void {
  if (bytes <= maxInputBytes) return;
  const size = Number.isFinite(bytes) ? `has ${formatBytes(bytes)}` : "is far too large";
  throw new HunchError("inputTooLarge", `${what} ${size}; at most ${formatBytes(maxInputBytes)} can be asked about.`, {
    hint: "Choose the lines that matter: --file src/a.ts:12-40",
  });
}
