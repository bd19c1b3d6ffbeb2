/** Words for an optimisation under way and for what came of it. Pure. */
import { t } from "../../common/l10n.ts";
import type { Calibration } from "../../evaluation/calibration/calibrate.ts";
import type { RunProgress } from "../../evaluation/runner.ts";
import { formatSeconds } from "../../models/units.ts";

/** "12 of 240 answers, 8 min left". */
export function progressText({ done, total, secondsLeft }: RunProgress): string {
  const left = secondsLeft === null || done === total ? "" : `, ${t("{0} left", formatSeconds(secondsLeft))}`;
  return t("{0} of {1} answers{2}", done, total, left);
}

/** What effort auto does from now on, and whether there is more to measure. */
export function outcomeText({ model, adopted, missing }: Calibration): string {
  const kinds = [
    {
      kind: t("what code returns"),
      template: adopted.value,
      answersFirst: typeof adopted.answerFirst?.value === "number",
    },
    {
      kind: t("other questions"),
      template: adopted.reasoning,
      answersFirst: typeof adopted.answerFirst?.reasoning === "number",
    },
  ].flatMap(({ kind, template, answersFirst }) => {
    if (template === undefined) return [];
    return answersFirst
      ? t("{0} for {1} (no thought where an answer without one is likely enough)", template, kind)
      : t("{0} for {1}", template, kind);
  });
  const outcome =
    kinds.length === 0
      ? missing === 0
        ? t("The tasks are too hard for {0} to tell how it thinks best. Effort “auto” chooses by its rules.", model)
        : t("Hunch has not measured enough yet to choose how {0} thinks.", model)
      : t(
          "For questions to {0}, effort “auto” now uses: {1}. Explain, Fix and the other commands think as before.",
          model,
          kinds.join(", "),
        );
  return missing > 0 ? `${outcome} ${t("{0} answers are missing; optimise again to go on.", missing)}` : outcome;
}
