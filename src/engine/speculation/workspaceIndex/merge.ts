/** Merges segments into one, a slice of work at a time, so that it fits between other work. Drops removed documents. */
import { Packed24 } from "./packed.ts";
import { compareContexts, type IndexedDocument, IndexSegment, separator } from "./segment.ts";

/** Positions merged between two looks at the clock. */
const stride = 512;

interface Source {
  segment: IndexSegment;
  /** Next place in its order; at `order.length` it is used up. */
  next: number;
  /** Position there, and where its document went in the result. */
  position: number;
  /** New minus old position, by document; null for documents that were removed. */
  shifts: Map<IndexedDocument, number>;
}

export class SegmentMerge {
  readonly sources: readonly IndexSegment[];
  readonly #heads: Source[];
  readonly #tokens: Packed24;
  readonly #order: Packed24;
  readonly #documents: IndexedDocument[] = [];
  readonly #copies: { from: IndexedDocument; to: IndexedDocument }[] = [];
  #written = 0;

  /** Copies the tokens at once; the sorted order, which is the work, comes with `step`. */
  constructor(sources: readonly IndexSegment[]) {
    this.sources = sources;
    const live = sources.flatMap((segment) => segment.documents.filter((document) => !document.isRemoved));
    this.#tokens = Packed24.ofLength(live.reduce((sum, { length }) => sum + length + 1, 1));
    this.#order = Packed24.ofLength(live.reduce((sum, { length }) => sum + Math.max(0, length - 1), 0));
    this.#tokens.set(0, separator);
    let at = 1;
    this.#heads = sources.map((segment) => {
      const shifts = new Map<IndexedDocument, number>();
      for (const document of segment.documents) {
        if (document.isRemoved) continue;
        const { start, length } = document;
        shifts.set(document, at - start);
        // With the separator behind it.
        this.#tokens.bytes.set(segment.tokens.bytes.subarray(start * 3, (start + length + 1) * 3), at * 3);
        const copy = { ...document, start: at };
        this.#documents.push(copy);
        this.#copies.push({ from: document, to: copy });
        at += length + 1;
      }
      const head: Source = { segment, next: -1, position: 0, shifts };
      this.#advance(head);
      return head;
    });
  }

  /** Works for about `ms`. @returns whether the merge is done. */
  step(ms: number): boolean {
    const end = performance.now() + ms;
    while (this.#written < this.#order.length) {
      for (let i = 0; i < stride && this.#written < this.#order.length; i++) this.#take();
      if (performance.now() >= end) break;
    }
    return this.#written === this.#order.length;
  }

  /** The merged segment, once `step` said it is done; what was removed since the start is marked in it. */
  result(): IndexSegment {
    const merged = new IndexSegment(this.#tokens, this.#order, this.#documents);
    for (const { from, to } of this.#copies) if (from.isRemoved) merged.remove(to);
    return merged;
  }

  #take(): void {
    let first: Source | null = null;
    for (const head of this.#heads) {
      if (head.next >= head.segment.order.length) continue;
      if (!first || compareContexts(head.segment.tokens, head.position, first.segment.tokens, first.position) < 0)
        first = head;
    }
    if (!first) throw new Error("a merge ran out of positions");
    this.#order.set(this.#written++, this.#shifted(first));
    this.#advance(first);
  }

  #shifted({ segment, position, shifts }: Source): number {
    return position + shifts.get(segment.documentAt(position))!;
  }

  /** To the next position whose document goes into the result. */
  #advance(head: Source): void {
    const { order } = head.segment;
    for (head.next++; head.next < order.length; head.next++) {
      head.position = order.get(head.next);
      if (head.shifts.has(head.segment.documentAt(head.position))) return;
    }
  }
}
