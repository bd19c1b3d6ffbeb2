/** Small JSON files that the engine keeps between runs, one for each model and configuration. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface StateFile<T> {
  read(): T | null;
  write(value: T): void;
}

/** A file of another version is as good as none. */
const version = 1;

export class StateFolder {
  readonly #folder: string;
  readonly #onError: (message: string) => void;

  constructor(folder: string, onError: (message: string) => void) {
    this.#folder = folder;
    this.#onError = onError;
  }

  /** A folder of its own for larger things; it need not exist. */
  folder(name: string): string {
    return join(this.#folder, name);
  }

  /** @param key what the content belongs to; any JSON value. */
  file<T>(key: unknown): StateFile<T> {
    const name = createHash("sha256")
      .update(JSON.stringify([version, key]))
      .digest("hex")
      .slice(0, 24);
    const path = join(this.#folder, `${name}.json`);
    return {
      read: () => {
        try {
          return JSON.parse(readFileSync(path, "utf8")).value as T;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#onError(`cannot read ${path}: ${error}`);
          return null;
        }
      },
      write: (value) => {
        try {
          mkdirSync(this.#folder, { recursive: true });
          const temporary = `${path}.${process.pid}`;
          writeFileSync(temporary, JSON.stringify({ key, value }));
          renameSync(temporary, path);
        } catch (error) {
          this.#onError(`cannot write ${path}: ${error}`);
        }
      },
    };
  }
}
