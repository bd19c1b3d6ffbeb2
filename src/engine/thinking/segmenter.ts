/**
 * Splits a model's streamed text into thought and answer. It holds back what may still turn out to be a marker, and
 * white space that may border on one; everything else is passed on at once. Markers never reach a segment.
 *
 * A marker written as plain text counts only where it can stand: a model that quotes a chat template, in a fence, in
 * inline code or in the middle of a sentence, does not end its thought. Which reading is taken depends on the text
 * alone, never on how it was cut into tokens.
 *
 * Example (the prompt opened the thought): "2+2", " is 4.\n</th", "ink>\n\n", "4" → thinking "2+2 is 4.", answer "4".
 */
import type { Segment } from "../../common/segments.ts";
import type { ThinkingFormat } from "./formats.ts";
import { closeVerdict, ownLineVerdict, type Verdict } from "./markerPlace.ts";
import { indentation, type Piece, takePieces } from "./pieces.ts";
import { TextContext } from "./textContext.ts";

/** Text of one segment, by the token that brought it. */
export interface SegmentRun {
  text: string;
  segment: Segment;
  /** The number given to `push`, also for text that was held back. */
  token: number;
}

export interface SegmentStart {
  /** The prompt has opened the thought. */
  startsInside: boolean;
  /** Text of that segment which the output goes on from (a continued generation); none at its beginning. */
  resumedText?: string;
  /**
   * An answer without a thought in front goes on from text as it stands (a raw prompt): its white space is passed on as it
   * comes, at the beginning and the end too. Else that is dropped.
   */
  keepsSpace?: boolean;
}

/** `echo`: a sentence of ours at the end of the thought, which a small model may write once more in its answer. */
type MarkerKind = "open" | "close" | "answerOpen" | "answerClose" | "echo";

interface Marker {
  kind: MarkerKind;
  text: string;
}

/** From this many words on, the beginning of an echo at the output's end is one that was cut off. */
const copiedWords = 4;

/** `start`: nothing visible yet; `closed`: behind a thought, in front of the answer. */
type State = "start" | "thinking" | "closed" | "answer";

export class SegmentParser {
  #markers: readonly Marker[];
  #firstChars: FirstChars;
  /** Openers are markers and not sentences, so that one inside a thought begins a nested one. */
  readonly #nests: boolean;
  readonly #keepsSpace: boolean;
  #state: State;
  /** Text not decided yet, and the pieces it came in. */
  #buffer = "";
  #pieces: Piece[] = [];
  /** White space not passed on yet. */
  #space: Piece[] = [];
  /** White space at the end of an answer that a further thought interrupted. */
  #answerSpace: Piece[] = [];
  #contexts = { thinking: new TextContext(), answer: new TextContext() };
  #hasText = { thinking: false, answer: false };
  /** Thoughts that are open inside each other. */
  #depth = 0;
  /** A further thought begins: set it off from the one before. */
  #separate = false;
  #endDeclared = false;
  /** Nothing but white space has followed an echo, and whether that is dropped too. */
  #behindEcho: "keepSpace" | "dropSpace" | null = null;
  #runs: SegmentRun[] = [];

  constructor(format: ThinkingFormat, start: SegmentStart) {
    const of = (kind: MarkerKind, texts: readonly string[]) =>
      texts.map((text): Marker => ({ kind, text: text.toLowerCase() }));
    this.#markers = [
      ...of("open", format.open),
      ...of("close", format.close),
      ...of("answerOpen", format.answer.open),
      ...of("answerClose", format.answer.close),
    ].sort((a, b) => b.text.length - a.text.length);
    this.#firstChars = new FirstChars(this.#markers);
    this.#nests = format.open.every((text) => /^[<[]/.test(text));
    const { startsInside, resumedText = "", keepsSpace = false } = start;
    this.#keepsSpace = keepsSpace;
    this.#state = startsInside ? "thinking" : resumedText === "" ? "start" : "answer";
    this.#depth = startsInside ? 1 : 0;
    if (resumedText !== "") {
      this.#contexts[this.segment].feed(resumedText);
      this.#hasText[this.segment] = true;
    }
  }

  get segment(): Segment {
    return this.#state === "thinking" ? "thinking" : "answer";
  }

  /** Some text is held back. */
  get holding(): boolean {
    return this.#buffer !== "" || this.#space.length > 0;
  }

  /** A control token with this text is a marker, or part of one. */
  isMarker(text: string): boolean {
    const folded = text.toLowerCase();
    return text !== "" && this.#markers.some(({ kind, text }) => kind !== "echo" && text.includes(folded));
  }

  /** A marker begins with this text. Words that are markers are left aside, and a lone bracket, which begins many a value. */
  beginsMarker(text: string): boolean {
    const folded = text.toLowerCase();
    return /^(<|\[.)/.test(text) && this.#markers.some(({ kind, text }) => kind !== "echo" && text.startsWith(folded));
  }

  /** @param token any number that tells the caller's tokens apart; it comes back in the runs. */
  push(piece: string, token: number): SegmentRun[] {
    return this.#push({ text: piece, token, control: false });
  }

  /** The text of a token that plain text can not contain: a marker, or a part of one, wherever it stands. */
  pushControl(piece: string, token: number): SegmentRun[] {
    return this.#push({ text: piece, token, control: true });
  }

  /**
   * The caller is about to write the thought's end: the next closing marker counts, wherever it stands.
   * @param sentence that it ends the thought with. Where the answer repeats it, also in code, it is dropped, with a marker
   * directly behind it; "": nothing is
   */
  declareThoughtEnd(sentence = ""): void {
    this.#endDeclared = this.#state === "thinking";
    const others = this.#markers.filter(({ kind }) => kind !== "echo");
    this.#markers = sentence === "" ? others : [{ kind: "echo", text: sentence.toLowerCase() }, ...others];
    this.#firstChars = new FirstChars(this.#markers);
  }

  /**
   * The text may end here: what was held back since it may begin a marker is text. Whole markers, control tokens and white
   * space wait on for what follows.
   */
  settle(): SegmentRun[] {
    const folded = this.#buffer.toLowerCase();
    const isMarker =
      this.#pieces.some(({ control }) => control) || this.#markers.some(({ text }) => folded.startsWith(text));
    if (!isMarker) this.#decide(true);
    return this.#takeRuns();
  }

  /** Lets go of what was held back; of that, white space at the end is dropped. */
  end(): SegmentRun[] {
    this.#decide(true);
    this.#space = [];
    return this.#takeRuns();
  }

  #push(piece: Piece): SegmentRun[] {
    const { text } = piece;
    if (this.#buffer === "" && this.#firstChars.find(text, 0) === text.length) {
      if (text !== "") this.#emit(piece);
    } else if (text !== "") {
      this.#buffer += piece.text;
      this.#pieces.push(piece);
      this.#decide(false);
    }
    return this.#takeRuns();
  }

  #takeRuns(): SegmentRun[] {
    const runs = this.#runs;
    this.#runs = [];
    return runs;
  }

  /** Works off the buffer as far as it is clear what it is; all of it when `final`. */
  #decide(final: boolean): void {
    while (this.#buffer !== "") {
      const marker = this.#markerAhead(final);
      if (marker === "wait") return;
      if (marker === null) {
        for (const piece of this.#consume(this.#plainLength())) this.#emit(piece);
        continue;
      }
      const verdict = this.#verdict(marker, this.#buffer.slice(marker.text.length), final);
      if (verdict === "wait") return;
      const pieces = this.#consume(marker.text.length);
      const certain = pieces[0]?.control === true || this.#endDeclared;
      if (verdict === "marker") this.#apply(marker.kind, certain);
      else for (const piece of pieces) this.#emit(piece);
    }
  }

  /** The marker that the buffer begins with; "wait" when it may still become one. Case does not matter. */
  #markerAhead(final: boolean): Marker | "wait" | null {
    if (this.#firstChars.find(this.#buffer, 0) > 0) return null;
    for (const marker of this.#markers) {
      if (marker.kind === "echo" && this.#state === "thinking") continue; // it is being written there
      const head = this.#buffer.slice(0, marker.text.length).toLowerCase();
      if (head === marker.text) return marker;
      if (head.length !== this.#buffer.length || !marker.text.startsWith(head)) continue;
      if (!final) return "wait";
      // Cut off in the middle of the sentence: so many of its words in a row are a copy of it.
      if (marker.kind === "echo" && head.trimEnd().split(" ").length >= copiedWords) return marker;
    }
    return null;
  }

  /** Characters up to the next one that may begin a marker; at least one. */
  #plainLength(): number {
    return this.#firstChars.find(this.#buffer, 1);
  }

  #consume(length: number): Piece[] {
    this.#buffer = this.#buffer.slice(length);
    return takePieces(this.#pieces, length);
  }

  /** Whether a marker's text is one here, or quoted. `after` is what follows, as far as it is known. */
  #verdict(marker: Marker, after: string, final: boolean): Verdict {
    if (this.#pieces[0]?.control || this.#state === "start" || this.#state === "closed") return "marker";
    if (marker.kind === "echo") return "marker";
    if (this.#behindEcho && (marker.kind === "close" || marker.kind === "answerOpen")) return "marker";
    if (marker.kind === "close" && this.#endDeclared) return "marker";
    const context = this.#contexts[this.segment];
    const fitting = context.inFence || context.inInlineCode ? "text" : "marker";
    switch (marker.kind) {
      case "close":
        return closeVerdict(context, after, final);
      case "open":
        if (this.#state === "thinking" && !this.#hasText.thinking) return "marker";
        return ownLineVerdict(context, after, final);
      case "answerOpen":
        return this.#state === "thinking" && context.atLineStart ? fitting : "text";
      case "answerClose":
        return this.#state === "answer" ? fitting : "text";
    }
  }

  /** @param certain not a matter of reading: a control token, or declared by the caller. */
  #apply(kind: MarkerKind, certain: boolean): void {
    switch (kind) {
      case "open":
        if (this.#state !== "thinking") this.#beginThought();
        // A second opening marker at once is a habit (the prompt had one already); later, on its own line, it nests.
        else if (this.#nests && !certain && this.#hasText.thinking) this.#depth++;
        return;
      case "close":
        if (this.#state === "start") this.#endThought();
        if (this.#state !== "thinking") return;
        this.#depth = certain ? 0 : this.#depth - 1;
        if (this.#depth <= 0) this.#endThought();
        return;
      case "answerOpen":
        if (!this.#behindEcho || this.#state === "thinking") this.#endThought();
        return;
      case "answerClose":
        return;
      case "echo": {
        const isOnOwnLine = this.#state !== "answer" || this.#space.some(({ text }) => text.includes("\n"));
        this.#behindEcho = isOnOwnLine ? "dropSpace" : "keepSpace";
        return;
      }
    }
  }

  #beginThought(): void {
    if (this.#state === "answer") this.#answerSpace = this.#space;
    this.#behindEcho = null;
    this.#space = [];
    this.#separate = this.#hasText.thinking;
    this.#contexts.thinking = new TextContext();
    this.#depth = 1;
    this.#state = "thinking";
  }

  #endThought(): void {
    this.#space = [];
    this.#depth = 0;
    this.#endDeclared = false;
    this.#state = "closed";
  }

  /** Passes text on; white space only when visible text follows it, unless it is kept in any case. */
  #emit(piece: Piece): void {
    const { text, token, control } = piece;
    this.#contexts[this.segment].feed(text);
    const visible = text.trimStart();
    if (this.#keepsSpace && (this.#state === "start" || this.#state === "answer") && this.#behindEcho === null) {
      if (visible !== "") this.#state = "answer";
      this.#write(text, token);
      return;
    }
    const leading = text.slice(0, text.length - visible.length);
    if (leading !== "" && this.#behindEcho !== "dropSpace") this.#space.push({ text: leading, token, control });
    if (visible === "") return;
    this.#behindEcho = null;
    this.#flushSpace(token);
    const body = this.#keepsSpace && this.#state === "answer" ? visible : visible.trimEnd();
    this.#write(body, token);
    if (body.length < visible.length) this.#space.push({ text: visible.slice(body.length), token, control });
  }

  /** Passes the white space on in front of visible text; at a segment's beginning only that line's indentation. */
  #flushSpace(token: number): void {
    const { thinking } = this.#hasText;
    const begins = this.#state === "thinking" ? this.#separate || !thinking : this.#state !== "answer";
    const space = begins ? indentation(this.#space) : this.#space;
    if (this.#state !== "thinking" && begins) {
      this.#state = "answer";
      for (const piece of this.#answerSpace) this.#write(piece.text, piece.token);
      this.#answerSpace = [];
    }
    if (this.#separate) this.#write("\n\n", token);
    this.#separate = false;
    for (const piece of space) this.#write(piece.text, piece.token);
    this.#space = [];
  }

  #write(text: string, token: number): void {
    if (text === "") return;
    const { segment } = this;
    this.#hasText[segment] = true;
    const last = this.#runs.at(-1);
    if (last?.segment === segment && last.token === token) last.text += text;
    else this.#runs.push({ text, segment, token });
  }
}

/** The characters that markers begin with. Nearly every character of a text is looked at, and nearly none is one of them. */
class FirstChars {
  readonly #chars: ReadonlySet<string>;
  /** By ASCII code. */
  readonly #ascii = new Uint8Array(128);

  /** @param markers their texts in lower case */
  constructor(markers: readonly Marker[]) {
    this.#chars = new Set(markers.map(({ text }) => text[0] ?? ""));
    for (let code = 0; code < this.#ascii.length; code++)
      if (this.#chars.has(String.fromCharCode(code).toLowerCase())) this.#ascii[code] = 1;
  }

  /** Where the next one is, from `from` on and in whatever case; the text's length: nowhere. */
  find(text: string, from: number): number {
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < this.#ascii.length ? this.#ascii[code] === 1 : this.#chars.has(text[i]!.toLowerCase())) return i;
    }
    return text.length;
  }
}
