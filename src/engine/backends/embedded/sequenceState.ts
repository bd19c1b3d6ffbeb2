/**
 * What the cache holds of one sequence, in a file. llama.cpp loads a sequence only into a context of as many streams (one
 * a sequence) as it was saved from; a model changes that number when it gets more sequences (moreSequences.ts). So files
 * are always of one stream: the others, which have no cells of the sequence, are left out, and put in again for loading.
 *
 * The file has 32-bit words: magic, version, the number of tokens, the tokens, the number of streams, then for each stream
 * the number of the sequence's cells, and these cells.
 */
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { partOf } from "../../cache/prefixStore.ts";
import type { NativeContext } from "./nativeContext.ts";

/** A sequence of a context; its number is that of its stream too. */
export interface Place {
  context: NativeContext;
  sequenceId: number;
  /** Sequences that the context is for. */
  streams: number;
}

/** @returns the file's size in bytes. @throws when it can not be written */
export async function saveState(place: Place, path: string, tokens: Uint32Array): Promise<number> {
  const { context, sequenceId, streams } = place;
  const written = await context.saveSequenceStateToFile(path, sequenceId, tokens);
  // llama.cpp does not notice when the last of it does not reach the disk.
  if ((await stat(path)).size !== written) throw new Error(`${path} is shorter than what was written`);
  if (streams > 1) await rewrite(path, path, { from: streams, to: 1, sequenceId });
  return (await stat(path)).size;
}

/** @returns the tokens that were saved along. @throws when it is no state for this context */
export async function loadState(place: Place, path: string, contextSize: number): Promise<Uint32Array> {
  const { context, sequenceId, streams } = place;
  if (streams === 1) return context.loadSequenceStateFromFile(path, sequenceId, contextSize);
  // Named as what is half-written: it is removed where this process does not come to it (PrefixStore.clean).
  const wide = partOf(path);
  try {
    await rewrite(path, wide, { from: 1, to: streams, sequenceId });
    return await context.loadSequenceStateFromFile(wide, sequenceId, contextSize);
  } finally {
    await rm(wide, { force: true });
  }
}

/** Takes empty streams out (`to` = 1) or puts them in (`from` = 1). */
async function rewrite(
  source: string,
  target: string,
  { from, to, sequenceId }: { from: number; to: number; sequenceId: number },
): Promise<void> {
  const state = await readFile(source);
  const tokens = state.readUInt32LE(8);
  const head = 4 * (3 + tokens);
  const before = from > 1 ? 4 * sequenceId : 0;
  const after = from > 1 ? 4 * (from - 1 - sequenceId) : 0;
  const body = head + 4 + before;
  const end = state.length - after;
  const isEmpty = (part: Buffer) => part.every((byte) => byte === 0);
  // A model that keeps two caches (sliding windows) has another layout.
  if (
    state.readUInt32LE(head) !== from ||
    state.readUInt32LE(body) !== tokens ||
    !isEmpty(state.subarray(head + 4, body)) ||
    !isEmpty(state.subarray(end))
  )
    throw new Error("the state of a sequence is not laid out as expected");
  const streams = Buffer.alloc(4);
  streams.writeUInt32LE(to);
  const [lower, upper] = to > 1 ? [4 * sequenceId, 4 * (to - 1 - sequenceId)] : [0, 0];
  await writeFile(
    target,
    Buffer.concat([
      state.subarray(0, head),
      streams,
      Buffer.alloc(lower),
      state.subarray(body, end),
      Buffer.alloc(upper),
    ]),
  );
}
