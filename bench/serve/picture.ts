import { bars } from "../../src/evaluation/bars.ts";

interface Quantiles {
  median: number;
  p95: number;
}

export interface ServeReport {
  cpu: string;
  chunks: number;
  oursMs: Quantiles;
  toClientMs: Quantiles;
  bareServerMs: Quantiles;
}

/** The way of a chunk to OpenAI's client, and how much of it is ours. */
export function picture({ cpu, chunks, oursMs, toClientMs, bareServerMs }: ServeReport): string {
  const bar = (label: string, { median, p95 }: Quantiles) => ({
    label,
    value: median,
    low: median,
    high: p95,
    shown: `${median.toFixed(3)} ms`,
  });
  return bars(`What hunch serve adds to a chunk: ${chunks} chunks, ${cpu}`, [
    {
      name: "median, and the line to what 95 of 100 stay below",
      bars: [
        bar("ours: event to bytes written", oursMs),
        bar("event to OpenAI's client", toClientMs),
        bar("of it client and loopback", bareServerMs),
      ],
    },
  ]);
}
