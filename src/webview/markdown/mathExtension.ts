/** Math as tokens of marked, with its source as it was written: `{ type: "math", raw, source, display, open }`. */
import { Marked, type Tokens } from "marked";
import { type MathSpan, readMath, readMathBlock } from "../../common/mathSyntax.ts";

const blankLine = /\n[ \t]*\n/;
const blockStart = /\n(?= {0,3}(?:\$\$|\\\[))/g;
/** Up to the next "$", unless the text ends before it for another reason. */
const textBeforeDollar = /^[^\\<![`*~_$]*\$/;

/** The options of a lexer that knows math. */
export const mathOptions = new Marked({
  gfm: true,
  breaks: false,
  extensions: [
    {
      name: "mathBlock",
      level: "block",
      start: blockPlace,
      tokenizer: (source) => token(readMathBlock(source)),
    },
    {
      name: "mathSpan",
      level: "inline",
      start: (source) => {
        const length = textBeforeDollar.exec(source)?.[0].length;
        return length === undefined ? undefined : length - 1;
      },
      tokenizer: (source, tokens) => token(readMath(source, tokens.at(-1)?.raw.at(-1) ?? "")),
    },
  ],
  hooks: { emStrongMask: withoutMath },
}).defaults;

function token(math: (MathSpan & { open?: boolean }) | null): Tokens.Generic | undefined {
  return math ? { type: "math", open: false, ...math } : undefined;
}

/** Where math ends the paragraph that `source` goes on with. */
function blockPlace(source: string): number | undefined {
  const blank = source.search(blankLine);
  const paragraph = blank === -1 ? source : source.slice(0, blank);
  for (const { index } of paragraph.matchAll(blockStart)) if (readMathBlock(source.slice(index + 1))) return index + 1;
  return undefined;
}

/** An asterisk in a formula begins and ends no emphasis. */
function withoutMath(masked: string): string {
  if (!masked.includes("$")) return masked;
  let text = "";
  for (let at = masked.indexOf("$"); at !== -1; at = masked.indexOf("$", text.length)) {
    text += masked.slice(text.length, at);
    const length = readMath(masked.slice(at), masked[at - 1] ?? "")?.raw.length;
    text += length === undefined ? "$" : "a".repeat(length);
  }
  return text + masked.slice(text.length);
}
