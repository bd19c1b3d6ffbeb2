/** Records to figures by arm, a table, and what belongs into a result file. */

import { type Machine, sameMachine } from "./machine.ts";
import type { RunRecord } from "./runner.ts";
import { bootstrap, type Interval, mean, median, seededRandom, wilson } from "./statistics.ts";

export interface ArmFigures {
  arm: string;
  items: number;
  right: number;
  /** Wilson interval of right / items. */
  accuracy: Interval;
  thinkingTokens: number;
  thinkingTokensInterval: Interval;
  /** Answers whose times count: those of one machine. */
  timed: number;
  /** NaN where no time counts, like all figures of times. */
  medianTimeToAnswerMs: number;
  meanTimeToAnswerMs: number;
  /** Answers with nothing in them. */
  empty: number;
  /** Outputs cut off at the limit. */
  cutOff: number;
  /** Against the baseline, on the items that both have; null for the baseline itself. */
  against: Comparison | null;
}

/** Differences to the baseline with paired 95 % bootstrap intervals. */
export interface Comparison {
  items: number;
  /** Share of the thinking tokens saved, 0..1; negative when there are more, not finite where the baseline has none. */
  saved: number;
  savedInterval: Interval;
  /** Accuracy minus the baseline's, -1..1. */
  accuracy: number;
  accuracyInterval: Interval;
  /** Baseline's time to answer / this arm's, on the items where both times count. */
  speedUp: number;
  speedUpInterval: Interval;
  losses: number;
  gains: number;
}

type Pair = readonly [mine: RunRecord, base: RunRecord];

const seed = 1;

/**
 * In the order in which the arms first occur. Times are those of one machine, the one that most records are of; all else
 * is of all records, since another machine gives the same text, or one as good.
 */
export function figures(records: readonly RunRecord[], baseline: string): ArmFigures[] {
  const machine = timedOn(records);
  const isTimed = (record: RunRecord) => sameMachine(record.machine, machine);
  const base = new Map(records.filter(({ arm }) => arm === baseline).map((record) => [record.item, record]));
  return [...new Set(records.map(({ arm }) => arm))].map((arm) => {
    const mine = records.filter((record) => record.arm === arm);
    const right = mine.filter((record) => record.right).length;
    const pairs = mine.flatMap((record): Pair[] => {
      const other = base.get(record.item);
      return other ? [[record, other]] : [];
    });
    const times = mine.filter(isTimed).map((record) => record.timeToAnswerMs);
    const thinkingTokens = (some: readonly RunRecord[]) => mean(some.map((record) => record.thinkingTokens));
    return {
      arm,
      items: mine.length,
      right,
      accuracy: wilson(right, mine.length),
      thinkingTokens: thinkingTokens(mine),
      thinkingTokensInterval: bootstrap(mine, thinkingTokens, seededRandom(seed)),
      timed: times.length,
      medianTimeToAnswerMs: median(times),
      meanTimeToAnswerMs: mean(times),
      empty: mine.filter((record) => record.answer.trim() === "").length,
      cutOff: mine.filter((record) => record.stopReason === "length").length,
      against: arm === baseline || pairs.length === 0 ? null : compare(pairs, isTimed),
    };
  });
}

/** The machine that most records are of, the last of equals; undefined where those do not say (earlier versions). */
export function timedOn(records: readonly RunRecord[]): Machine | undefined {
  const machines = records.map(({ machine }) => machine);
  const count = (machine: Machine | undefined) => machines.filter((other) => sameMachine(other, machine)).length;
  const kinds = machines.filter((machine, i) => machines.findIndex((other) => sameMachine(other, machine)) === i);
  return kinds.reduce((most, machine) => (count(machine) >= count(most) ? machine : most), kinds[0]);
}

function compare(pairs: readonly Pair[], isTimed: (record: RunRecord) => boolean): Comparison {
  const saved = (some: readonly Pair[]) => 1 - ratio(some, (record) => record.thinkingTokens);
  const accuracy = (some: readonly Pair[]) => mean(some.map(([mine, base]) => Number(mine.right) - Number(base.right)));
  const speedUp = (some: readonly Pair[]) => 1 / ratio(some, (record) => record.timeToAnswerMs);
  const timed = pairs.filter((pair) => pair.every(isTimed));
  const interval = (statistic: (some: readonly Pair[]) => number, of = pairs) =>
    bootstrap(of, statistic, seededRandom(seed));
  return {
    items: pairs.length,
    saved: saved(pairs),
    savedInterval: interval(saved),
    accuracy: accuracy(pairs),
    accuracyInterval: interval(accuracy),
    speedUp: speedUp(timed),
    speedUpInterval: interval(speedUp, timed),
    losses: pairs.filter(([mine, base]) => !mine.right && base.right).length,
    gains: pairs.filter(([mine, base]) => mine.right && !base.right).length,
  };
}

/** Of the sums: long thoughts weigh as much as they cost. */
function ratio(pairs: readonly Pair[], of: (record: RunRecord) => number): number {
  const sum = (which: 0 | 1) => pairs.reduce((total, pair) => total + of(pair[which]), 0);
  return sum(0) / sum(1);
}

/** A Markdown table, intervals in brackets. */
export function table(rows: readonly ArmFigures[], baseline: string): string {
  const lines = [
    `| arm | items | right | accuracy | thinking tokens | saved against ${baseline} | accuracy against ${baseline}, points | time to answer (s) | faster | empty, cut off |`,
    "|---|---|---|---|---|---|---|---|---|---|",
  ];
  for (const row of rows) {
    const { against: a } = row;
    const cells = [
      row.arm,
      String(row.items),
      String(row.right),
      `${percent(row.right / row.items)} %${range(row.accuracy, percent)}`,
      `${row.thinkingTokens.toFixed(0)}${range(row.thinkingTokensInterval, (value) => value.toFixed(0))}`,
      a && Number.isFinite(a.saved) ? `${percent(a.saved)} %${range(a.savedInterval, percent)}` : "",
      a ? `${signed(a.accuracy)}${range(a.accuracyInterval, signed)}; −${a.losses} +${a.gains}` : "",
      row.timed > 0 ? (row.meanTimeToAnswerMs / 1000).toFixed(1) : "",
      a && Number.isFinite(a.speedUp)
        ? `${a.speedUp.toFixed(2)}×${range(a.speedUpInterval, (value) => value.toFixed(2))}`
        : "",
      `${row.empty}, ${row.cutOff}`,
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

/** Behind its figure; "" where nothing can be told. */
function range({ low, high }: Interval, text: (value: number) => string): string {
  return Number.isNaN(low) ? "" : ` [${text(low)}, ${text(high)}]`;
}

export function percent(share: number): string {
  return (100 * share).toFixed(0);
}

function signed(share: number): string {
  const points = (100 * share).toFixed(0);
  return share > 0 ? `+${points}` : points === "-0" ? "0" : points.replace("-", "−");
}
