/**
 * Evaluated prompts on disk, so that a conversation that was dropped from memory is not read again from its beginning. A
 * snapshot is the KV cache of one sequence as llama.cpp writes it, with a description beside it: what it belongs to (the
 * key: weights, cache type, build), its tokens, its size and its hash.
 *
 * llama.cpp trusts such a file, so nothing is given to it that is not to the byte what was written. What is damaged, cut
 * short or of another key is dropped. Nothing here fails a generation: without a snapshot the prompt is read as usual.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, statfs, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { thisHost } from "../../common/thisHost.ts";
import { commonPrefix } from "./prefix.ts";

/** What is kept: a sequence of a model's KV cache. */
export interface KeptSequence {
  readonly tokens: readonly number[];
  readonly contextSize: number;
  /** Writes what the cache holds. @returns the file's size in bytes. @throws when it can not be written */
  save(path: string): Promise<number>;
  /** Takes a saved state in place of what the cache holds. @throws with the sequence empty, when it can not */
  restore(path: string, tokens: readonly number[]): Promise<void>;
}

export interface PrefixStoreOptions {
  folder: string;
  /** Any JSON value: a snapshot is used only by those with the same. */
  key: unknown;
  /** Of all snapshots of all models together (bytes). */
  limitBytes: number;
  /** Nobody chose the limit: where more is there already, it stays as much. */
  sparesOthers?: boolean;
  log: (level: "info" | "warn", message: string) => void;
}

/** Beside a snapshot's file, which has the same name and ends in ".kv". */
interface Description {
  format: typeof format;
  key: string;
  conversation: string;
  /** Base64 of 32-bit numbers, little-endian. */
  tokens: string;
  bytes: number;
  sha256: string;
}

interface Snapshot extends Omit<Description, "format" | "tokens"> {
  name: string;
  tokens: readonly number[];
  usedMs: number;
}

const format = 1;
/** Shorter prompts are read about as fast as a snapshot (tokens). */
export const leastTokens = 256;
/** A snapshot is read as a whole: this share of it has to be of use. */
const leastShare = 0.25;
/** Left free on the disk (bytes). */
const reservedBytes = 1 << 30;
/** What a process that died left half-written is removed after this time (ms). */
const abandonedMs = 3_600_000;
const readBytes = 4 << 20;

export class PrefixStore {
  readonly #o: PrefixStoreOptions;
  readonly #key: string;
  #limitBytes: number;
  /** The lowest limit that somebody chose. */
  #chosenBytes: number;
  /** Bytes that were there at most, of all snapshots. */
  #mostFound = 0;
  /** Of what was written last, or longest; null until there is something. */
  #bytesPerToken: number | null = null;

  constructor(options: PrefixStoreOptions) {
    this.#o = options;
    this.#limitBytes = options.limitBytes;
    this.#chosenBytes = options.sparesOthers ? Number.POSITIVE_INFINITY : options.limitBytes;
    this.#key = hash(JSON.stringify([format, options.key]));
  }

  /**
   * Keeps what the sequence holds, in place of what was kept of the same conversation, or of its beginning.
   * @param mostLost tokens at its end that may be missing on the disk: then nothing is written
   * @returns how many of its tokens are on disk now
   */
  async keep(sequence: KeptSequence, conversation: string, mostLost = 0): Promise<number> {
    const tokens = [...sequence.tokens];
    if (tokens.length < leastTokens || !this.holds(tokens.length)) return 0;
    let kept = 0;
    await this.#guard("keeping an evaluated prompt", async () => {
      const { folder } = this.#o;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const name = hash(this.#key, bytesOf(tokens)).slice(0, 32);
      const before = await this.#snapshots();
      const own = before.filter(({ key }) => key === this.#key);
      kept = Math.max(0, ...own.map((snapshot) => commonPrefix(snapshot.tokens, tokens)));
      if (tokens.length - kept <= mostLost) return;
      const [longest] = own.sort((a, b) => b.tokens.length - a.tokens.length);
      if (longest) this.#bytesPerToken ??= longest.bytes / longest.tokens.length;
      if (!this.holds(tokens.length)) return;
      const { bavail, bsize } = await statfs(folder);
      if (bavail * bsize - this.#estimate(tokens.length) < reservedBytes) {
        this.#o.log("info", "evaluated prompts are not kept: the disk is nearly full");
        return;
      }
      const start = performance.now();
      const part = partOf(join(folder, name));
      try {
        const saved = await sequence.save(part);
        const { size: bytes } = await stat(part);
        // A disk that is full shows at the end only.
        if (bytes !== saved) throw new Error(`${bytes} of ${saved} bytes were written`);
        this.#bytesPerToken = bytes / tokens.length;
        if (bytes > this.#limitBytes) {
          this.#o.log("info", `an evaluated prompt is not kept: its ${megabytes(bytes)} MB are over the limit`);
          return;
        }
        const description: Description = {
          format,
          key: this.#key,
          conversation,
          tokens: bytesOf(tokens).toString("base64"),
          bytes,
          sha256: await hashOfFile(part),
        };
        const isIn = (old: Snapshot) => commonPrefix(old.tokens, tokens) === old.tokens.length;
        const isSuperseded = (old: Snapshot) =>
          old.key === this.#key && (old.conversation === conversation || isIn(old));
        for (const old of before.filter(isSuperseded)) await this.#drop(old.name);
        await this.#makeRoom(
          bytes,
          before.filter((old) => !isSuperseded(old)),
        );
        await rename(part, join(folder, `${name}.kv`));
        const text = partOf(join(folder, `${name}.json`));
        await writeFile(text, JSON.stringify(description), { mode: 0o600 });
        await rename(text, join(folder, `${name}.json`));
        // It was lowered meanwhile.
        if (bytes > this.#limitBytes) {
          await this.#drop(name);
          return;
        }
        kept = tokens.length;
        const ms = Math.round(performance.now() - start);
        this.#o.log("info", `kept ${tokens.length} evaluated tokens on disk (${megabytes(bytes)} MB, ${ms} ms)`);
      } finally {
        await rm(part, { force: true });
      }
    });
    return kept;
  }

  /** A snapshot of so many tokens is not over the limit, as far as it is known what they take. */
  holds(tokens: number): boolean {
    return this.#limitBytes > 0 && this.#estimate(tokens) <= this.#limitBytes;
  }

  /** Bytes of a snapshot of so many tokens; 0 until one was seen. */
  #estimate(tokens: number): number {
    return (this.#bytesPerToken ?? 0) * tokens;
  }

  /** Removes what processes that died left half-written; for the beginning, when this one has nothing under way. */
  async clean(): Promise<void> {
    await this.#guard("removing half-written prompts", async () => {
      for (const file of await filesOf(this.#o.folder)) {
        if (file.endsWith(".part") && !isBeingWritten(file, { byOthers: true }))
          await rm(join(this.#o.folder, file), { force: true });
      }
    });
  }

  /** Counts at once, for what is being written too; more than it was opened with is not to be had. */
  limit(bytes: number): void {
    this.#limitBytes = Math.min(this.#o.limitBytes, bytes);
    this.#chosenBytes = this.#o.sparesOthers ? bytes : this.#limitBytes;
  }

  /** Drops what is over the limit, of every key; at 0 everything but what is being written. */
  async trim(): Promise<void> {
    await this.#guard("removing evaluated prompts", async () => {
      if (this.#limitBytes > 0) {
        await this.#makeRoom(0, await this.#snapshots());
        return;
      }
      for (const file of await filesOf(this.#o.folder)) {
        if (isBeingWritten(file)) await this.#removeAbandoned(file);
        else await rm(join(this.#o.folder, file), { force: true });
      }
    });
  }

  /** Takes the snapshot that shares the most with the prompt, where that is worth its while. @returns whether it did */
  async restore(sequence: KeptSequence, prompt: readonly number[]): Promise<boolean> {
    if (this.#limitBytes <= 0) return false;
    const held = commonPrefix(sequence.tokens, prompt);
    // No snapshot could gain enough: the disk is not asked.
    if (prompt.length - held < leastTokens) return false;
    let restored = false;
    await this.#guard("taking an evaluated prompt from disk", async () => {
      const found = (await this.#snapshots())
        .filter(({ key, tokens }) => key === this.#key && tokens.length < sequence.contextSize)
        .map((snapshot) => ({ snapshot, gain: commonPrefix(snapshot.tokens, prompt) - held }))
        .filter(({ snapshot, gain }) => gain >= Math.max(leastTokens, leastShare * snapshot.tokens.length))
        .sort((a, b) => b.gain - a.gain || a.snapshot.bytes - b.snapshot.bytes)[0];
      if (!found) return;
      const { snapshot, gain } = found;
      const path = join(this.#o.folder, `${snapshot.name}.kv`);
      const start = performance.now();
      try {
        const { size } = await stat(path);
        if (size !== snapshot.bytes) throw new Error(`it has ${size} bytes in place of ${snapshot.bytes}`);
        if ((await hashOfFile(path)) !== snapshot.sha256) throw new Error("it is not what was written");
        await sequence.restore(path, snapshot.tokens);
      } catch (error) {
        await this.#drop(snapshot.name);
        throw error;
      }
      restored = true;
      const now = new Date();
      await utimes(join(this.#o.folder, `${snapshot.name}.json`), now, now);
      const ms = Math.round(performance.now() - start);
      this.#o.log("info", `took ${gain} evaluated tokens from disk (${megabytes(snapshot.bytes)} MB, ${ms} ms)`);
    });
    return restored;
  }

  /** All that can be read, of every key; what belongs to nothing is removed. */
  async #snapshots(): Promise<Snapshot[]> {
    const { folder } = this.#o;
    const files = await filesOf(folder);
    const snapshots: Snapshot[] = [];
    for (const file of files.filter((file) => file.endsWith(".json"))) {
      const name = file.slice(0, -".json".length);
      const snapshot = files.includes(`${name}.kv`) ? await this.#read(name) : null;
      if (snapshot) snapshots.push(snapshot);
      else await this.#drop(name);
    }
    const named = new Set(snapshots.flatMap(({ name }) => [`${name}.kv`, `${name}.json`]));
    for (const file of files) if (!named.has(file)) await this.#removeAbandoned(file);
    this.#mostFound = Math.max(this.#mostFound, sizeOf(snapshots));
    return snapshots;
  }

  async #read(name: string): Promise<Snapshot | null> {
    try {
      const path = join(this.#o.folder, `${name}.json`);
      const value = JSON.parse(await readFile(path, "utf8")) as Description;
      // Of another version of Hunch.
      if ((value.format as number) !== format) return null;
      const bytes = Buffer.from(value.tokens, "base64");
      const tokens = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readInt32LE(4 * i));
      return { ...value, name, tokens, usedMs: (await stat(path)).mtimeMs };
    } catch (error) {
      this.#o.log("warn", `an evaluated prompt on disk is dropped: ${error instanceof Error ? error.message : error}`);
      return null;
    }
  }

  /** Drops those not used for longest until `bytes` more keep within the limit. @param kept all that there are */
  async #makeRoom(bytes: number, kept: readonly Snapshot[]): Promise<void> {
    let total = bytes + sizeOf(kept);
    for (const snapshot of [...kept].sort((a, b) => a.usedMs - b.usedMs)) {
      if (total <= Math.min(this.#chosenBytes, Math.max(this.#limitBytes, this.#mostFound))) return;
      await this.#drop(snapshot.name);
      total -= snapshot.bytes;
    }
  }

  async #drop(name: string): Promise<void> {
    for (const end of [".json", ".kv"]) await rm(join(this.#o.folder, `${name}${end}`), { force: true });
  }

  async #removeAbandoned(file: string): Promise<void> {
    if (!/\.(kv|part)$/.test(file)) return;
    const path = join(this.#o.folder, file);
    // Another process may be about to write its description.
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > abandonedMs) await rm(path, { force: true });
  }

  async #guard(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#o.log("warn", `${what} failed: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** Bytes, of all together. */
function sizeOf(snapshots: readonly Snapshot[]): number {
  return snapshots.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What this process writes beside a file, until it is whole. */
export function partOf(path: string): string {
  return `${path}.${thisHost}-${process.pid}.part`;
}

/** None of a folder that does not exist. */
function filesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

/** @param byOthers what this process writes does not count */
function isBeingWritten(file: string, { byOthers = false } = {}): boolean {
  const [, host, pid] = /\.([0-9a-f]{8})-(\d+)\.part$/.exec(file) ?? [];
  if (pid === undefined) return false;
  // Another machine with the same home folder has numbers of its own.
  if (host !== thisHost) return true;
  return isAlive(Number(pid)) && !(byOthers && Number(pid) === process.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function bytesOf(tokens: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * tokens.length);
  for (const [i, token] of tokens.entries()) bytes.writeInt32LE(token, 4 * i);
  return bytes;
}

function hash(...parts: (string | Buffer)[]): string {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part);
  return sum.digest("hex");
}

async function hashOfFile(path: string): Promise<string> {
  const sum = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: readBytes }), sum);
  return sum.digest("hex");
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
