/** Thoughts as real models write them: what the loop guard has to leave alone, and what it has to end. */

/** Cut about as tokenizers do: words with their leading space, single digits, punctuation, line breaks. */
export function tokensOf(text: string): string[] {
  return text.match(/ ?\p{L}+|\d| +|\n+|[^\p{L}\d\s]{1,2}/gu) ?? [];
}

const trace = Array.from(
  { length: 40 },
  (_, i) => `i=${i}: total = ${(i * (i - 1)) / 2} + ${i} = ${(i * (i + 1)) / 2}`,
).join("\n");

const table = [
  "| input | expected | actual | ok |",
  "|-------|----------|--------|----|",
  ...Array.from({ length: 30 }, (_, i) => `| ${i} | ${i % 3 === 0} | ${i % 3 === 0} | yes |`),
].join("\n");

const switchCode = `Let me write it out.\n\`\`\`ts\n${Array.from(
  { length: 25 },
  (_, i) =>
    `    case ${i}:\n      if (this.state === null) throw new Error("no state");\n      return this.handle(${i});`,
).join("\n")}\n\`\`\`\nThat is all of it.`;

const matrix = `The grid is\n\`\`\`\n${Array.from({ length: 10 }, () => Array.from({ length: 10 }, () => "0").join(", ")).join("\n")}\n\`\`\`\nand stays so.`;

const cases = Array.from(
  { length: 20 },
  (_, i) => `- When n is ${i}, the loop runs ${i} times and the function returns ${i * i}, which is right.`,
).join("\n");

const unchanged = Array.from({ length: 12 }, (_, i) => `x[${i}] = ${i % 2 ? "odd" : "even"}: no change`).join("\n");

const prose =
  "First I look at the loop. It starts at zero and ends before the length, so every element is visited. Wait, the index is changed inside. " +
  "Let me look again: the body removes an element and then increments the index. So after a removal one element is skipped. " +
  "That is the fault. How to correct it? One way is to go backwards; another is to filter into a new list. " +
  "Wait, the caller keeps a reference to the same list, so filtering into a new one would not be seen. So going backwards is right. " +
  "Let me check with [1, 2, 2, 3]: backwards from 3, keep; from 2, remove; from 2, remove; from 1, keep. The result is [1, 3]. Good.";

export const sound: Readonly<Record<string, string>> = { trace, table, switchCode, matrix, cases, unchanged, prose };

const sentence =
  "Wait, I should check the edge case again, since the list may be empty and then the index is out of range. ";
const step = (i: number) => `Now let me see what happens when the counter reaches ${i} in the inner loop. `;

export const loops: Readonly<Record<string, string>> = {
  "one sentence over and over": prose + sentence.repeat(8),
  "one line over and over": `${prose}\n${"So the answer is 5.\n".repeat(30)}`,
  "one word over and over": `${prose} ${"hmm ".repeat(100)}`,
  "the same sentence, with others in between": Array.from({ length: 9 }, (_, i) => sentence + step(i * 7)).join(""),
  "code over and over": `\`\`\`js\n${"if (a) {\n  return compute(a);\n}\n".repeat(40)}`,
  "a paragraph over and over": `${prose}\n\n`.repeat(6),
};
