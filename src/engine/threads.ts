/**
 * How many threads a pass may use. The prebuilt CPU kernels meet at hundreds of spinning barriers a pass: one runnable
 * thread more than there are free cores costs a factor of up to 200, so the count is always set, never above what the
 * process may use, and follows the load.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Cores this process may use: affinity (which Node reads) and the cgroup's CPU quota (which Node 20 does not). */
export function usableCores(readFile: (path: string) => string = (path) => readFileSync(path, "utf8")): number {
  const affinity = availableParallelism();
  const quota = cgroupQuota(readFile);
  return Math.max(1, quota === null ? affinity : Math.min(affinity, Math.floor(quota)));
}

/** CPU quota in cores of cgroup v2 (`cpu.max`) or v1 (`cpu.cfs_*`); null when there is none. */
export function cgroupQuota(readFile: (path: string) => string): number | null {
  const read = (path: string): string | null => {
    try {
      return readFile(path).trim();
    } catch {
      return null; // not Linux, or no such controller
    }
  };
  const v2 = read("/sys/fs/cgroup/cpu.max")?.split(" ");
  if (v2) return v2[0] === "max" ? null : Number(v2[0]) / Number(v2[1] ?? 100_000);
  const quota = Number(read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") ?? -1);
  const period = Number(read("/sys/fs/cgroup/cpu/cpu.cfs_period_us") ?? 0);
  return quota > 0 && period > 0 ? quota / period : null;
}

const strikeRatio = 3;
const catastrophicRatio = 8;
const strikesToLower = 3;
const firstRetryMs = 2_000;
const longestRetryMs = 60_000;
const trialPasses = 3;

/**
 * Follows the machine's load: lowers the thread count when passes take several times the best seen, and now and then
 * tries the next higher count again, less often each time that fails.
 *
 * Pass times are compared per token position of a reference pass: the caller divides a pass's time by T(n), so that
 * passes of different sizes are comparable.
 */
export class ThreadGovernor {
  readonly max: number;
  #threads: number;
  #best = Number.POSITIVE_INFINITY;
  #strikes = 0;
  #retryAt = 0;
  #retryMs = firstRetryMs;
  #recent: number[] = [];
  #trial: { from: number; before: number; times: number[] } | null = null;
  readonly #now: () => number;

  constructor(max: number, now: () => number = () => performance.now()) {
    this.max = Math.max(1, max);
    this.#threads = this.max;
    this.#now = now;
  }

  /** Threads the next pass should use. */
  get threads(): number {
    return this.#threads;
  }

  /**
   * Begins with the count that is faster now: one pass with all threads and one with half of them, twice unless the
   * first two differ beyond doubt. Takes a quarter of a second on a machine that decodes 30 tokens/s.
   *
   * @param pass runs one single-token pass with that many threads; its time in ms
   */
  async settle(pass: (threads: number) => Promise<number>): Promise<void> {
    const half = Math.ceil(this.max / 2);
    if (half === this.max) return;
    const best = { all: Number.POSITIVE_INFINITY, half: Number.POSITIVE_INFINITY };
    for (let round = 0; round < 2; round++) {
      best.all = Math.min(best.all, await pass(this.max));
      best.half = Math.min(best.half, await pass(half));
      if (best.all > strikeRatio * best.half) break;
    }
    this.#set(best.half < best.all ? half : this.max);
    this.#best = Math.min(best.all, best.half);
    this.#retryAt = this.#now() + this.#retryMs;
  }

  /** Tells the time of a finished pass, in ms divided by its relative cost T(n). */
  observe(normalisedMs: number): void {
    if (this.#trial) {
      this.#judgeTrial(this.#trial, normalisedMs);
      return;
    }
    this.#recent.push(normalisedMs);
    if (this.#recent.length > 9) this.#recent.shift();
    const ratio = normalisedMs / this.#best;
    this.#best = Math.min(this.#best, normalisedMs);
    if (ratio > catastrophicRatio) this.#strikes += strikesToLower;
    else if (ratio > strikeRatio) this.#strikes++;
    else this.#strikes = Math.max(0, this.#strikes - 1);

    if (this.#strikes >= strikesToLower && this.#threads > 1) {
      this.#set(Math.ceil(this.#threads / 2));
      this.#retryAt = this.#now() + this.#retryMs;
    } else if (this.#threads < this.max && this.#now() >= this.#retryAt && this.#recent.length > 0) {
      this.#trial = { from: this.#threads, before: median(this.#recent), times: [] };
      this.#threads = Math.min(this.max, this.#threads * 2);
    }
  }

  #judgeTrial(trial: { from: number; before: number; times: number[] }, ms: number): void {
    trial.times.push(ms);
    // One terrible pass is enough to know; otherwise the trial has to win on its median.
    const terrible = ms > trial.before * 2;
    if (!terrible && trial.times.length < trialPasses) return;
    this.#trial = null;
    if (!terrible && median(trial.times) < trial.before * 0.95) {
      this.#set(this.#threads);
      this.#retryMs = firstRetryMs;
      this.#retryAt = this.#now() + firstRetryMs;
    } else {
      this.#set(trial.from);
      this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
      this.#retryAt = this.#now() + this.#retryMs;
    }
  }

  #set(threads: number): void {
    this.#threads = threads;
    this.#strikes = 0;
    this.#recent = [];
    // The best of another thread count under another load says little: start anew, a little above what was seen.
    this.#best = Number.POSITIVE_INFINITY;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.POSITIVE_INFINITY;
}
