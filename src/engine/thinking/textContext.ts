/**
 * Where a streamed text stands: inside a code fence, inside inline code, at the start of a line. Decides whether a
 * marker written as plain text is one, and whether a thought is at a sentence's end. It keeps a few characters of the
 * current line, never the text.
 */

/** Of a line, this much is kept: enough for a fence, its indentation and its info string. */
const keptLineChars = 80;

/** A line that opens or closes a fence: the marker, and what stands behind it. */
export const fencePattern = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;

export class TextContext {
  /** The fence that is open, by its marker ("```", "~~~~"); null outside of code. */
  fence: string | null = null;
  /** The last visible character of the current line; "" at the line's start. */
  lastVisible = "";
  /** The last character of all; "" at the text's start. */
  last = "";
  #line = "";
  #backtickRuns = 0;

  get atLineStart(): boolean {
    return this.lastVisible === "";
  }

  /** An inline code span began on this line and has not ended. */
  get inInlineCode(): boolean {
    return this.#backtickRuns % 2 === 1 && !fencePattern.test(this.#line);
  }

  /** Inside a fenced block; the line that opens it belongs to it, the line that closes it does not. */
  get inFence(): boolean {
    return this.#fenceAfterLine() !== null;
  }

  feed(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#feedLine(text.slice(from, end));
      this.#endLine();
      this.last = "\n";
      from = end + 1;
    }
    this.#feedLine(from === 0 ? text : text.slice(from));
  }

  /** @param text without line ends */
  #feedLine(text: string): void {
    if (text === "") return;
    for (let i = text.indexOf("`"); i >= 0; i = text.indexOf("`", i + 1))
      if ((i === 0 ? this.last : text[i - 1]) !== "`") this.#backtickRuns++;
    const visible = text.trimEnd();
    if (visible !== "") this.lastVisible = lastCharOf(visible);
    this.last = lastCharOf(text);
    if (this.#line.length < keptLineChars) this.#line += text.slice(0, keptLineChars - this.#line.length);
  }

  /** What `fence` is when the current line ends as it stands. */
  #fenceAfterLine(): string | null {
    const match = fencePattern.exec(this.#line.trimEnd());
    const marker = match?.[1];
    if (!marker) return this.fence;
    if (this.fence === null) return marker;
    // A fence is closed by the same character, at least as often, with nothing behind it.
    const closes = marker[0] === this.fence[0] && marker.length >= this.fence.length && match[2] === "";
    return closes ? null : this.fence;
  }

  #endLine(): void {
    this.fence = this.#fenceAfterLine();
    this.#line = "";
    this.#backtickRuns = 0;
    this.lastVisible = "";
  }
}

/** The text ends at the end of a line, or in the indentation of the next. */
export function endsLine(text: string): boolean {
  return /\n[ \t]*$/.test(text);
}

/** Also where it takes two units of UTF-16. */
function lastCharOf(text: string): string {
  const isPair = text.length > 1 && text.codePointAt(text.length - 2)! > 0xffff;
  return text.slice(isPair ? -2 : -1);
}
