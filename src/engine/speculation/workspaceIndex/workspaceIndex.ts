/**
 * What the user's workspace and earlier answers say, token by token, to draft from: code is quoted, called and repeated.
 * A log-structured merge tree of sorted segments (segment.ts): new documents become a small segment at once, and small
 * segments are merged into larger ones while nobody waits. Bounded: `mostStored` at 6 bytes each is 63 MB, on disk and
 * in memory, but for what was fed since the last merge.
 */
import { SegmentMerge } from "./merge.ts";
import { type IndexedDocument, IndexSegment, type NewDocument, type Occurrence } from "./segment.ts";

/** Tokens of all documents at most. */
const mostTokens = 10_000_000;
/** With those of removed documents, which a merge drops: so many more may gather before one is made for their sake. */
const mostStored = 10_500_000;
/** Of them, those of earlier answers; the oldest make room. */
const mostAnswerTokens = 1_000_000;
/** Keys of earlier answers begin with this; paths do not. */
const answerPrefix = "answer\n";
/** Segments of about one size are merged when there are this many. */
const fanOut = 4;
/** Live tokens of the smallest class of segments; each next class is `fanOut` times as large. */
const smallestClass = 32_768;
/** No merge makes a larger one, which bounds how long it takes and how much memory it needs beside the index. */
const largestSegment = 4_000_000;

export interface IndexMatch {
  /** Tokens that match; `longestContext` at most. */
  length: number;
  /** Share of the places found (the last few, where there are many) that go on with the same token, 0..1. */
  agreement: number;
  tokens: number[];
}

export class WorkspaceIndex {
  #segments: IndexSegment[] = [];
  /** Where the current version of each document is. */
  readonly #documents = new Map<string, { segment: IndexSegment; document: IndexedDocument }>();
  #merge: SegmentMerge | null = null;
  #tokens = 0;
  #answerTokens = 0;
  #answers = 0;
  readonly #limits: { tokens: number; stored: number; answerTokens: number; segmentTokens: number };

  /** @param segments of an earlier run, oldest first. */
  constructor(
    segments: readonly IndexSegment[] = [],
    limits = { tokens: mostTokens, stored: mostStored, answerTokens: mostAnswerTokens, segmentTokens: largestSegment },
  ) {
    this.#limits = limits;
    for (const segment of segments) this.#adopt(segment);
  }

  /** Oldest first. */
  get segments(): readonly IndexSegment[] {
    return this.#segments;
  }

  /** Tokens of all documents. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Bytes of memory that tokens and order take. */
  get bytes(): number {
    return this.#segments.reduce((sum, { tokens, order }) => sum + tokens.bytes.length + order.bytes.length, 0);
  }

  /** Versions of the files indexed, by key. */
  versions(): Record<string, string> {
    const files = [...this.#documents].filter(([key]) => !isAnswer(key));
    return Object.fromEntries(files.map(([key, { document }]) => [key, document.version]));
  }

  /**
   * Puts documents in, in place of those of the same keys.
   * @returns keys of those that did not fit any more; an earlier version of them is gone as well.
   */
  add(documents: readonly NewDocument[]): string[] {
    const refused: string[] = [];
    const accepted: NewDocument[] = [];
    const latest = new Map(documents.map((document) => [document.key, document]));
    let tokens = this.#tokens;
    for (const document of latest.values()) {
      const earlier = this.#documents.get(document.key);
      if (earlier) {
        tokens -= earlier.document.length;
        this.#drop(earlier);
      }
      if (tokens + document.tokens.length > this.#limits.tokens) refused.push(document.key);
      else {
        tokens += document.tokens.length;
        accepted.push(document);
      }
    }
    if (accepted.length > 0) this.#adopt(IndexSegment.build(accepted));
    return refused;
  }

  /** Keeps an answer, dropping the oldest ones where they take more than their share. */
  addAnswer(tokens: readonly number[]): void {
    if (tokens.length > this.#limits.answerTokens) return;
    const oldestFirst = [...this.#documents.keys()].filter(isAnswer).sort((a, b) => answerNumber(a) - answerNumber(b));
    for (const key of oldestFirst) {
      if (this.#answerTokens + tokens.length <= this.#limits.answerTokens) break;
      this.remove([key]);
    }
    this.add([{ key: `${answerPrefix}${++this.#answers}`, version: "", tokens }]);
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) {
      const place = this.#documents.get(key);
      if (place) this.#drop(place);
    }
  }

  /**
   * What followed the longest match of the end of `text`, at least `least` tokens long: of several places the
   * continuation that most of them have, of equals that of the newest segment. Null when there is none.
   */
  match(text: readonly number[], least: number, count: number): IndexMatch | null {
    const found: Occurrence[] = [];
    let length = least;
    for (const segment of this.#segments) {
      const before = found.length;
      const own = segment.find(text, length, found);
      if (own > length) found.splice(0, before);
      length = Math.max(length, own);
    }
    if (found.length === 0) return null;
    const votes = new Map<number, { count: number; last: Occurrence }>();
    for (const occurrence of found) {
      const token = occurrence.segment.tokens.get(occurrence.position);
      votes.set(token, { count: (votes.get(token)?.count ?? 0) + 1, last: occurrence });
    }
    let best: { count: number; last: Occurrence } | null = null;
    for (const vote of votes.values()) if (!best || vote.count >= best.count) best = vote;
    const { segment, position } = best!.last;
    return { length, agreement: best!.count / found.length, tokens: segment.continuation(position, count) };
  }

  /** Merges for about `ms`, if there is something to merge. @returns whether there is more to do. */
  maintain(ms: number): boolean {
    if (!this.#merge) {
      const sources = this.#mergeable();
      if (!sources) return false;
      this.#merge = new SegmentMerge(sources);
    }
    if (!this.#merge.step(ms)) return true;
    const { sources } = this.#merge;
    const merged = this.#merge.result();
    this.#merge = null;
    this.#segments = this.#segments.filter((segment) => !sources.includes(segment));
    for (const document of merged.documents)
      if (!document.isRemoved) this.#documents.set(document.key, { segment: merged, document });
    if (merged.liveTokens > 0) this.#segments = [merged, ...this.#segments].sort((a, b) => b.liveTokens - a.liveTokens);
    return this.#mergeable() !== null;
  }

  #adopt(segment: IndexSegment): void {
    this.#segments.push(segment);
    for (const document of segment.documents) {
      if (document.isRemoved) continue;
      const earlier = this.#documents.get(document.key);
      if (earlier) this.#drop(earlier);
      this.#documents.set(document.key, { segment, document });
      this.#tokens += document.length;
      if (!isAnswer(document.key)) continue;
      this.#answerTokens += document.length;
      this.#answers = Math.max(this.#answers, answerNumber(document.key));
    }
  }

  #drop({ segment, document }: { segment: IndexSegment; document: IndexedDocument }): void {
    segment.remove(document);
    this.#documents.delete(document.key);
    this.#tokens -= document.length;
    if (isAnswer(document.key)) this.#answerTokens -= document.length;
  }

  /** The segment to be rid of removed documents: most of it is, or all together take too much. */
  #wasteful(): IndexSegment | null {
    const [first] = [...this.#segments].sort((a, b) => b.removedTokens - a.removedTokens);
    const stored = this.#segments.reduce((sum, { liveTokens, removedTokens }) => sum + liveTokens + removedTokens, 0);
    if (first && first.removedTokens > 0 && stored > this.#limits.stored) return first;
    return this.#segments.find((segment) => segment.removedTokens > segment.liveTokens) ?? null;
  }

  /** Segments of one size class, as many as make no too large one; or one with too many removed documents. */
  #mergeable(): IndexSegment[] | null {
    const wasteful = this.#wasteful();
    if (wasteful) return [wasteful];
    const classes = new Map<number, IndexSegment[]>();
    for (const segment of this.#segments) {
      const ratio = Math.max(1, segment.liveTokens / smallestClass);
      const sizeClass = Math.floor(Math.log(ratio) / Math.log(fanOut));
      classes.set(sizeClass, [...(classes.get(sizeClass) ?? []), segment]);
    }
    for (const segments of classes.values()) {
      if (segments.length < fanOut) continue;
      const taken: IndexSegment[] = [];
      let tokens = 0;
      for (const segment of segments.sort((a, b) => a.liveTokens - b.liveTokens)) {
        tokens += segment.liveTokens;
        if (tokens > this.#limits.segmentTokens) break;
        taken.push(segment);
      }
      if (taken.length > 1) return taken;
    }
    return null;
  }
}

function isAnswer(key: string): boolean {
  return key.startsWith(answerPrefix);
}

function answerNumber(key: string): number {
  return Number(key.slice(answerPrefix.length));
}
