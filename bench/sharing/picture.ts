import { bars } from "../../src/evaluation/bars.ts";

interface Window {
  readyMs: number;
  extraBytes: number;
  atOnceBytes: number;
}

export interface SharingReport {
  cpu: string;
  model: string;
  shared: Window;
  own: Window;
}

/** What a second window waits and takes, with the engine that is there and with one of its own. */
export function picture({ cpu, model, shared, own }: SharingReport): string {
  const both = (pick: (window: Window) => number, show: (value: number) => string) =>
    [
      { label: "the shared engine", window: shared },
      { label: "an engine of its own", window: own },
    ].map(({ label, window }, i) => ({ label, value: pick(window), shown: show(pick(window)), colour: 1 - i }));
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  return bars(`A second window: ${model}, ${cpu}`, [
    {
      name: "ready after",
      bars: both(
        ({ readyMs }) => readyMs,
        (ms) => `${ms.toFixed(0)} ms`,
      ),
    },
    { name: "more memory after its first answer", bars: both(({ extraBytes }) => extraBytes, megabytes) },
    { name: "after both have had one at once", bars: both(({ atOnceBytes }) => atOnceBytes, megabytes) },
  ]);
}
