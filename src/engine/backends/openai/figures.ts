/** The figures of a generation on a server: its own counts where it tells them, else what can be counted from outside. */
import type { GenerationStats } from "../../../common/stats.ts";
import type { Chunk, Timings, Usage } from "./chunk.ts";
import type { RemoteOutput } from "./remoteOutput.ts";

/** One request's. */
interface Part {
  usage: Usage | null;
  timings: Timings | null;
  /** Told while the prompt is read, also by a request that is cut off. */
  promptTokens: number;
  /** Pieces that the requests before it brought: its prompt holds them. */
  piecesBefore: number;
}

export interface Clock {
  queueMs: number;
  timeToFirstTokenMs: number;
  sinceFirstTokenMs: number;
  /** Tokens. */
  contextSize: number;
}

export class Figures {
  readonly #parts: Part[] = [];

  /** A request begins; a generation may take two. @param pieces that have come by then */
  begin(pieces: number): void {
    this.#parts.push({ usage: null, timings: null, promptTokens: 0, piecesBefore: pieces });
  }

  observe({ usage, timings, progress }: Chunk): void {
    const part = this.#parts.at(-1);
    if (!part) return;
    // LocalAI writes counts into every chunk, most of them 0.
    part.usage = usage?.completionTokens ? usage : (part.usage ?? usage);
    part.promptTokens = usage?.promptTokens || progress?.total || part.promptTokens;
    part.timings = timings ?? part.timings;
  }

  /** Of the first request; where it was cut off before the server told, what the second's prompt has beside the thought. */
  get promptTokens(): number {
    const [first, second] = this.#parts;
    return first?.promptTokens || Math.max(0, (second?.promptTokens ?? 0) - (second?.piecesBefore ?? 0));
  }

  /** @param outputTokens of all requests; those before the last one are in its prompt, once that is known */
  contextUsedTokens(outputTokens: number): number {
    const last = this.#parts.at(-1);
    if (!last?.promptTokens) return this.promptTokens + outputTokens;
    return last.promptTokens + outputTokens - last.piecesBefore;
  }

  get draftedTokens(): number {
    return this.#sum(({ timings }) => timings?.draftedTokens);
  }

  get acceptedTokens(): number {
    return this.#sum(({ timings }) => timings?.acceptedTokens);
  }

  stats(output: RemoteOutput, clock: Clock): GenerationStats {
    const [draftedTokens, acceptedTokens] = [this.draftedTokens, this.acceptedTokens];
    const { thinkingTokens, answerTokens } = this.#tokens(output);
    const outputTokens = thinkingTokens + answerTokens;
    // A pass yields its accepted guesses and one token more.
    const passes = Math.max(0, outputTokens - acceptedTokens);
    const prefillMs = this.#sum(({ timings }) => timings?.promptMs);
    const decodeMs = this.#sum(({ timings }) => timings?.predictedMs) || clock.sinceFirstTokenMs;
    const first = this.#parts[0];
    return {
      promptTokens: this.promptTokens,
      cachedTokens: first?.usage?.cachedTokens ?? first?.timings?.cachedTokens ?? 0,
      thinkingTokens,
      answerTokens,
      targetPasses: passes,
      sharedPasses: 0,
      draftedTokens,
      acceptedTokens,
      meanAcceptanceLength: draftedTokens > 0 && passes > 0 ? 1 + acceptedTokens / passes : 0,
      tokensPerPass: passes > 0 ? outputTokens / passes : 0,
      queueMs: clock.queueMs,
      prefillMs: prefillMs || clock.timeToFirstTokenMs,
      timeToFirstTokenMs: clock.timeToFirstTokenMs,
      decodeMs,
      tokensPerSecond: decodeMs > 0 ? (outputTokens * 1000) / decodeMs : 0,
      plainTokensPerSecond: 0,
      overheadMsPerPass: 0,
      thinkingMs: output.thinkingMs,
      otherThinkingTokens: 0,
      thinkingTokensSaved: 0,
      contextUsedTokens: this.contextUsedTokens(outputTokens),
      contextSize: clock.contextSize,
      byDrafter:
        draftedTokens > 0
          ? { draft: { rounds: passes, draftedTokens, acceptedTokens, draftMs: 0, acceptedPerPosition: [] } }
          : {},
    };
  }

  /** The server's counts when every request has them; a request that was cut off has none. */
  #tokens(output: RemoteOutput): { thinkingTokens: number; answerTokens: number } {
    const { thinkingPieces, answerPieces } = output;
    if (this.#parts.length !== 1) return { thinkingTokens: thinkingPieces, answerTokens: answerPieces };
    const usage = this.#parts[0]?.usage;
    // One that counts no token says nothing: pieces came all the same, or there is nothing to count.
    if (!usage?.completionTokens) return { thinkingTokens: thinkingPieces, answerTokens: answerPieces };
    // Without a count of its own, the thought's share is that of its pieces.
    const share = thinkingPieces / Math.max(1, thinkingPieces + answerPieces);
    const reported = usage.reasoningTokens || Math.round(usage.completionTokens * share);
    const thinkingTokens = Math.min(usage.completionTokens, reported);
    return { thinkingTokens, answerTokens: usage.completionTokens - thinkingTokens };
  }

  #sum(of: (part: Part) => number | null | undefined): number {
    return this.#parts.reduce((sum, part) => sum + (of(part) ?? 0), 0);
  }
}
