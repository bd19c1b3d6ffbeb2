/**
 * The open workspace index and the work on it: documents to tokens, merges in short slices while no generation wants the
 * processor, and a write to disk now and then. Nothing here may fail a generation.
 */
import type { IndexDocumentsParams, IndexDocumentsResult, OpenIndexResult } from "../common/indexProtocol.ts";
import type { InProcessModel } from "./backends/backend.ts";
import { IndexStore } from "./cache/indexStore.ts";
import type { WorkspaceIndex } from "./speculation/workspaceIndex/workspaceIndex.ts";

/** One stretch of merging: what a request that comes in between waits at most. */
const sliceMs = 4;
/** Until the next look whether the engine is idle. */
const busyPauseMs = 250;
/** Between two writes of the index. */
const writePauseMs = 10_000;

export interface IndexingOptions {
  /** Folder of all indexes. */
  folder: string;
  isBusy: () => boolean;
  onError: (message: string) => void;
}

export class Indexing {
  readonly #options: IndexingOptions;
  readonly #model: InProcessModel;
  readonly #store: IndexStore;
  readonly #index: WorkspaceIndex;
  #timer: NodeJS.Timeout | null = null;
  #writtenAt = performance.now();
  /** Its files may be another one's by now. A generation that began before goes on drafting from it. */
  #isClosed = false;

  /** Opens the index of `workspace` for the model. */
  constructor(model: InProcessModel, workspace: string, options: IndexingOptions) {
    this.#options = options;
    this.#model = model;
    this.#store = new IndexStore(options.folder, model.vocabulary, workspace, options.onError);
    this.#index = this.#store.read();
    this.#schedule(0);
  }

  /** What generations about this workspace draft from. */
  get index(): WorkspaceIndex {
    return this.#index;
  }

  get state(): OpenIndexResult {
    return { isOpen: true, versions: this.#index.versions(), tokens: this.#index.tokens };
  }

  add({ documents, removed }: IndexDocumentsParams): IndexDocumentsResult {
    const { codec } = this.#model;
    this.#index.remove(removed);
    const refused = this.#index.add(
      documents.map(({ path, version, text }) => ({ key: path, version, tokens: codec.encodeText(text) })),
    );
    this.#schedule(0);
    return { tokens: this.#index.tokens, refused };
  }

  /** Remembers what the model said: the next answer about the same thing quotes it. */
  addAnswer(text: string): void {
    if (this.#isClosed) return;
    const tokens = this.#model.codec.encodeText(text);
    if (tokens.length === 0) return;
    this.#index.addAnswer(tokens);
    this.#schedule(0);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#store.write(this.#index);
  }

  #schedule(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), ms).unref();
  }

  #tick(): void {
    const pauseMs = this.#work();
    if (pauseMs !== null) this.#schedule(pauseMs);
  }

  /** One step of what there is to do. @returns ms until the next one, null when all is done. */
  #work(): number | null {
    if (this.#options.isBusy()) return busyPauseMs;
    if (this.#index.maintain(sliceMs)) return 0;
    const untilWrite = this.#writtenAt + writePauseMs - performance.now();
    if (untilWrite > 0) return untilWrite;
    this.#store.write(this.#index);
    this.#writtenAt = performance.now();
    return null;
  }
}
