/** What a generation tells while it runs: tokens and figures, some 60 times a second, and how far thoughts are that are not shown. */
import type { Notice } from "../common/protocol.ts";
import type { LiveStats } from "../common/stats.ts";
import type { GenerationHooks } from "./backends/backend.ts";
import type { Strand } from "./strand.ts";

const eventIntervalMs = 16;
/** How often is told how far thoughts are that are not shown (ms). */
const countIntervalMs = 250;

export interface GenerationEventsOptions {
  emit: GenerationHooks["emit"];
  /** Of one thought (tokens); null: none. */
  budget: number | null;
  contextSize: number;
}

export class GenerationEvents {
  readonly #o: GenerationEventsOptions;
  readonly #startedAt = performance.now();
  /** Times are those of `performance.now()`. */
  decodingSince = 0;
  #flushedAt = 0;
  readonly #told = new Set<string>();

  constructor(options: GenerationEventsOptions) {
    this.#o = options;
  }

  /** Sends events if it is time. To be called while a pass runs: writing to the client's pipe costs a third of a millisecond. */
  flushIfDue(strand: Strand): void {
    if (performance.now() - this.#flushedAt >= eventIntervalMs) this.flush(strand);
  }

  flush(strand: Strand): void {
    this.#flushedAt = performance.now();
    const events = strand.output.takeEvents(() => this.#live([strand]));
    if (events.length > 0) this.#o.emit(events);
  }

  /** Of several thoughts, of which none is shown yet. */
  tellThoughts(strands: readonly Strand[]): void {
    if (performance.now() - this.#flushedAt < countIntervalMs) return;
    this.#flushedAt = performance.now();
    this.#o.emit([{ type: "thoughts", live: { ...this.#live(strands), thoughts: strands.length } }]);
  }

  /** Each once: a question may be read in two wordings. */
  notify(notices: readonly Notice[]): void {
    const news = notices.filter(({ message }) => !this.#told.has(message));
    for (const { message } of news) this.#told.add(message);
    if (news.length > 0) this.#o.emit(news.map((notice) => ({ type: "notice", notice })));
  }

  /** Figures of these strands together. */
  #live(strands: readonly Strand[]): LiveStats {
    const sum = (count: (strand: Strand) => number) => strands.reduce((total, strand) => total + count(strand), 0);
    const thinkingTokens = sum(({ output }) => output.thinkingTokens);
    const answerTokens = sum(({ output }) => output.answerTokens);
    const { budget, contextSize } = this.#o;
    return {
      thinkingTokens,
      answerTokens,
      thinkingBudget: budget === null ? null : budget * strands.length,
      elapsedMs: this.#flushedAt - this.#startedAt,
      tokensPerSecond: ((thinkingTokens + answerTokens) * 1000) / (this.#flushedAt - this.decodingSince),
      draftedTokens: sum(({ decoder }) => decoder.counts.draftedTokens),
      acceptedTokens: sum(({ decoder }) => decoder.counts.acceptedTokens),
      contextUsedTokens: Math.max(...strands.map(({ decoder }) => decoder.text.length)),
      contextSize,
    };
  }
}
