import { bars } from "../../src/evaluation/bars.ts";

export interface WeightsReport {
  cpu: string;
  threads: number;
  results: {
    model: string;
    sizeBytes: number;
    logLikelihood: number;
    /** By pass size (tokens): 1 decodes. */
    timeRatio: Record<number, number>;
  }[];
}

/** What a format takes in memory and time, and what it costs in quality, against the first. */
export function picture({ cpu, threads, results }: WeightsReport): string {
  const best = Math.max(...results.map(({ logLikelihood }) => logLikelihood));
  return bars(`Weights by format: ${cpu}, ${threads} threads`, [
    {
      name: "MB",
      bars: results.map(({ model, sizeBytes }) => ({
        label: model,
        value: sizeBytes / 1e6,
        shown: (sizeBytes / 1e6).toFixed(0),
      })),
    },
    {
      name: "nats a token worse than the best on the text, less is better",
      bars: results.map(({ model, logLikelihood }) => ({
        label: model,
        value: best - logLikelihood,
        shown: (best - logLikelihood).toFixed(3),
      })),
    },
    {
      name: "time to decode a token",
      bars: results.map(({ model, timeRatio }) => ({
        label: model,
        value: timeRatio[1]!,
        shown: `${timeRatio[1]!.toFixed(2)}×`,
      })),
      marks: [{ value: 1, label: "the first" }],
    },
  ]);
}
