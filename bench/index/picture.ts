import { bars } from "../../src/evaluation/bars.ts";

export interface IndexReport {
  cpu: string;
  tokens: number;
  lookupMicroseconds: { median: number; p99: number };
  memoryMB: number;
  diskMB: number;
}

/** A look-up and the size of the index, beside what they are to stay below. */
export function picture({ cpu, tokens, lookupMicroseconds, memoryMB, diskMB }: IndexReport): string {
  const { median, p99 } = lookupMicroseconds;
  return bars(`Workspace index of ${tokens.toLocaleString("en")} tokens: ${cpu}`, [
    {
      name: "look-up",
      bars: [
        { label: "median", value: median, shown: `${median} µs` },
        { label: "99 of 100 below", value: p99, shown: `${p99} µs` },
      ],
      marks: [{ value: 50, label: "aim" }],
    },
    {
      name: "size",
      bars: [
        { label: "in memory", value: memoryMB, shown: `${memoryMB} MB` },
        { label: "on disk", value: diskMB, shown: `${diskMB} MB` },
      ],
      marks: [{ value: 64, label: "aim" }],
    },
  ]);
}
