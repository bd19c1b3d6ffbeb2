/**
 * Feeds the engine's index: what changed since it was last open, then what is saved. In small pieces, and only while the
 * engine has a model and nothing to do, so that no question waits for it.
 */
import type { EngineClient } from "../../client/engineClient.ts";
import type { IndexDocument } from "../../common/indexProtocol.ts";

/** Text sent at once (characters): some 16 000 tokens, below 0.1 s of the engine's time. */
const pieceCharacters = 64_000;

/** The engine and the workspace as the feeder needs them. */
export interface FeederSources {
  /** Runs `work` if the engine is idle with a model, else gives null. */
  whenIdle<T>(work: (client: EngineClient) => Promise<T>): Promise<T | null>;
  /** Names the workspace. */
  workspace: string;
  /** Paths and versions of all files, the most wanted first. */
  list(): Promise<{ path: string; version: string }[]>;
  /** One file, if it may be indexed. */
  find(path: string): Promise<{ path: string; version: string } | null>;
  /** A file's text; null when it is not worth indexing. */
  read(path: string): Promise<string | null>;
  log(message: string): void;
  /** Pauses (ms): before the next try when the engine is busy, and between two pieces. */
  busyPauseMs: number;
  piecePauseMs: number;
}

export class Feeder {
  readonly #sources: FeederSources;
  readonly #signal: AbortSignal;
  /** Saved or gone since the walk. */
  readonly #touched = new Set<string>();
  #wake = () => {};

  /** @param signal ends the feeding: another model, another workspace, the setting. */
  constructor(sources: FeederSources, signal: AbortSignal) {
    this.#sources = sources;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** A file that was saved, renamed or deleted. */
  touch(path: string): void {
    this.#touched.add(path);
    this.#wake();
  }

  /** Runs until the signal. @throws HunchError of the engine's */
  async run(): Promise<void> {
    const { workspace, list, find, log } = this.#sources;
    const opened = await this.#idle((client) => client.openIndex({ workspace }));
    if (!opened?.isOpen) return;
    const files = await list();
    const present = new Set(files.map(({ path }) => path));
    const changed = files.filter(({ path, version }) => opened.versions[path] !== version);
    const gone = Object.keys(opened.versions).filter((path) => !present.has(path));
    const startedAt = performance.now();
    const tokens = (await this.#feed(changed, gone)) ?? opened.tokens;
    if (this.#signal.aborted) return;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    log(`Workspace index: ${tokens} tokens; ${changed.length} files read in ${seconds} s, ${gone.length} dropped.`);
    while (!this.#signal.aborted) {
      if (this.#touched.size === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      const paths = [...this.#touched];
      this.#touched.clear();
      const found = await Promise.all(paths.map((path) => find(path)));
      await this.#feed(
        found.filter((file) => file !== null),
        paths.filter((_, i) => found[i] === null),
      );
    }
  }

  /** @returns tokens in the index then; null when there was nothing to say or it was ended. */
  async #feed(files: readonly { path: string; version: string }[], gone: readonly string[]): Promise<number | null> {
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
      isFull = result.refused.length > 0;
      documents = [];
      removed = [];
      characters = 0;
      await this.#pause(piecePauseMs);
    };
    for (const { path, version } of files) {
      if (this.#signal.aborted) return null;
      const text = await read(path);
      if (text === null) removed.push(path);
      else {
        documents.push({ path, version, text });
        characters += text.length;
      }
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
