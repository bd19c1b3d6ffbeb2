/**
 * Code that a question wants back, as far as it is known before the model writes it: "Rename `items` to `stock` and return
 * the whole code." It can be drafted from the answer's fence on, the first change included. A wrong reading costs a draft
 * that fails.
 *
 * Example: the question above, with a fence that holds `f(items)` → the same fence with `f(stock)`.
 */
import type { Prompt } from "../../common/prompt.ts";

interface Renaming {
  from: string;
  to: string;
}

/** Characters that are looked at. */
const longestBlock = 40_000;
const longestSentence = 1_000;
const identifier = String.raw`[\p{L}_$][\p{L}\p{N}_$]{0,59}`;
const quoted = "(?:`([^`\\n]{1,60})`|\"([^\"\\n]{1,60})\"|'([^'\\n]{1,60})')";
const into = "(?:to|into|with|by|as|→|[-=]>|in|zu|nach|durch)";

/** In the languages that Hunch speaks. */
const asksForEdit =
  /(?<!\p{L})(?:renam|replac|chang|substitut|swap|use|call|nam|umbenenn|benenn|nenn|ersetz|änder|verwend|nutz)\p{L}*/iu;
const asksForNewName = /(?<!\p{L})(?:rename|umbenenne?n?|benenne?)(?!\p{L})/iu;
/** "`a` to `b`". */
const quotedPair = new RegExp(String.raw`${quoted}(?:\s+\p{L}+)?\s+${into}\s+${quoted}`, "giu");
/** "`b` instead of `a`". */
const reversedPair = new RegExp(
  String.raw`${quoted}\s+(?:instead\s+of|rather\s+than|statt|anstelle\s+von)\s+${quoted}`,
  "giu",
);
/** "items to stock": without quotes only where nothing but a name can be meant. */
const barePair = new RegExp(
  String.raw`(?<![\p{L}\p{N}_$])(${identifier})\s+${into}\s+(${identifier})(?=\s*(?:[.,;:!?)]|$)|\s+(?:everywhere|throughout|in|and|across|überall|um|und)(?!\p{L}))`,
  "giu",
);
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
const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/u;

/**
 * Code blocks of the prompt as the question wants them back, the longest first: from the end of the opening fence's line to
 * the closing fence. Once its renamings are done, where it asks for some; as they are, where it asks for the whole code, of
 * which most will stay. Else none.
 */
export function expectedCode(prompt: Prompt): string[] {
  const texts = prompt.kind === "raw" ? [prompt.text] : prompt.messages.map(({ content }) => content);
  const asked = prompt.kind === "raw" ? prompt.text : prompt.messages.findLast(({ role }) => role === "user")?.content;
  if (asked === undefined) return [];
  const { words } = splitAtFences(asked);
  const sentences = words.split(/\n|(?<=[.!?])\s/).map((sentence) => sentence.slice(0, longestSentence));
  const blocks = texts.map((text) => splitAtFences(text).blocks.filter(({ length }) => length <= longestBlock));
  // The code may have come with an earlier question, or in an answer.
  const newest = (change: (block: string) => string[]) =>
    blocks.map((some) => some.flatMap(change)).findLast(({ length }) => length > 0) ?? [];
  const renamings = renamingsIn(sentences);
  const renamed = newest((block) => {
    const changed = rename(block, renamings);
    return changed === block ? [] : [changed];
  });
  const wanted = renamed.length === 0 && sentences.some(asksForWhole) ? newest((block) => [block]) : renamed;
  return wanted.sort((a, b) => b.length - a.length);
}

function asksForWhole(sentence: string): boolean {
  return wholeCode.some((pattern) => pattern.test(sentence));
}

/** One that is not closed is no block. */
function splitAtFences(text: string): { words: string; blocks: string[] } {
  const words: string[] = [];
  const blocks: string[] = [];
  let open: { mark: string; lines: string[] } | null = null;
  for (const line of text.split("\n")) {
    const [, mark = "", info = ""] = fence.exec(line) ?? [];
    if (open) {
      // In a raw prompt the turn's end may stand right behind the fence.
      const closes = mark.startsWith(open.mark) && /^\s*(?:<|$)/.test(info);
      open.lines.push(closes ? mark : line);
      if (!closes) continue;
      blocks.push(open.lines.join("\n"));
      open = null;
    } else if (mark) open = { mark, lines: [""] };
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
    if (!asksForEdit.test(sentence)) continue;
    for (const [, a, b, c, d, e, f] of sentence.matchAll(reversedPair)) note(d ?? e ?? f, a ?? b ?? c);
    for (const [, a, b, c, d, e, f] of sentence.matchAll(quotedPair)) note(a ?? b ?? c, d ?? e ?? f);
    if (asksForNewName.test(sentence)) for (const [, from, to] of sentence.matchAll(barePair)) note(from, to);
  }
  return [...found].map(([from, to]) => ({ from, to }));
}

/** "`f()` to `g()`" is about the name, not about the call. */
function withoutCall(...names: (string | undefined)[]): (string | undefined)[] {
  return names.every((name) => name?.endsWith("()")) ? names.map((name) => name?.slice(0, -2)) : names;
}

/** All at once, so that two names may change places. */
function rename(block: string, renamings: readonly Renaming[]): string {
  if (renamings.length === 0) return block;
  const named = new Map(renamings.map(({ from, to }) => [from, to]));
  const anyName = new RegExp([...named.keys()].map(asWholeWord).join("|"), "gu");
  return block.replace(anyName, (name) => named.get(name) ?? name);
}

function asWholeWord(name: string): string {
  const letter = String.raw`[\p{L}\p{N}_$]`;
  const begins = new RegExp(`^${letter}`, "u").test(name) ? `(?<!${letter})` : "";
  const ends = new RegExp(`${letter}$`, "u").test(name) ? `(?!${letter})` : "";
  return begins + name.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`) + ends;
}
