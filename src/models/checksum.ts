/**
 * SHA-256 of a model file, and the record that it was right: `verified.json` beside the file keeps size, modification
 * time and SHA-256, so that a start costs one `stat` and yet a file that changed is noticed.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Hex. Rejects with the signal's reason on abort. `onProgress` gets the bytes read so far. */
export async function sha256File(
  path: string,
  options: { onProgress?(bytes: number): void; signal?: AbortSignal } = {},
): Promise<string> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal: options.signal })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    options.onProgress?.(bytes);
  }
  return hash.digest("hex");
}

export interface Verification {
  sha256: string;
  /** The file has not changed since: same size, same modification time. */
  current: boolean;
  /** The file had another SHA-256 when it was hashed last. */
  failed: boolean;
}

interface VerificationRecord {
  bytes: number;
  /** null, which no file has: this SHA-256 was expected, and the file had another one. */
  mtimeMs: number | null;
  sha256: string;
}

export function recordPath(modelPath: string): string {
  return join(dirname(modelPath), "verified.json");
}

/** What was verified of this file last; null when nothing was, or its record is unreadable: then it is hashed again. */
export async function lastVerification(modelPath: string): Promise<Verification | null> {
  let record: Partial<VerificationRecord>;
  try {
    record = JSON.parse(await readFile(recordPath(modelPath), "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  if (typeof record?.sha256 !== "string") return null;
  const { size, mtimeMs } = await stat(modelPath);
  const current = record.bytes === size && record.mtimeMs === mtimeMs;
  return { sha256: record.sha256, current, failed: record.mtimeMs === null };
}

export async function recordVerification(modelPath: string, sha256: string): Promise<void> {
  const { size, mtimeMs } = await stat(modelPath);
  await writeRecord(modelPath, { bytes: size, mtimeMs, sha256 });
}

/** An earlier record would go on saying that the file is whole where its size and time are the same still. */
export async function recordMismatch(modelPath: string, expected: string): Promise<void> {
  const { size } = await stat(modelPath);
  await writeRecord(modelPath, { bytes: size, mtimeMs: null, sha256: expected });
}

async function writeRecord(modelPath: string, record: VerificationRecord): Promise<void> {
  await writeFile(recordPath(modelPath), `${JSON.stringify(record, null, 2)}\n`);
}
