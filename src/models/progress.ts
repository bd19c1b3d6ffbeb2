/** What a download tells its watchers, a few times a second: phase, bytes, speed and time left. */

export type DownloadPhase = "waiting" | "connecting" | "downloading" | "joining" | "verifying" | "done";

export interface DownloadProgress {
  /** `waiting`: another process fetches the same model. */
  phase: DownloadPhase;
  /** Bytes that are here; while verifying, bytes that are checked. */
  receivedBytes: number;
  totalBytes: number;
  bytesPerSecond: number;
  /** null while it cannot be known. */
  secondsLeft: number | null;
  /** Where the bytes come from, for people; empty before the first source was tried. */
  source: string;
}

const windowMs = 5_000;
const minimumWindowMs = 500;
const intervalMs = 100;

export class ProgressReporter {
  readonly #report: (progress: DownloadProgress) => void;
  readonly #now: () => number;
  #phase: DownloadPhase = "connecting";
  #source = "";
  #receivedBytes = 0;
  #totalBytes: number;
  #lastReport = Number.NEGATIVE_INFINITY;
  /** Speed is that of the last seconds: a mean over all would take minutes to show a change. */
  #samples: { at: number; bytes: number }[] = [];

  /** `now`: a clock in ms, for tests. */
  constructor(
    totalBytes: number,
    report: (progress: DownloadProgress) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#totalBytes = totalBytes;
    this.#report = report;
    this.#now = now;
  }

  phase(phase: DownloadPhase, source = this.#source): void {
    if (phase === this.#phase && source === this.#source) return;
    // Joining interrupts downloading for a moment: that must not reset the speed.
    const continues = (one: DownloadPhase) => one === "downloading" || one === "joining";
    if (!continues(phase) || !continues(this.#phase) || source !== this.#source) this.#samples = [];
    if (phase === "verifying") this.#receivedBytes = 0;
    this.#phase = phase;
    this.#source = source;
    this.#send();
  }

  received(bytes: number, totalBytes = this.#totalBytes): void {
    const now = this.#now();
    this.#totalBytes = totalBytes;
    // A part that starts again, or a new phase: what was measured before means nothing.
    if (bytes < this.#receivedBytes) this.#samples = [];
    this.#receivedBytes = bytes;
    this.#samples.push({ at: now, bytes });
    if (now - this.#lastReport >= intervalMs) this.#send();
  }

  /** Says where things stand although nothing has arrived: a speed that falls is news too. */
  tick(): void {
    if (this.#now() - this.#lastReport >= intervalMs) this.#send();
  }

  done(): void {
    this.#receivedBytes = this.#totalBytes;
    this.#samples = [];
    this.#phase = "done";
    this.#send();
  }

  #send(): void {
    this.#lastReport = this.#now();
    const bytesPerSecond = this.#speed();
    const leftBytes = Math.max(0, this.#totalBytes - this.#receivedBytes);
    this.#report({
      phase: this.#phase,
      receivedBytes: this.#receivedBytes,
      totalBytes: this.#totalBytes,
      bytesPerSecond,
      secondsLeft: bytesPerSecond > 0 && this.#phase !== "waiting" ? leftBytes / bytesPerSecond : null,
      source: this.#source,
    });
  }

  #speed(): number {
    const now = this.#now();
    while (this.#samples.length > 1 && now - this.#samples[1]!.at >= windowMs) this.#samples.shift();
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || now - first.at < minimumWindowMs) return 0;
    return ((last.bytes - first.bytes) * 1000) / (now - first.at);
  }
}
