/**
 * JSON files in a folder that are written a moment after they changed: each beside the old one and renamed over it, so
 * that a crash or a full disk never leaves half a file. What could not be written is kept and tried again.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { writeWhole } from "../common/writeWhole.ts";

export interface JsonFolderOptions {
  folder: string;
  /** Hears of the first failure in a row. */
  onError(error: unknown): void;
  /**
   * Another process wrote this file since it was read or written here: the name that the value gets instead, or the same
   * to write over the file, as is done when this is absent.
   */
  nameBeside?(name: string, value: unknown): string;
}

/** After a crash of the editor at most this much of a running answer is missing (ms). */
const intervalMs = 1_000;
/** A disk that is full now will hardly be emptied within a second (ms). */
const retryMs = 15_000;
/** What a name may look like. */
const namePattern = /^[\w-]{1,64}$/;

export class JsonFolder {
  readonly #options: JsonFolderOptions;
  readonly #unsaved = new Map<string, unknown>();
  /** Being written, and not removed since. */
  #underWay: { name: string; value: unknown } | null = null;
  /** Removed, and not set since: a failed write of theirs is not tried again. */
  readonly #removed = new Set<string>();
  /** Of what was in a file when it was read or written here last. */
  readonly #known = new Map<string, { hash: string; stamp: string | undefined }>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(options: JsonFolderOptions) {
    this.#options = options;
  }

  /** Will be written soon, as it is then. */
  set(name: string, value: unknown): void {
    this.#file(name);
    this.#removed.delete(name);
    this.#unsaved.set(name, value);
    this.#saveSoon(intervalMs);
  }

  /** What `set` was given, while it is not written yet; undefined after that. */
  unsaved(name: string): unknown {
    return this.#unsaved.get(name) ?? (this.#underWay?.name === name ? this.#underWay.value : undefined);
  }

  /** What is on disk; undefined when there is nothing, or no JSON. Throws for a name that could not be one. */
  read(name: string): unknown {
    const file = this.#file(name);
    // Before the text: of a file that is replaced in between, the stamp is an old one then, which costs a reading.
    const stamp = stampOf(file);
    const text = readText(file);
    if (text !== undefined) this.#known.set(name, { hash: hashOf(text), stamp });
    return parsed(text);
  }

  /** There is no file, for certain: one that is locked, or out of reach for a moment, is not gone. */
  isGone(name: string): boolean {
    try {
      return statSync(this.#file(name), { throwIfNoEntry: false }) === undefined;
    } catch {
      return false;
    }
  }

  /** The file's stamp when it was read or written here last; undefined when it was not. */
  stamp(name: string): string | undefined {
    return this.#known.get(name)?.stamp;
  }

  async remove(name: string): Promise<void> {
    await this.#remove(name, () => true);
  }

  /** Removes what was set or written here; what another process wrote over it since stays. */
  async withdraw(name: string): Promise<void> {
    await this.#remove(name, () => this.stamp(name) === stampOf(this.#file(name)));
  }

  /** Writes everything down now. */
  async flush(): Promise<void> {
    this.dispose();
    await this.#serially(async () => {
      try {
        await this.#write();
        this.#failed = false;
      } catch (error) {
        if (!this.#failed) this.#options.onError(error);
        this.#failed = true;
        this.#saveSoon(retryMs);
      }
    });
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #remove(name: string, isMeant: () => boolean): Promise<void> {
    this.#unsaved.delete(name);
    if (this.#underWay?.name === name) this.#underWay = null;
    this.#removed.add(name);
    await this.#serially(async () => {
      // Set again since, it may have been written before its turn came.
      if (this.#removed.has(name) && isMeant()) await rm(this.#file(name), { force: true });
    });
  }

  #file(name: string): string {
    if (!isFileName(name)) throw new Error(`Not the name of a stored file: ${name}`);
    return path.join(this.#options.folder, `${name}.json`);
  }

  #saveSoon(ms: number): void {
    this.#timer ??= setTimeout(() => void this.flush(), ms);
  }

  async #write(): Promise<void> {
    if (this.#unsaved.size > 0) await mkdir(this.#options.folder, { recursive: true });
    for (const before of [...this.#unsaved.keys()]) {
      const isForeign = await this.#isForeign(before);
      // As it is by now: it may have been set again, or removed, while the files before it were written.
      const value = this.#unsaved.get(before);
      // Off the list first: a change during the writing puts it there again.
      if (!this.#unsaved.delete(before)) continue;
      const name = isForeign ? (this.#options.nameBeside?.(before, value) ?? before) : before;
      this.#underWay = { name, value };
      try {
        const text = JSON.stringify(value);
        await writeWhole(this.#file(name), text);
        this.#known.set(name, { hash: hashOf(text), stamp: stampOf(this.#file(name)) });
      } catch (error) {
        if (!this.#removed.has(name) && !this.#unsaved.has(name)) this.#unsaved.set(name, value);
        throw error;
      } finally {
        this.#underWay = null;
      }
    }
  }

  async #isForeign(name: string): Promise<boolean> {
    if (!this.#options.nameBeside) return false;
    const file = this.#file(name);
    const known = this.#known.get(name);
    // Untouched since: an answer that is being written need not be read back with every write.
    if (known?.stamp !== undefined && known.stamp === stampOf(file)) return false;
    try {
      return hashOf(await readFile(file, "utf8")) !== known?.hash;
    } catch {
      return false; // there is none, or none that anyone can read
    }
  }

  /** One after the other: two writers of one file would take each other's temporary file. */
  #serially(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined);
    return done;
  }
}

export function isFileName(name: string): boolean {
  return namePattern.test(name);
}

/** undefined when the file is missing or is no JSON: then there is nothing in it to be shown. */
export function readJson(file: string): unknown {
  return parsed(readText(file));
}

/** Is another after a change of the file; undefined when there is none. */
export function stampOf(file: string): string | undefined {
  try {
    const { mtimeMs, size } = statSync(file);
    return `${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hashOf(text: string): string {
  return createHash("sha1").update(text).digest("base64");
}
