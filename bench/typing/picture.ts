import { bars } from "../../src/evaluation/bars.ts";
import type { TypingReport } from "./report.ts";

/** How long a key takes beside a model that writes. */
export function picture({ cpu, cores, arms }: Pick<TypingReport, "cpu" | "cores" | "arms">): string {
  return bars(`Typing while Hunch writes: ${cpu}, ${cores} cores`, [
    {
      name: "from the key to its frame: median, and the line to what 95 of 100 stay below",
      bars: arms.map(({ arm, medianMs, p95Ms, medianRatio }, i) => ({
        label: arm,
        value: medianMs,
        low: medianMs,
        high: p95Ms,
        shown: `${medianMs} ms, ${medianRatio.toFixed(2)}×`,
        colour: i === 0 ? 0 : 1,
      })),
    },
  ]);
}
