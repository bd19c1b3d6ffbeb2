/**
 * Feeds the engine's index: what changed since it was last open, then what changes, here or outside the editor. In small
 * pieces, and only while the engine has a model and nothing to do, so that no question waits for it.
 */
import type { EngineClient } from "../../client/engineClient.ts";
import type { IndexDocument } from "../../common/indexProtocol.ts";

/** Text sent at once (characters): some 16 000 tokens, below 0.1 s of the engine's time. */
const pieceCharacters = 64_000;
/** More files than these at once (another branch, a build) are looked for in a walk over all. */
const mostSingly = 200;

interface FileVersion {
  path: string;
  version: string;
}

export interface FoundFiles {
  files: FileVersion[];
  /** There may be more: what is not among them need not be gone. */
  isCut: boolean;
}

/** The engine and the workspace as the feeder needs them. */
export interface FeederSources {
  /** Runs `work` if the engine is idle with a model, else gives null. */
  whenIdle<T>(work: (client: EngineClient) => Promise<T>): Promise<T | null>;
  /** Names the workspace. */
  workspace: string;
  /** Paths and versions of all files, the most wanted first. */
  list(): Promise<FoundFiles>;
  /** Of these files, and those in folders among them, those that are there and may be indexed. */
  find(paths: readonly string[]): Promise<FoundFiles>;
  exists(path: string): Promise<boolean>;
  /** A file's text; null when it is not worth indexing. */
  read(path: string): Promise<string | null>;
  log(message: string): void;
  /** Pauses (ms): before the next try when the engine is busy, between two pieces, and after a first change for others. */
  busyPauseMs: number;
  piecePauseMs: number;
  gatherPauseMs: number;
}

export class Feeder {
  readonly #sources: FeederSources;
  readonly #signal: AbortSignal;
  /** Changed or gone since the walk, perhaps. */
  readonly #touched = new Set<string>();
  /** What the index holds, by path. */
  #versions = new Map<string, string>();
  #wake = () => {};

  /** @param signal ends the feeding: another model, another workspace, the setting. */
  constructor(sources: FeederSources, signal: AbortSignal) {
    this.#sources = sources;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** A file or folder that may have been changed, made, renamed or deleted. */
  touch(path: string): void {
    this.#touched.add(path);
    this.#wake();
  }

  /** Runs until the signal. @throws HunchError of the engine's */
  async run(): Promise<void> {
    const { workspace, find, log, gatherPauseMs } = this.#sources;
    const opened = await this.#idle((client) => client.openIndex({ workspace }));
    if (!opened?.isOpen) return;
    this.#versions = new Map(Object.entries(opened.versions));
    const startedAt = performance.now();
    const { tokens, read, dropped } = await this.#walk();
    if (this.#signal.aborted) return;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    log(`Workspace index: ${tokens ?? opened.tokens} tokens; ${read} files read in ${seconds} s, ${dropped} dropped.`);
    while (!this.#signal.aborted) {
      if (this.#touched.size === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      await this.#pause(gatherPauseMs);
      const paths = [...new Set([...this.#touched, ...this.#withinTouched()])];
      this.#touched.clear();
      if (paths.length > mostSingly) await this.#walk();
      else await this.#update(await find(paths), paths);
    }
  }

  /** What the index holds in touched folders: of one that was renamed or deleted, VS Code tells its own path alone. */
  #withinTouched(): string[] {
    return [...this.#versions.keys()].filter((path) => {
      for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
        if (this.#touched.has(path.slice(0, at))) return true;
      return false;
    });
  }

  /** Brings the index to what the workspace holds now. */
  async #walk() {
    const found = await this.#sources.list();
    if (found.isCut) this.#sources.log("Workspace index: there are too many files to look at all; some are left out.");
    return this.#update(found, [...this.#versions.keys()]);
  }

  /** @param paths that were looked for; what the index holds of them and was not found is gone */
  async #update({ files, isCut }: FoundFiles, paths: readonly string[]) {
    const found = new Set(files.map(({ path }) => path));
    const changed = files.filter(({ path, version }) => this.#versions.get(path) !== version);
    const missing = paths.filter((path) => this.#versions.has(path) && !found.has(path));
    const gone = isCut ? await this.#notThere(missing) : missing;
    return { tokens: await this.#feed(changed, gone), read: changed.length, dropped: gone.length };
  }

  async #notThere(paths: readonly string[]): Promise<string[]> {
    const gone: string[] = [];
    for (const path of paths) {
      if (this.#signal.aborted) return [];
      if (!(await this.#sources.exists(path))) gone.push(path);
    }
    return gone;
  }

  /** @returns tokens in the index then; null when there was nothing to say or it was ended. */
  async #feed(files: readonly FileVersion[], gone: readonly string[]): Promise<number | null> {
    const { read, log, piecePauseMs } = this.#sources;
    let removed = [...gone];
    let documents: IndexDocument[] = [];
    let characters = 0;
    let tokens: number | null = null;
    let isFull = false;
    const send = async () => {
      if (documents.length + removed.length === 0) return;
      const piece = { documents, removed };
      const result = await this.#idle((client) => client.indexDocuments(piece));
      if (!result) return;
      tokens = result.tokens;
      for (const path of removed) this.#versions.delete(path);
      for (const { path, version } of documents) if (!result.refused.includes(path)) this.#versions.set(path, version);
      isFull = result.refused.length > 0;
      documents = [];
      removed = [];
      characters = 0;
      await this.#pause(piecePauseMs);
    };
    for (const { path, version } of files) {
      if (this.#signal.aborted) return null;
      const text = await read(path);
      if (text !== null) {
        documents.push({ path, version, text });
        characters += text.length;
      } else if (this.#versions.has(path)) removed.push(path);
      if (characters >= pieceCharacters) await send();
      if (isFull) {
        log("Workspace index: it is full; the files changed longest ago are left out.");
        return tokens;
      }
    }
    await send();
    return tokens;
  }

  /** Waits for the engine to be idle; null when the feeding is ended. */
  async #idle<T>(work: (client: EngineClient) => Promise<T>): Promise<T | null> {
    while (!this.#signal.aborted) {
      const result = await this.#sources.whenIdle(work);
      if (result !== null) return result;
      await this.#pause(this.#sources.busyPauseMs);
    }
    return null;
  }

  /** Not cut short by what is touched meanwhile, only by the end. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#signal.addEventListener("abort", done);
    });
  }
}
