import { expect, test } from "vitest";
import { paint } from "../../../../src/cli/terminal/ansi.ts";
import { isLiveTerminal, screenOf } from "../../../../src/cli/terminal/terminal.ts";

/** A stream that keeps what is written. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  return { written, stream: { isTTY, write } as unknown as NodeJS.WriteStream };
}

test("a terminal is live unless it knows no cursor codes; NO_COLOR is about colours only", () => {
  const terminal = stream(true).stream;
  expect(isLiveTerminal(terminal, { TERM: "xterm" })).toBe(true);
  expect(isLiveTerminal(terminal, { TERM: "xterm", NO_COLOR: "1" })).toBe(true);
  expect(isLiveTerminal(terminal, { TERM: "dumb" })).toBe(false);
  expect(isLiveTerminal(stream(false).stream, { TERM: "xterm" })).toBe(false);
});

test("without colours the other styles and cursor codes stay", () => {
  const text = `${paint("a", "red", "bold")}${paint("b", "grey")}${paint("c", "strikethrough", "cyan")}\x1b[2A\x1b[K`;
  const { written, stream: terminal } = stream(true);
  screenOf(terminal, { NO_COLOR: "1" }).write(text);
  screenOf(terminal, {}).write(text);
  expect(written).toEqual(["\x1b[1ma\x1b[22mb\x1b[9mc\x1b[29m\x1b[2A\x1b[K", text]);
});
