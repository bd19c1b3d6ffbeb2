/** Questions with known answers, and the two public formats they come in: CRUXEval's and GSM8K's JSON lines. */
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type { CodePiece } from "../prompts/compose.ts";
import type { AnswerKind } from "./answers.ts";

export interface Item {
  id: string;
  question: string;
  code: CodePiece[];
  kind: AnswerKind;
  expected: string;
}

/** What a question of each kind ends with. */
const formats: Readonly<Record<AnswerKind, string>> = {
  python: "End with the exact Python value on a line of its own: `Answer: VALUE`.",
  number: "End with the number alone on a line of its own: `Answer: NUMBER`.",
};

/** The value of a call to code. */
export function valueItem(id: string, code: string, call: string, expected: string): Item {
  const lines = code.trimEnd().split("\n").length;
  return {
    id,
    question: `What does \`${call}\` return? ${formats.python}`,
    code: [{ label: "f.py", languageId: "python", startLine: 1, endLine: lines, code }],
    kind: "python",
    expected,
  };
}

/** A question whose answer is a number. */
export function numberItem(id: string, question: string, expected: string): Item {
  return { id, question: `${question}\n\n${formats.number}`, code: [], kind: "number", expected };
}

/** @throws HunchError usage, with the line that is neither format */
export function parseItems(text: string): Item[] {
  return text.split("\n").flatMap((line, i) => (line.trim() === "" ? [] : [parseItem(line, i + 1)]));
}

function parseItem(line: string, number: number): Item {
  const entry = parseObject(line);
  const field = (name: string) => (typeof entry?.[name] === "string" ? entry[name] : null);
  const id = field("id") ?? `line-${number}`;
  const [code, input, output, question, answer] = ["code", "input", "output", "question", "answer"].map(field);
  if (code != null && input != null && output != null) return valueItem(id, code, `f(${input})`, output);
  const expected = answer == null ? null : /####\s*(-?[\d,.]*\d)/.exec(answer)?.[1];
  if (question != null && expected != null) return numberItem(id, question, expected.replaceAll(",", ""));
  throw new HunchError("usage", t("Line {0} of the data is of no known format.", number), {
    hint: t("A line is {code, input, output} as in CRUXEval, or {question, answer with #### NUMBER} as in GSM8K."),
  });
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // Told with the line's number by the caller.
    return null;
  }
}

/** The same items for the same seed; a larger sample begins with the smaller one, so that a longer run goes on with a shorter. */
export function sample<T>(items: readonly T[], limit: number, random: () => number): T[] {
  const shuffled = [...items];
  for (let i = 0; i < Math.min(limit, shuffled.length); i++) {
    const j = i + Math.floor(random() * (shuffled.length - i));
    [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
  }
  return shuffled.slice(0, limit);
}
