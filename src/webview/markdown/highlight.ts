/**
 * Syntax colours for code that may still be growing. Works on segments of some kilobytes: a finished segment keeps its
 * colours and is not looked at again, so a long block costs no more per line than a short one. The output is spans of
 * class and text, never HTML.
 */
import hljs from "highlight.js/lib/core";
import { aliases, languages } from "./languages.ts";

for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);
for (const [alias, languageName] of Object.entries(aliases)) hljs.registerAliases(alias, { languageName });

/** Characters after which a segment may end, and must. */
const softSegmentLength = 6_000;
const hardSegmentLength = 12_000;
/** A word as long as no name is: packed data. Some grammars take time with the square of its length. */
const packed = /\w{300}/;
/** Lines that are redrawn together. */
const linesPerChunk = 40;

/** A few lines of highlighted code. Equal strings look the same, so the string is what decides about a redraw. */
export type CodeChunk = string;

export interface CodeSpan {
  /** Class names of highlight.js; empty for plain text. */
  className: string;
  text: string;
}

/** Colours one growing code block. */
export class Highlighter {
  readonly #language: string | null;
  readonly #frozen: CodeChunk[] = [];
  #frozenLength = 0;

  /** A language that is not known leaves the code plain. */
  constructor(language: string) {
    this.#language = hljs.getLanguage(language) ? language : null;
  }

  /** The chunks of `code`, which begins with what was given before. */
  update(code: string): CodeChunk[] {
    for (let end = this.#segmentEnd(code); end !== -1; end = this.#segmentEnd(code)) {
      this.#frozen.push(...this.#chunks(code.slice(this.#frozenLength, code[end - 1] === "\n" ? end - 1 : end)));
      this.#frozenLength = end;
    }
    return [...this.#frozen, ...this.#chunks(code.slice(this.#frozenLength))];
  }

  /** Where the segment that begins at the frozen length ends, after a line break if there is one; -1 while too short. */
  #segmentEnd(code: string): number {
    const start = this.#frozenLength;
    if (code.length - start < softSegmentLength) return -1;
    // Between two top-level definitions no string or comment is open as a rule, so that colours stay right.
    const pause = /\n\n(?=[^\s])/g;
    pause.lastIndex = start + softSegmentLength / 2;
    const match = pause.exec(code);
    if (match && match.index - start < hardSegmentLength) return match.index + 2;
    if (code.length - start < hardSegmentLength) return -1;
    const lineEnd = code.lastIndexOf("\n", start + hardSegmentLength);
    return lineEnd > start ? lineEnd + 1 : start + hardSegmentLength;
  }

  #chunks(code: string): CodeChunk[] {
    const language = packed.test(code) ? null : this.#language;
    const html = language === null ? escapeHtml(code) : hljs.highlight(code, { language, ignoreIllegals: true }).value;
    const lines = balancedLines(html);
    const chunks: CodeChunk[] = [];
    for (let i = 0; i < lines.length; i += linesPerChunk) chunks.push(lines.slice(i, i + linesPerChunk).join("\n"));
    return chunks;
  }
}

/** The name of a language as people write it; the tag itself when it is not known. */
export function languageName(language: string): string {
  return hljs.getLanguage(language)?.name?.split(",")[0] ?? language;
}

/** Splits highlight.js output into lines, closing spans at a line's end and opening them again on the next. */
function balancedLines(html: string): string[] {
  const open: string[] = [];
  return html.split("\n").map((line) => {
    const prefix = open.join("");
    for (const [tag] of line.matchAll(/<[^>]*>/g)) {
      if (tag === "</span>") open.pop();
      else open.push(tag);
    }
    return prefix + line + "</span>".repeat(open.length);
  });
}

/** A chunk as flat spans; nested classes are joined, the innermost last. */
export function spansOf(chunk: CodeChunk): CodeSpan[] {
  const spans: CodeSpan[] = [];
  const classes: string[] = [];
  for (const [part] of chunk.matchAll(/<span class="[^"]*">|<\/span>|[^<]+/g)) {
    if (part === "</span>") classes.pop();
    else if (part.startsWith("<span")) classes.push(part.slice('<span class="'.length, -'">'.length));
    else spans.push({ className: classes.join(" "), text: unescapeHtml(part) });
  }
  return spans;
}

/** The same five characters as highlight.js escapes. */
function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#x27;");
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&");
}
