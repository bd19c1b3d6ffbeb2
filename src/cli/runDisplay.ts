/** Progress of a long run of items: a line that is redrawn in a terminal, a line now and then elsewhere. */
import type { RunProgress } from "../evaluation/runner.ts";
import { formatSeconds } from "../models/units.ts";
import { bar } from "./output/live.ts";
import { LiveRegion } from "./terminal/liveRegion.ts";
import { isLiveTerminal, screenOf } from "./terminal/terminal.ts";

/** Where nothing can be redrawn, a line comes at most this often (ms). */
const lineIntervalMs = 15_000;

export class RunDisplay {
  readonly #region = isLiveTerminal(process.stderr, process.env)
    ? new LiveRegion(screenOf(process.stderr, process.env))
    : null;
  #toldAt = Number.NEGATIVE_INFINITY;

  progress({ done, total, secondsLeft }: RunProgress): void {
    const left = secondsLeft === null || done === total ? "" : `, ${formatSeconds(secondsLeft)} left`;
    const words = `${done} of ${total} runs${left}`;
    this.#region?.update([], [`${bar(total > 0 ? done / total : 1)} ${words}`]);
    if (this.#region) return;
    if (performance.now() - this.#toldAt < lineIntervalMs && done < total) return;
    this.#toldAt = performance.now();
    process.stderr.write(`${words}\n`);
  }

  /** Removes the line that is redrawn. */
  close(): void {
    this.#region?.close();
  }
}
