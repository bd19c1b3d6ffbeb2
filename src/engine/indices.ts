/** The open workspace indexes, by workspace: two clients with the same one share it, so that one of them writes the files. */
import type { InProcessModel } from "./backends/backend.ts";
import { removeIndexes } from "./cache/indexStore.ts";
import { Indexing, type IndexingOptions } from "./indexing.ts";

export class Indices {
  readonly #options: IndexingOptions;
  readonly #open = new Map<string, Indexing>();

  constructor(options: IndexingOptions) {
    this.#options = options;
  }

  /** The index of the workspace, opened for the model where it is not open. */
  of(workspace: string, model: InProcessModel): Indexing {
    const open = this.#open.get(workspace) ?? new Indexing(model, workspace, this.#options);
    this.#open.set(workspace, open);
    return open;
  }

  /** Removes what is kept of a workspace, unless it is open. */
  remove(workspace: string): void {
    if (this.#open.has(workspace)) return;
    try {
      removeIndexes(this.#options.folder, workspace);
    } catch (error) {
      this.#options.onError(`workspace index: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Writes and closes all but these. */
  closeAllBut(used: ReadonlySet<string | null>): void {
    for (const [workspace, indexing] of this.#open) {
      if (used.has(workspace)) continue;
      this.#open.delete(workspace);
      indexing.close();
    }
  }
}
