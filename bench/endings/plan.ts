/**
 * What `bench:endings` runs: every way in which a thought can be ended from outside, in every kind of format, at both
 * temperatures, at moments drawn at random. Pure: the same seed gives the same runs.
 */
import { calibrationItems } from "../../src/evaluation/calibration/tasks.ts";
import { seededRandom } from "../../src/evaluation/statistics.ts";

/** Families of thinking formats: no markers of its own, `<think>` that the prompt opens, channels. */
export const formats = ["elicited", "deepseekR1", "gptOss"] as const;
export type Format = (typeof formats)[number];

/**
 * `budget`: a small budget, which ends at a sentence or hard. `limit`: no budget, but the output limit would cut the
 * thought off. `earlyExit`: trial answers. `loop`: a thought that goes in circles. `answerNow`: the user's button. `severalNow`: the same while several
 * thoughts are written side by side.
 */
export const endings = ["budget", "limit", "earlyExit", "loop", "answerNow", "severalNow"] as const;
export type Ending = (typeof endings)[number];

/** The form that the question asks for: a line "Answer: …", or a block of code. */
export type Asked = "value" | "code";

export interface PlannedRun {
  index: number;
  format: Format;
  ending: Ending;
  temperature: number;
  asked: Asked;
  question: string;
  code: { label: string; code: string } | null;
  /** Thinking tokens after which it happens, those of several thoughts together; for those endings that have a moment. */
  moment: number;
}

/** Thoughts side by side. */
export const thoughts = 4;

const temperatures = [0, 0.7];
const moments: Readonly<Record<"budget" | "answerNow", readonly [number, number]>> = {
  budget: [4, 120],
  answerNow: [1, 120],
};

const codeAsks = [
  "a Python function `double(x)` that returns twice its argument",
  "a Python function `last(items)` that returns the last item of a list, or None",
  "a Python function `is_even(n)`",
  "a Python function `clamp(x, low, high)`",
  "a Python function `count_vowels(text)`",
  "a JavaScript function `sum(numbers)`",
  "a JavaScript function `capitalise(word)`",
  "a TypeScript function `isBlank(text: string): boolean`",
].map((what) => `Write ${what}. The answer is one block of code, between lines of three backticks, and nothing else.`);

export function plan(runs: number, seed: number): PlannedRun[] {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const between = ([low, high]: readonly [number, number]) => low + Math.floor(random() * (high - low + 1));
  const cells = formats
    .flatMap((format) =>
      endings.flatMap((ending) => temperatures.map((temperature) => ({ format, ending, temperature }))),
    )
    // Several thoughts need a prompt that opens them.
    .filter(({ format, ending }) => ending !== "severalNow" || format !== "gptOss");
  const planned = Array.from({ length: runs }, (_, index): PlannedRun => {
    const cell = cells[index % cells.length]!;
    const asked: Asked = random() < 2 / 3 ? "value" : "code";
    const item = pick(calibrationItems);
    const own = pick(codeAsks);
    const once = between(cell.ending === "budget" ? moments.budget : moments.answerNow);
    const moment = cell.ending === "severalNow" ? thoughts * once : once;
    const piece = item.code[0];
    return {
      index,
      ...cell,
      asked,
      question: asked === "value" ? item.question : own,
      code: asked === "value" && piece ? { label: piece.label, code: piece.code } : null,
      moment,
    };
  });
  // A format is a model that is loaded: one after the other.
  return planned.sort((a, b) => formats.indexOf(a.format) - formats.indexOf(b.format) || a.index - b.index);
}
