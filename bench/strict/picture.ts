import { bars } from "../../src/evaluation/bars.ts";
import type { Mode, StrictReport } from "./report.ts";

/** What exact speculation brings: output tokens for each target pass, by mode and temperature. */
export function picture({ cpu, model, runs }: StrictReport): string {
  const modes: Mode[] = ["strict", "auto"];
  const temperatures = [...new Set(runs.map(({ temperature }) => temperature))].sort((a, b) => a - b);
  const rows = modes.flatMap((mode) =>
    temperatures.flatMap((temperature) => {
      const part = runs.filter((run) => run.temperature === temperature && run.modes[mode]);
      if (part.length === 0) return [];
      const passes = part.reduce((sum, run) => sum + run.modes[mode]!.targetPasses, 0);
      const value = part.reduce((sum, run) => sum + run.outputTokens, 0) / passes;
      const identical = part.filter((run) => run.modes[mode]!.isIdentical).length;
      const shown = `${value.toFixed(2)}, ${identical} of ${part.length} identical`;
      return [{ label: `${mode}, T = ${temperature}`, value, shown }];
    }),
  );
  return bars(`Strict mode: ${model}, ${cpu}`, [
    { name: "tokens a pass", bars: rows, marks: [{ value: 1, label: "plain" }] },
  ]);
}
