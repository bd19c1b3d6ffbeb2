/**
 * What an engine said last, to be quoted when it dies: lines of standard error and what llama.cpp logged, in the order in
 * which they came. llama.cpp's own words on a failure come by the log, not by standard error.
 */
import type { LogLevel } from "../common/protocol.ts";
import { isNativeFrame } from "./crash.ts";

/** A stack trace of JavaScript may follow the reason; native ones, which may be longer, are not kept. */
const keptLines = 40;
const keptLineLength = 300;
/**
 * llama.cpp also warns of what the engine then mends, such as a buffer that does not fit where fewer layers do. What it
 * said longer than this before the end is not the reason (ms; the system may write a core dump in between).
 */
const loggedMs = 30_000;
/** How the engine marks llama.cpp's lines in its log. */
const loggedBy = "llama.cpp: ";

export class LastLines {
  /** `loggedAt`: null for a line of standard error. */
  #lines: { text: string; loggedAt: number | null }[] = [];

  /** A line of standard error. */
  printed(line: string): void {
    this.#add(line, null);
  }

  /** A message of the engine's log; only warnings of llama.cpp are kept. @param now ms, of a clock that goes forward */
  logged(level: LogLevel, message: string, now: number): void {
    const isWarning = level === "warn" || level === "error";
    if (isWarning && message.startsWith(loggedBy)) this.#add(message.slice(loggedBy.length), now);
  }

  /** Oldest first. @param endedAt when the engine ended, by the clock of `logged` */
  before(endedAt: number): string[] {
    return this.#lines
      .filter(({ loggedAt }) => loggedAt === null || endedAt - loggedAt < loggedMs)
      .map(({ text }) => text);
  }

  #add(line: string, loggedAt: number | null): void {
    if (isNativeFrame(line)) return;
    this.#lines = [...this.#lines, { text: line.slice(0, keptLineLength), loggedAt }].slice(-keptLines);
  }
}
