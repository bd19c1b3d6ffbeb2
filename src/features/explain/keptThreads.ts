/** Threads of earlier windows that wait for their document to be opened. Pure. */
import { relocate } from "./relocate.ts";
import type { StoredThread } from "./threadStore.ts";

/** In another window the same address of these is another document, unless the code is there. */
const passing = /^(untitled|vscode-notebook-cell):/;

export class KeptThreads {
  #threads: StoredThread[] = [];

  add(threads: readonly StoredThread[]): void {
    this.#threads.push(...threads);
  }

  /** Those of a document that is open now; they wait no longer. */
  take(uri: string, text: () => string): StoredThread[] {
    const isItsOwn = (thread: StoredThread) =>
      thread.uri === uri && (!passing.test(uri) || !relocate(text(), thread.text, thread.lines).stale);
    const taken = this.#threads.filter(isItsOwn);
    if (taken.length > 0) this.#threads = this.#threads.filter((thread) => !taken.includes(thread));
    return taken;
  }

  /** Files have other names now; `place` gives null for those that are where they were. Returns the threads that moved. */
  move(place: (uri: string) => string | null): StoredThread[] {
    const moved: StoredThread[] = [];
    for (const thread of this.#threads) {
      const uri = place(thread.uri);
      if (uri === null) continue;
      thread.uri = uri;
      moved.push(thread);
    }
    return moved;
  }
}
