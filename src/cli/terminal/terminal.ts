/** What kind of output this process may write: a live terminal, or plain text for pipes, files and simple terminals. */
import { withoutColours } from "./ansi.ts";
import type { Screen } from "./liveRegion.ts";

/** Lines wider than this are hard to read. */
const maxWidth = 100;

/** A terminal that understands cursor codes. */
export function isLiveTerminal(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && env.TERM !== "dumb";
}

/**
 * A terminal as a screen; one that does not tell its size, as some pseudo-terminals, counts as an ordinary one. Where the
 * user wants no colours (no-color.org), all but those stays: bold, dim, and lines that are drawn anew.
 */
export function screenOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Screen {
  return {
    write: (text) => stream.write(env.NO_COLOR ? withoutColours(text) : text),
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
