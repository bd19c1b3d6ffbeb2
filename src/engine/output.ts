/** What a generation has put out so far: text by segment, counts, and the events not sent yet. */
import type { GeneratedToken, GenerationEvent } from "../common/protocol.ts";
import type { Segment, ThinkingEnd, TokenOrigin } from "../common/segments.ts";
import type { LiveStats } from "../common/stats.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { StreamDecoder } from "./backends/embedded/textCodec.ts";
import type { TextKind } from "./speculation/types.ts";
import { SegmentParser, type SegmentRun, type SegmentStart } from "./thinking/segmenter.ts";
import { endsLine } from "./thinking/textContext.ts";

/** A line that opens or closes a code fence, and how much of a line has to be known to see it. */
const fenceLine = /^ {0,3}(```|~~~)/;
const fenceLineChars = 6;

export class Output {
  thinking = "";
  answer = "";
  thinkingTokens = 0;
  answerTokens = 0;
  thinkingEnd: ThinkingEnd = "none";
  /** Of all thoughts, without the answer's text between them. */
  thinkingMs = 0;
  firstTokenAt: number | null = null;
  /** Of a thought that is carried on, what was written before; no part of `thinking`. */
  readonly earlierThought: string;
  readonly #model: EngineModel;
  readonly #parser: SegmentParser;
  readonly #decoder: StreamDecoder;
  readonly #startedAt = performance.now();
  /** When the last thought began: the first with the generation. */
  #thoughtStartedAt = this.#startedAt;
  readonly #events: GenerationEvent[] = [];
  /** Tokens whose text is known, not sent yet. */
  #batch: GeneratedToken[] = [];
  /** Tokens of which the segmenter still holds text back, by index. */
  readonly #held = new Map<number, GeneratedToken>();
  #index = 0;
  #forcedTokens = 0;
  /** How often a thought's end was declared; tokens forced from the second time on. */
  #declaredEnds = 0;
  #againTokens = 0;
  /** A thought's end was declared, and its marker is still to come; thinking tokens forced in such places. */
  #isClosing = false;
  #closingTokens = 0;
  #lastText = "";
  /** The beginning of the answer's last line, and whether that is inside a code fence. */
  #line = "";
  #inFence = false;

  constructor(model: EngineModel, start: SegmentStart) {
    this.#model = model;
    const { startsInside, resumedText = "" } = start;
    this.earlierThought = startsInside ? resumedText : "";
    // An answer may be carried on inside a fence.
    if (!startsInside) this.#follow(resumedText);
    this.#parser = new SegmentParser(model.format, start);
    this.#decoder = model.codec.streamDecoder();
  }

  get segment(): Segment {
    return this.#parser.segment;
  }

  /** The thought as the model sees it, what was written before included. */
  get thought(): string {
    return this.earlierThought + this.thinking;
  }

  /** Thinking tokens, of all thoughts, without those that Hunch wrote to end them. */
  get ownThinkingTokens(): number {
    return this.thinkingTokens - this.#closingTokens;
  }

  /** Tokens that the model chose: all but those forced. */
  get chosenTokens(): number {
    return this.thinkingTokens + this.answerTokens - this.#forcedTokens;
  }

  /** Tokens that count towards a limit: a model that opens thought after thought does not get each one's end for nothing. */
  get limitedTokens(): number {
    return this.chosenTokens + this.#againTokens;
  }

  /** What the text is at its end: acceptance is learnt apart for each kind. */
  get kind(): TextKind {
    if (this.segment === "thinking") return "thinking";
    return this.#inFence || fenceLine.test(this.#line) ? "code" : "prose";
  }

  /** Text of the last token, also where it is held back or dropped: markers, and what repeats the end of the thought. */
  get lastText(): string {
    return this.#lastText;
  }

  /** The last token ended a line. The text of a segment may not show it yet: white space at its end is held back. */
  get atLineEnd(): boolean {
    return endsLine(this.#lastText);
  }

  get answerIsEmpty(): boolean {
    return this.answer.replace(/[`~\s]/g, "") === ""; // an empty code fence is no answer either
  }

  /** A marker may be about to be spelt out, ornaments in front of it or not, if this text comes next. */
  beginsMarker(text: string): boolean {
    return this.#parser.beginsMarker(text.trim().replace(/^[`~*_]+/, ""));
  }

  /** @returns the thinking text that this token released. */
  push(token: number, origin: TokenOrigin, forced = false): string {
    this.firstTokenAt ??= performance.now();
    const before = this.segment;
    const index = this.#index++;
    const generated: GeneratedToken = { id: token, text: "", segment: before, origin };
    if (forced) {
      generated.forced = true;
      this.#forcedTokens++;
      if (this.#declaredEnds > 1) this.#againTokens++;
    }
    this.#held.set(index, generated);
    const runs = this.#parse(token, index);
    if (before === "thinking" || this.segment === "thinking") {
      this.thinkingTokens++;
      if (forced && this.#isClosing) this.#closingTokens++;
    } else this.answerTokens++;
    this.#take(runs, this.#parser.holding);
    if (before === "answer" && this.segment === "thinking" && this.answer !== "")
      this.#thoughtStartedAt = performance.now();
    if (before === "thinking" && this.segment === "answer") {
      if (!this.#isClosing) this.#endThought("model");
      this.#isClosing = false;
    }
    return runs.map((run) => (run.segment === "thinking" ? run.text : "")).join("");
  }

  /**
   * The thought is about to be closed by us: the next closing marker counts, wherever it stands.
   * @param sentence that it is closed with: the answer is kept free of it; "" where it may stand there
   */
  declareThoughtEnd(reason: ThinkingEnd, sentence: string): void {
    this.#declaredEnds++;
    this.#parser.declareThoughtEnd(sentence);
    this.#isClosing = this.segment === "thinking";
    this.#endThought(reason);
  }

  /** Notes what ended the thought. Where a further one follows, the last reason of ours stays: it says what the answer lacks. */
  #endThought(reason: ThinkingEnd): void {
    const now = performance.now();
    this.thinkingMs += now - this.#thoughtStartedAt;
    this.#thoughtStartedAt = now;
    const isTold = reason === "model" ? this.thinkingEnd !== "none" : this.thinkingEnd === reason;
    if (isTold) return;
    this.thinkingEnd = reason;
    this.#events.push({ type: "thinkingEnd", reason });
  }

  /** The model has ended its answer: what is held back of it as a marker's beginning belongs to it, and counts. */
  settleAnswer(): void {
    if (this.segment === "answer") this.#take(this.#parser.settle(), this.#parser.holding);
  }

  /** What comes next is no continuation: a character that the last token left unfinished stays so, and is not shown. */
  breakOff(): void {
    this.#take(this.#parser.push(this.#decoder.end(), Math.max(0, this.#index - 1)), this.#parser.holding);
  }

  /** Lets go of what was held back. */
  end(): void {
    this.breakOff();
    this.#take(this.#parser.end(), false);
    if (this.thinkingEnd === "none" && this.thinkingTokens > 0) this.thinkingMs = performance.now() - this.#startedAt;
  }

  /** Events since the last call. */
  takeEvents(live: () => LiveStats): GenerationEvent[] {
    const events = this.#events.splice(0);
    if (this.#batch.length > 0) events.unshift({ type: "tokens", tokens: this.#batch, live: live() });
    this.#batch = [];
    return events;
  }

  /**
   * Control tokens are no text for the user. A marker that is a token of its own counts wherever it stands; one that is
   * spelt out in plain text is judged by its place.
   */
  #parse(token: number, index: number): SegmentRun[] {
    const text = this.#decoder.push(token);
    this.#lastText = text;
    const kind = this.#model.codec.kindOf(token);
    const isMarker = kind !== "text" && this.#parser.isMarker(text) && /^[<[]/.test(text);
    if (isMarker) return this.#parser.pushControl(text, index);
    return kind === "control" ? [] : this.#parser.push(text, index);
  }

  #append({ segment, text }: SegmentRun): void {
    if (segment === "thinking") {
      this.thinking += text;
      return;
    }
    // What is new is looked at alone: an answer read whole at every token would be copied as often.
    this.answer += text;
    this.#follow(text);
  }

  /** Sees where the answer's last line begins and whether that is inside a fence. */
  #follow(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#lengthenLine(text.slice(from, end));
      if (fenceLine.test(this.#line)) this.#inFence = !this.#inFence;
      this.#line = "";
      from = end + 1;
    }
    this.#lengthenLine(text.slice(from));
  }

  #lengthenLine(text: string): void {
    if (this.#line.length < fenceLineChars) this.#line += text;
  }

  /** Gives each run to the token that brought it, and lets tokens go when nothing of them is held back. */
  #take(runs: readonly SegmentRun[], holding: boolean): void {
    for (const run of runs) {
      this.#append(run);
      const token = this.#held.get(run.token) ?? this.#batch.at(-1);
      if (!token) continue;
      if (token.text === "" || token.segment === run.segment) {
        token.text += run.text;
        token.segment = run.segment;
      } else this.#held.set(run.token + 0.5, { ...token, text: run.text, segment: run.segment });
    }
    if (holding) return;
    this.#batch.push(...[...this.#held].sort(([a], [b]) => a - b).map(([, token]) => token));
    this.#held.clear();
  }
}
