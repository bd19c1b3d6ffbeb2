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

/** What is taken for the rest of a thought that the prompt, out of sight, may have opened. */
interface Assumed {
  /** Nobody asked for a thought, and the model may well have none: without a marker the text is the answer. */
  isUnwanted: boolean;
  /** A marker has shown that thoughts are there. */
  isShown: boolean;
  content: string;
  /** The beginning of `content`, in which a marker would stand. */
  head: string;
  /** What was thought before. */
  thinking: string;
  thinkingPieces: number;
}

/** Characters; no marker is longer. */
const headChars = 64;

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
  /** A further thought begins: set it off from the one before. */
  #separate = false;
  /** null: the server tells thoughts apart, or the prompt is known. */
  #assumed: Assumed | null = null;
  #start: Omit<SegmentStart, "startsInside">;

  /** @param start what the answer is gone on from, where that is known: white space behind it counts */
  constructor(format: ThinkingFormat, start: Omit<SegmentStart, "startsInside"> = {}) {
    this.#format = format;
    this.#start = start;
    this.#parser = new SegmentParser(format, { ...start, startsInside: false });
  }

  /** What comes next is the rest of a thought: the prompt has opened it, and perhaps begun it with `resumedText`. */
  beginInside(resumedText = ""): void {
    this.#parser = new SegmentParser(this.#format, { startsInside: true, resumedText });
  }

  /**
   * What comes next may be the rest of a thought: it is shown as one until its end comes, or none has come.
   * @param isUnwanted it was asked for without a thought
   */
  assumeInside(isUnwanted: boolean): void {
    const { thinking, thinkingPieces } = this;
    this.#assumed = { isUnwanted, isShown: false, content: "", head: "", thinking, thinkingPieces };
    this.beginInside();
  }

  /** What is shown as a thought may as well be the answer: nobody asked for a thought, and nothing shows that it is one. */
  get mayBeAnswer(): boolean {
    return this.#assumed?.isUnwanted === true && !this.#assumed.isShown;
  }

  /** Pieces of the answer, with those that may be. */
  get limitedPieces(): number {
    const maybe = this.#assumed && this.mayBeAnswer ? this.thinkingPieces - this.#assumed.thinkingPieces : 0;
    return this.answerPieces + maybe;
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
    if (this.#assumed) this.#observe(this.#assumed, chunk.content);
    return this.thinking.slice(before);
  }

  #observe(assumed: Assumed, content: string): void {
    assumed.content += content;
    assumed.head = (assumed.head + content).trimStart().slice(0, headChars);
    assumed.isShown ||= this.#parser.segment !== "thinking" || this.#beginsWithMarker(assumed.head);
  }

  /** What a server calls reasoning begins inside a thought; what it calls content does not. */
  #parserOf(source: "reasoning" | "content"): SegmentParser {
    if (this.#source === source) return this.#parser;
    const first = this.#source === null;
    this.#source = source;
    // The server tells thoughts apart by itself: its content holds none.
    if (source === "reasoning") this.#assumed = null;
    if (first && source === "content") return this.#parser;
    this.#take(this.#parser.end());
    this.#parser = new SegmentParser(this.#format, { startsInside: source === "reasoning" });
    return this.#parser;
  }

  /** The thought was ended by us, and a second request brings the answer: where the prompt opens thoughts, behind another. */
  endThought(reason: ThinkingEnd): void {
    this.#take(this.#parser.end());
    this.#noteEnd(reason);
    const opensAnother = this.#assumed !== null && !this.#beginsWithMarker(this.#assumed.head);
    this.#assumed = null;
    this.#source = null;
    this.#start = {};
    this.#separate = this.thinking !== "";
    if (opensAnother) this.assumeInside(true);
    else this.#parser = new SegmentParser(this.#format, { startsInside: false });
  }

  /** @param isWhole the server ended it by itself; of a thought that was asked for, what was cut off may lack only the end */
  end(isWhole: boolean): void {
    this.#take(this.#parser.end());
    const assumed = this.#parser.segment === "thinking" ? this.#assumed : null;
    if (assumed && !assumed.isShown && (isWhole || assumed.isUnwanted)) this.#answerWith(assumed);
    if (this.thinkingEnd === "none" && this.thinking !== "") this.thinkingMs = performance.now() - this.#startedAt;
  }

  /**
   * No thought has ended, so the prompt had opened none: who reads the events got the text as one, and gets it again as the
   * answer, but for a thought that the model opened in the middle of it.
   */
  #answerWith({ content, thinking, thinkingPieces }: Assumed): void {
    const parser = new SegmentParser(this.#format, { ...this.#start, startsInside: false });
    const runs = [...parser.push(content, this.#pieces++), ...parser.end()];
    const length = (of: readonly SegmentRun[]) => of.reduce((sum, { text }) => sum + text.length, 0);
    const thoughtShare = length(runs.filter(({ segment }) => segment === "thinking")) / Math.max(1, length(runs));
    const answerPieces = Math.round((this.thinkingPieces - thinkingPieces) * (1 - thoughtShare));
    this.thinking = thinking;
    this.thinkingPieces -= answerPieces;
    this.answerPieces += answerPieces;
    for (const { segment, text } of runs) {
      if (segment === "answer") this.#add(segment, text);
      else this.thinking += this.thinking === "" ? text : `\n\n${text.trimStart()}`;
    }
  }

  /** The model opens its thoughts itself, and not the prompt. */
  #beginsWithMarker(head: string): boolean {
    return this.#format.open.some((marker) => head.toLowerCase().startsWith(marker.toLowerCase()));
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

  #add(segment: Segment, piece: string): void {
    this.firstTokenAt ??= performance.now();
    const text = this.#separate && segment === "thinking" ? `\n\n${piece}` : piece;
    this.#separate = false;
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
