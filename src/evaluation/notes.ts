/** What a report has to say beside its table: how was sampled, where fewer thoughts ran than asked for, whose times these are. */
import { type Arm, armName, thoughtsOf } from "./arms.ts";
import { sameMachine } from "./machine.ts";
import { timedOn } from "./report.ts";
import type { RunRecord, Sampling } from "./runner.ts";

/** "greedy", "T = 0.6, top-p 0.95", or each with its arms; "" where no record says. */
export function samplingNote(records: readonly RunRecord[]): string {
  const armsBy = new Map<string, Set<string>>();
  for (const { arm, sampling } of records) {
    if (!sampling) continue;
    const text = samplingText(sampling);
    armsBy.set(text, (armsBy.get(text) ?? new Set()).add(arm));
  }
  const texts = [...armsBy.keys()];
  return texts.length <= 1
    ? texts.join()
    : texts.map((text) => `${text} (${[...armsBy.get(text)!].join("; ")})`).join(", ");
}

function samplingText({ temperature, topK, topP, minP, repetitionPenalty }: Sampling): string {
  const penalty = repetitionPenalty === 1 ? [] : [`repetition penalty ${repetitionPenalty}`];
  if (temperature === 0) return ["greedy", ...penalty].join(", ");
  return [
    `T = ${temperature}`,
    ...(topP < 1 ? [`top-p ${topP}`] : []),
    ...(topK > 0 ? [`top-k ${topK}`] : []),
    ...(minP > 0 ? [`min-p ${minP}`] : []),
    ...penalty,
  ].join(", ");
}

/** A line for each arm whose name promises more thoughts side by side than there were. */
export function thoughtNotes(arms: readonly Arm[], records: readonly RunRecord[]): string[] {
  return arms.flatMap((arm) => {
    const wanted = thoughtsOf(arm);
    const mine = records.filter(({ arm: name, thoughts }) => name === armName(arm) && thoughts !== undefined);
    const fewer = mine.filter(({ thoughts }) => thoughts! < wanted);
    if (fewer.length === 0) return [];
    const most = Math.max(...fewer.map(({ thoughts }) => thoughts!));
    return [
      `${armName(arm)}: in ${fewer.length} of ${mine.length} answers there was not room for ${wanted} thoughts side by side, or the model opens its thought itself; at most ${most} ran there.`,
    ];
  });
}

/** Where a run went on on another machine, or beside others; none where all times can be compared. */
export function timeNotes(records: readonly RunRecord[]): string[] {
  const machine = timedOn(records);
  const timed = records.filter((record) => sameMachine(record.machine, machine));
  const where = machine ? `${machine.cpu}, ${machine.device}` : "a machine that its records do not name";
  return [
    ...(timed.length < records.length
      ? [
          `Times are those of ${where}: ${timed.length} of ${records.length} answers. The others were computed elsewhere.`,
        ]
      : []),
    ...(timed.some(({ aside }) => aside)
      ? ["Some of these ran beside others, in one batch: the times to answer are not comparable."]
      : []),
  ];
}
