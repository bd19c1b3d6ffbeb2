/**
 * What a server has sent so far, as Hunch's segments and events. A thought that comes inside the content, between tags, is
 * found by the segmenter; and so is the end of one that comes apart, since a server that guesses the tags wrongly from a
 * chat template calls all of its output reasoning.
 */
import type { GeneratedToken, GenerationEvent } from "../../../common/protocol.ts";
import type { Segment, ThinkingEnd } from "../../../common/segments.ts";
import type { LiveStats } from "../../../common/stats.ts";
import type { ThinkingFormat } from "../../thinking/formats.ts";
import { SegmentParser, type SegmentRun, type SegmentStart } from "../../thinking/segmenter.ts";
import { endsLine } from "../../thinking/textContext.ts";
import type { Chunk } from "./chunk.ts";

export class RemoteOutput {
  thinking = "";
  answer = "";
  /** Pieces that came: about one a token, until the server tells its own count. */
  thinkingPieces = 0;
  answerPieces = 0;
  thinkingEnd: ThinkingEnd = "none";
  thinkingMs = 0;
  firstTokenAt: number | null = null;
  /** Why a thought was over that the server has ended; asked with the thought. */
  endOf: (thinking: string) => ThinkingEnd = () => "model";
  readonly #format: ThinkingFormat;
  readonly #startedAt = performance.now();
  #parser: SegmentParser;
  #events: GenerationEvent[] = [];
  #batch: GeneratedToken[] = [];
  #pieces = 0;
  #lastText = "";
  /** The last piece that is counted. */
  #counted = -1;
  /** Where the last text came from. */
  #source: "reasoning" | "content" | null = null;
  /** The first content is taken for the rest of a thought that the prompt has opened. */
  #assumed: boolean;

  /**
   * @param opened the server's prompt opens the thought, and may leave it in the content: only its end is marked then
   * @param start what the answer is gone on from, where that is known: white space behind it counts
   */
  constructor(format: ThinkingFormat, opened: boolean, start: Omit<SegmentStart, "startsInside"> = {}) {
    this.#format = format;
    this.#assumed = opened;
    this.#parser = new SegmentParser(format, { ...start, startsInside: opened });
  }

  /** What comes next is the rest of a thought: the prompt has opened it, and perhaps begun it with `resumedText`. */
  beginInside(resumedText = ""): void {
    this.#parser = new SegmentParser(this.#format, { startsInside: true, resumedText });
  }

  /** Not between its closing marker and the answer's first word, either. */
  get isThinking(): boolean {
    const isOpen = this.#parser.segment === "thinking" && this.thinkingEnd === "none";
    return isOpen && this.answer === "" && this.thinking !== "";
  }

  /** What came last ended a line, also where that is held back. */
  get atLineEnd(): boolean {
    return endsLine(this.#lastText);
  }

  /** @returns the thinking text that the chunk brought */
  push(chunk: Chunk): string {
    const before = this.thinking.length;
    this.#lastText = chunk.reasoning + chunk.content;
    if (chunk.reasoning !== "") this.#take(this.#parserOf("reasoning").push(chunk.reasoning, this.#pieces++));
    if (chunk.content !== "") this.#take(this.#parserOf("content").push(chunk.content, this.#pieces++));
    return this.thinking.slice(before);
  }

  /** What a server calls reasoning begins inside a thought; what it calls content does not. */
  #parserOf(source: "reasoning" | "content"): SegmentParser {
    if (this.#source === source) return this.#parser;
    const first = this.#source === null;
    this.#source = source;
    // The server tells thoughts apart by itself: its content holds none.
    if (source === "reasoning") this.#assumed = false;
    if (first && source === "content") return this.#parser;
    this.#take(this.#parser.end());
    this.#parser = new SegmentParser(this.#format, { startsInside: source === "reasoning" });
    return this.#parser;
  }

  /** The thought was ended by us, and a second request brings the answer: what it says is no thought. */
  endThought(reason: ThinkingEnd): void {
    this.#take(this.#parser.end());
    this.#noteEnd(reason);
    this.#assumed = false;
    this.#source = null;
    this.#parser = new SegmentParser(this.#format, { startsInside: false });
  }

  end(): void {
    this.#take(this.#parser.end());
    if (this.#assumed && this.thinkingEnd === "none") {
      // No thought has ended, so there was none.
      this.answer = this.thinking;
      this.answerPieces = this.thinkingPieces;
      this.thinking = "";
      this.thinkingPieces = 0;
    }
    if (this.thinkingEnd === "none" && this.thinking !== "") this.thinkingMs = performance.now() - this.#startedAt;
  }

  /** Events since the last call. */
  takeEvents(live: () => LiveStats): GenerationEvent[] {
    const events: GenerationEvent[] =
      this.#batch.length > 0 ? [{ type: "tokens", tokens: this.#batch, live: live() }] : [];
    events.push(...this.#events);
    this.#batch = [];
    this.#events = [];
    return events;
  }

  #take(runs: readonly SegmentRun[]): void {
    for (const { segment, text, token } of runs) {
      // White space that was held back comes with the piece after its own: a piece counts once.
      if (token > this.#counted) {
        this.#counted = token;
        if (segment === "thinking") this.thinkingPieces++;
        else this.answerPieces++;
      }
      this.#add(segment, text);
    }
  }

  #add(segment: Segment, text: string): void {
    this.firstTokenAt ??= performance.now();
    if (segment === "thinking") this.thinking += text;
    else {
      // A thought that came apart from the content is over when content comes.
      if (this.thinking !== "" && this.thinkingEnd === "none") this.#noteEnd(this.endOf(this.thinking));
      this.answer += text;
    }
    this.#batch.push({ id: 0, text, segment, origin: "target" });
  }

  #noteEnd(reason: ThinkingEnd): void {
    if (this.thinkingEnd !== "none") return;
    this.thinkingEnd = reason;
    this.thinkingMs = performance.now() - this.#startedAt;
    // Behind the thought's last token, in front of the answer's first.
    this.#events.push({ type: "thinkingEnd", reason });
  }
}
