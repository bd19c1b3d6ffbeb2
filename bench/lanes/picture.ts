import { bars } from "../../src/evaluation/bars.ts";
import { median } from "../../src/evaluation/statistics.ts";

export interface LanesReport {
  cpu: string;
  model: string;
  lanes: number;
  ratio: number;
  bounds: number[];
  rounds: { inTurn: { tokensPerSecond: number }; atOnce: { tokensPerSecond: number }; ratio: number }[];
}

/** Several requests one after another and at once, in tokens per second of the first. */
export function picture({ cpu, model, lanes, ratio, bounds, rounds }: LanesReport): string {
  const ratios = rounds.map((round) => round.ratio);
  const speeds = (pick: "inTurn" | "atOnce") => median(rounds.map((round) => round[pick].tokensPerSecond));
  const bound = median(bounds);
  return bars(`${lanes} requests at once: ${model}, ${cpu}`, [
    {
      name: "tokens a second, against one after another",
      bars: [
        { label: "one after another", value: 1, shown: `${speeds("inTurn").toFixed(1)} tokens/s`, colour: 0 },
        {
          label: "at once",
          value: ratio,
          low: Math.min(...ratios),
          high: Math.max(...ratios),
          shown: `${ratio.toFixed(2)}×, ${speeds("atOnce").toFixed(1)} tokens/s`,
        },
      ],
      marks: [{ value: bound, label: `bound ${bound.toFixed(2)}` }],
    },
  ]);
}
