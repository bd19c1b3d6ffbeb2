import { bars } from "../../src/evaluation/bars.ts";

interface Times {
  loadAndActivate: number;
  /** loading our code, and activate() */
  ours: number;
}

export interface ActivationReport {
  cpu: string;
  cores: number;
  rounds: { first: Times; later: Times; control: Pick<Times, "loadAndActivate"> }[];
  medianMs: { first: Times; later: Times; control: Pick<Times, "loadAndActivate"> };
}

/** What the extension adds to the start of a window, beside one that does nothing. */
export function picture({ cpu, cores, rounds, medianMs }: ActivationReport): string {
  const bar = (label: string, value: number, each: readonly number[], colour: number) => ({
    label,
    value,
    low: Math.min(...each),
    high: Math.max(...each),
    shown: `${value} ms`,
    colour,
  });
  const { later, control } = medianMs;
  return bars(`Activation: ${cpu}, ${cores} cores`, [
    {
      name: "median of the rounds, and the line from the least to the most",
      bars: [
        bar(
          "loading and activating",
          later.loadAndActivate,
          rounds.map((round) => round.later.loadAndActivate),
          1,
        ),
        bar(
          "the same, an extension that does nothing",
          control.loadAndActivate,
          rounds.map((round) => round.control.loadAndActivate),
          0,
        ),
        bar(
          "our own part",
          later.ours,
          rounds.map((round) => round.later.ours),
          2,
        ),
      ],
      marks: [{ value: 30, label: "aim" }],
    },
  ]);
}
