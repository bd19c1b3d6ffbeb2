/**
 * Code that a question wants back, as far as it is known before the model writes it: "Rename `items` to `stock` and return
 * the whole code." It can be drafted from the answer's fence on, the first change included. A wrong reading costs a draft
 * that fails.
 *
 * Example: the question above, with a fence that holds `f(items)` → the same fence with `f(stock)`.
 */
import type { Prompt } from "../../common/prompt.ts";
import { fencePattern } from "../thinking/textContext.ts";

export interface ExpectedCode {
  /** As its fence names it; "" where it does not. */
  language: string;
  /** From the end of the opening fence's line to the closing fence. */
  code: string;
}

interface Renaming {
  from: string;
  to: string;
}

/** Characters that are looked at. */
const longestBlock = 40_000;
const longestSentence = 1_000;
const identifier = String.raw`[\p{L}_$][\p{L}\p{N}_$]{0,59}`;
const quoted = "(?:`([^`\\n]{1,60})`|\"([^\"\\n]{1,60})\"|'([^'\\n]{1,60})')";
/** What words and signs, with which verb, say what a thing is to become; in the languages that Hunch speaks. */
const changes = [
  ["renam|chang|turn", "to|into|as|→|[-=]>"],
  ["replac|substitut|swap", "with|by|→|[-=]>"],
  ["umbenenn|benenn|änder", "in|zu|nach|→|[-=]>"],
  ["ersetz|tausch", "durch|gegen|mit|→|[-=]>"],
].map(([verb, into]) => ({
  verb: wordsBeginning(verb!),
  /** "`a` to `b`", also "`a` everywhere to `b`". */
  pair: new RegExp(String.raw`${quoted}(?:\s+\p{L}+)?\s+(?:${into})\s+${quoted}`, "giu"),
}));
/** "Use `b` instead of `a`". */
const choice = {
  verb: wordsBeginning("us|call|nam|writ|tak|prefer|verwend|nutz|nenn|nimm|schreib"),
  pair: new RegExp(String.raw`${quoted}\s+(?:instead\s+of|rather\s+than|statt|anstelle\s+von)\s+${quoted}`, "giu"),
};
/** "Rename items to stock": without quotes only where nothing but a name can be meant. */
const bare = {
  verb: wordsBeginning("rename|umbenenn|benenn"),
  pair: new RegExp(
    String.raw`(?<![\p{L}\p{N}_$])(${identifier})\s+(?:to|into|as|in|zu|nach|→|[-=]>)\s+(${identifier})(?=\s*(?:[.,;:!?)]|$)|\s+(?:everywhere|throughout|in|and|across|überall|um|und)(?!\p{L}))`,
    "giu",
  ),
};
/** "Return the whole function", "Give the whole corrected code", "Gib die ganze Datei zurück". */
const wholeCode = [
  [
    "return|give|show|write|rewrite|print|output|send|reply|answer|want|need",
    "(?:whole|entire|complete|full)",
    "code|file|function|method|class|module|program|script|component|struct|type|snippet",
  ],
  [
    String.raw`(?:gib|geb|zeig|schreib|schick|antworte|liefer|brauch)\p{L}*`,
    "(?:ganze|gesamte|vollständige|komplette)[nrs]?",
    "code|datei|funktion|methode|klasse|modul|programm|skript",
  ],
].map(
  ([verb, all, code]) =>
    new RegExp(String.raw`(?<!\p{L})(?:${verb})(?!\p{L}).*(?<!\p{L})${all}(?:\s+\p{L}+)?\s+(?:${code})(?!\p{L})`, "iu"),
);

/**
 * Code blocks of the prompt as the question wants them back, the longest first: once its renamings are done, where it asks
 * for some; as they are, where it asks for the whole code, of which most will stay. Else none.
 */
export function expectedCode(prompt: Prompt): ExpectedCode[] {
  const texts = prompt.kind === "raw" ? [prompt.text] : prompt.messages.map(({ content }) => content);
  const asked = prompt.kind === "raw" ? prompt.text : prompt.messages.findLast(({ role }) => role === "user")?.content;
  if (asked === undefined) return [];
  const { words } = splitAtFences(asked);
  const sentences = words.split(/\n|(?<=[.!?])\s/).map((sentence) => sentence.slice(0, longestSentence));
  const renamings = renamingsIn(sentences);
  const wantsAll = sentences.some(asksForWhole);
  if (renamings.length === 0 && !wantsAll) return [];
  const blocks = texts.map((text) => splitAtFences(text).blocks.filter(({ code }) => code.length <= longestBlock));
  // The code may have come with an earlier question, or in an answer.
  const newest = (change: (block: ExpectedCode) => ExpectedCode[]) =>
    blocks.map((some) => some.flatMap(change)).findLast(({ length }) => length > 0) ?? [];
  const renamed = newest((block) => {
    const code = rename(block.code, renamings);
    return code === block.code ? [] : [{ ...block, code }];
  });
  const wanted = renamed.length === 0 && wantsAll ? newest((block) => [block]) : renamed;
  return wanted.sort((a, b) => b.code.length - a.code.length);
}

function asksForWhole(sentence: string): boolean {
  return wholeCode.some((pattern) => pattern.test(sentence));
}

/** One that is not closed is no block. */
function splitAtFences(text: string): { words: string; blocks: ExpectedCode[] } {
  const words: string[] = [];
  const blocks: ExpectedCode[] = [];
  let open: { mark: string; language: string; lines: string[] } | null = null;
  for (const line of text.split("\n")) {
    const [, mark = "", info = ""] = fencePattern.exec(line.trimEnd()) ?? [];
    if (open) {
      // In a raw prompt the turn's end may stand right behind the fence.
      const closes = mark.startsWith(open.mark) && /^\s*(?:<|$)/.test(info);
      open.lines.push(closes ? mark : line);
      if (!closes) continue;
      blocks.push({ language: open.language, code: open.lines.join("\n") });
      open = null;
    } else if (mark) open = { mark, language: /^\s*(\S*)/.exec(info)![1]!, lines: [""] };
    else words.push(line);
  }
  return { words: words.join("\n"), blocks };
}

function renamingsIn(sentences: readonly string[]): Renaming[] {
  const found = new Map<string, string>();
  const note = (from: string | undefined, to: string | undefined) => {
    const [name, newName] = withoutCall(from?.trim(), to?.trim());
    if (name && newName && name !== newName) found.set(name, newName);
  };
  for (const sentence of sentences) {
    const pairs = ({ verb, pair }: { verb: RegExp; pair: RegExp }) =>
      verb.test(sentence)
        ? [...sentence.matchAll(pair)].map(([, ...names]) => names.filter((name) => name !== undefined))
        : [];
    for (const [to, from] of pairs(choice)) note(from, to);
    for (const [from, to] of [...changes, bare].flatMap(pairs)) note(from, to);
  }
  return [...found].map(([from, to]) => ({ from, to }));
}

/** "`f()` to `g()`" is about the name, not about the call. */
function withoutCall(...names: (string | undefined)[]): (string | undefined)[] {
  return names.every((name) => name?.endsWith("()")) ? names.map((name) => name?.slice(0, -2)) : names;
}

/** All at once, so that two names may change places. */
function rename(code: string, renamings: readonly Renaming[]): string {
  if (renamings.length === 0) return code;
  const named = new Map(renamings.map(({ from, to }) => [from, to]));
  const anyName = new RegExp([...named.keys()].map(asWholeWord).join("|"), "gu");
  return code.replace(anyName, (name) => named.get(name) ?? name);
}

function asWholeWord(name: string): string {
  const letter = String.raw`[\p{L}\p{N}_$]`;
  const begins = new RegExp(`^${letter}`, "u").test(name) ? `(?<!${letter})` : "";
  const ends = new RegExp(`${letter}$`, "u").test(name) ? `(?!${letter})` : "";
  return begins + name.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`) + ends;
}

function wordsBeginning(stems: string): RegExp {
  return new RegExp(String.raw`(?<!\p{L})(?:${stems})`, "iu");
}
