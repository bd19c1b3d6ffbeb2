/**
 * A download in progress: `FILE.part` holds the first bytes of the file, whichever source they came from, and
 * `FILE.part.json` says of which file. So any source can go on where another stopped; the SHA-256 at the end decides.
 */
import { type FileHandle, open, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";

/** What the bytes belong to. */
export interface PartialOrigin {
  /** SHA-256 of the whole file, where it is known. */
  sha256: string | null;
  /** Where the last bytes came from, and the server's name for that version of the file. */
  url: string | null;
  etag: string | null;
}

export class PartialFile {
  readonly path: string;
  readonly #originPath: string;

  constructor(path: string) {
    this.path = path;
    this.#originPath = `${path}.json`;
  }

  /** A folder for pieces on their way. */
  get scratchPath(): string {
    return `${this.path}.wheels`;
  }

  async size(): Promise<number> {
    try {
      return (await stat(this.path)).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
      throw error;
    }
  }

  /** null without a record; an unreadable one counts as none. */
  async origin(): Promise<PartialOrigin | null> {
    try {
      const record = JSON.parse(await readFile(this.#originPath, "utf8")) as Partial<PartialOrigin> | null;
      return { sha256: record?.sha256 ?? null, url: record?.url ?? null, etag: record?.etag ?? null };
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  async setOrigin(origin: PartialOrigin): Promise<void> {
    await writeFile(this.#originPath, `${JSON.stringify(origin)}\n`);
  }

  /** A handle for appending after the first `bytes` bytes; what lies behind them is dropped. */
  async openAt(bytes: number): Promise<FileHandle> {
    if ((await this.size()) > bytes) await truncate(this.path, bytes);
    return open(this.path, "a");
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.#originPath, { force: true });
  }

  /** Moves the whole file to its place, in one step: nobody ever sees half a model there. */
  async moveTo(path: string): Promise<void> {
    const handle = await open(this.path, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(this.path, path);
    await rm(this.#originPath, { force: true });
  }
}
