/** Words for an optimisation under way and for what came of it. Pure. */
import type { Calibration } from "../../evaluation/calibration/calibrate.ts";
import type { RunProgress } from "../../evaluation/runner.ts";
import { formatSeconds } from "../../models/units.ts";

/** "12 of 240 answers, 8 min left". */
export function progressText({ done, total, secondsLeft }: RunProgress): string {
  const left = secondsLeft === null || done === total ? "" : `, ${formatSeconds(secondsLeft)} left`;
  return `${done} of ${total} answers${left}`;
}

/** What effort auto does from now on, and whether there is more to measure. */
export function outcomeText({ model, adopted, missing }: Calibration): string {
  const kinds = [
    ["what code returns", adopted.value],
    ["other questions", adopted.reasoning],
  ].filter(([, template]) => template !== undefined);
  const outcome =
    kinds.length === 0
      ? `Hunch has not measured enough yet to choose how ${model} thinks.`
      : `Effort “auto” now uses, with ${model}: ${kinds.map(([kind, template]) => `${template} for ${kind}`).join(", ")}.`;
  return missing > 0 ? `${outcome} ${missing} answers are missing; optimise again to go on.` : outcome;
}
