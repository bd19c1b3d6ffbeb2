/**
 * Prompts whose continuations repeat what stands in them, so that drafts are made and accepted, and go on for long: code to be
 * written many times with a name changed, code that is begun a second time, lists that go on. Plain text, since a model
 * ends an answer in a chat when it has said enough. All from the speed benchmark's own code (MIT), cut to lengths that are
 * evenly spread in their logarithm.
 */
import data from "../../src/benchmark/prompts.json" with { type: "json" };

const promptKinds = ["edit", "again", "list", "quote"] as const;

export interface StrictPrompt {
  /** From 1. */
  index: number;
  kind: (typeof promptKinds)[number];
  /** Tokens of the text, special markers counted as text. */
  tokens: number;
  /** From 0: a model may end its answer to one before it is long enough to compare. */
  variant: number;
  text: string;
}

/** Prompts to choose from for each place. */
export const variants = 6;
const shortest = 50;
const longest = 1_500;
const files: readonly string[] = Object.values(data.code).map((lines) => lines.join("\n"));
const words = files.join(" ").match(/[A-Za-z]{4,}/g) ?? [];

/**
 * The prompt of a place among `count`, 1 the shortest.
 * @param countTokens of the model that the prompts are for
 */
export async function makePrompt(
  { index, count, variant }: { index: number; count: number; variant: number },
  countTokens: (text: string) => Promise<number>,
): Promise<StrictPrompt> {
  const place = index - 1;
  const wanted = Math.round(shortest * (longest / shortest) ** (count > 1 ? place / (count - 1) : 0));
  const kind = promptKinds[place % promptKinds.length]!;
  const textOf = (length: number) => render(kind, place + variant * count, length);
  return { index, kind, variant, ...(await cut(wanted, textOf, countTokens)) };
}

/** The longest text of at most `wanted` tokens; of the shortest kind if even that has more. */
async function cut(
  wanted: number,
  textOf: (characters: number) => string,
  countTokens: (text: string) => Promise<number>,
): Promise<{ tokens: number; text: string }> {
  let [least, most] = [1, wanted * 8];
  while (most - least > 1) {
    const middle = (least + most) >> 1;
    if ((await countTokens(textOf(middle))) <= wanted) least = middle;
    else most = middle;
  }
  const text = textOf(least);
  return { tokens: await countTokens(text), text };
}

/** Text of a kind with about `length` characters of material; each index begins at another file. */
function render(kind: StrictPrompt["kind"], index: number, length: number): string {
  switch (kind) {
    case "edit": {
      const code = source(index, length);
      const name = code.match(/\b[a-z_]{4,}\b/)?.[0] ?? "value";
      return `${code}\n\n# The same code with ${name} renamed to renamed, ten times:\n\n`;
    }
    case "again": {
      const code = source(index, Math.ceil(length * 0.7));
      return `${code}\n\n${code.slice(0, Math.ceil(length * 0.3))}`;
    }
    case "list": {
      const line = `${words.slice(index * 9, index * 9 + 9).join(", ")}\n`;
      const text = line.repeat(Math.ceil(length / line.length)).slice(0, length);
      // In the middle of a line, which no list ends in.
      return text.slice(0, text.lastIndexOf(",") + 1);
    }
    case "quote":
      return `${source(index, length)}\n\n# The same text again, word by word, ten times:\n\n`;
  }
}

function source(index: number, length: number): string {
  const from = index % files.length;
  const text = [...files.slice(from), ...files.slice(0, from)].join("\n\n");
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}
