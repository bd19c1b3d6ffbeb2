/** What kind of output this process may write: a live terminal, or plain text for pipes, files and simple terminals. */
import type { Screen } from "./liveRegion.ts";

/** Lines wider than this are hard to read. */
const maxWidth = 100;

/** A terminal that understands cursor codes and whose user has not asked for plain text (no-color.org). */
export function isLiveTerminal(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
}

/** A terminal as a screen; one that does not tell its size, as some pseudo-terminals, counts as an ordinary one. */
export function screenOf(stream: NodeJS.WriteStream): Screen {
  return {
    write: (text) => stream.write(text),
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
  };
}

/** Cells of a line; one is left free, since writing the last one makes some terminals wrap. */
export function lineWidth(screen: Screen): number {
  return Math.max(20, Math.min(maxWidth, screen.columns - 1));
}
