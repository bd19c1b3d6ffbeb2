import { bars } from "../../src/evaluation/bars.ts";

interface Spread {
  median: number;
  p95: number;
  longest: number;
}

export interface PanelReport {
  cpu: string;
  cores: number;
  streams: {
    segment: string;
    showOrigins: boolean;
    inVsCode?: boolean;
    rate: number;
    updateMs: Spread;
    frameMs: Spread;
    keyMs: Spread;
  }[];
}

/** The panel's work in a frame, the frames, and keys, while tokens stream in. */
export function picture({ cpu, cores, streams }: PanelReport): string {
  const rows = (pick: (stream: PanelReport["streams"][number]) => Spread) =>
    streams.map((stream) => {
      const { median, p95, longest } = pick(stream);
      return {
        label: `${stream.segment}${stream.showOrigins ? ", coloured" : ""}${stream.inVsCode ? ", in VS Code" : ""}`,
        value: median,
        low: median,
        high: longest,
        shown: `${median} ms, 95 %: ${p95}`,
      };
    });
  return bars(`The panel at ${streams[0]?.rate} tokens/s: ${cpu}, ${cores} cores`, [
    {
      name: "an update: median, and the line to the longest",
      bars: rows(({ updateMs }) => updateMs),
      marks: [{ value: 6, label: "aim of the median" }],
    },
    { name: "a frame", bars: rows(({ frameMs }) => frameMs), marks: [{ value: 50, label: "aim of the longest" }] },
    { name: "from a key to its frame", bars: rows(({ keyMs }) => keyMs) },
  ]);
}
