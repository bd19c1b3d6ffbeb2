import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { AnswerNow } from "../../../src/cli/answerNow.ts";
import { LiveOutput } from "../../../src/cli/output/live.ts";
import { type KeySignal, Keys } from "../../../src/cli/terminal/keys.ts";
import { live, result, tokens } from "./samples.ts";
import { VirtualScreen } from "./terminal/virtualScreen.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A stream that behaves as a terminal's does. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(raw: boolean): this {
    this.isRaw = raw;
    return this;
  }
}

function keysOf(terminal: Terminal, o: { isOurs?: boolean } = {}) {
  const signals: KeySignal[] = [];
  const keys = new Keys(
    terminal,
    (signal) => signals.push(signal),
    () => o.isOurs ?? true,
  );
  return { keys, signals };
}

function ending(keys: Keys | null, seconds: number | null = null) {
  const hints: string[] = [];
  let asked = 0;
  const answerNow = new AnswerNow({
    keys,
    seconds,
    answerNow: () => asked++,
    offer: (hint) => hints.push(hint),
  });
  return { answerNow, hints, asked: () => asked };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("Enter ends a thought, once; the terminal is raw only while there is one", async () => {
  const terminal = new Terminal();
  const { keys } = keysOf(terminal);
  const { answerNow, hints, asked } = ending(keys);
  answerNow.events([{ type: "prefill", processedTokens: 1, totalTokens: 2, cachedTokens: 0 }]);
  // A model that opens its thought itself begins with the marker.
  answerNow.events([tokens("answer", "")]);
  expect([terminal.isRaw, hints]).toEqual([false, []]);
  answerNow.events([tokens("thinking", "Hm")]);
  expect([terminal.isRaw, hints]).toEqual([true, ["Enter: answer now"]]);
  terminal.write("x");
  await settle();
  expect(asked()).toBe(0);
  terminal.write("\r\r");
  await settle();
  expect([asked(), terminal.isRaw, hints.at(-1)]).toEqual([1, false, "the answer follows"]);
  // What Hunch writes to close the thought is thinking too.
  answerNow.events([{ type: "thinkingEnd", reason: "answerNow" }, tokens("thinking", "So")]);
  answerNow.events([tokens("answer", "Yes")]);
  expect([asked(), terminal.isRaw]).toEqual([1, false]);
});

test("a thought that ends by itself gives the terminal back; several thoughts can be ended too", async () => {
  const terminal = new Terminal();
  const { answerNow, hints } = ending(keysOf(terminal).keys);
  answerNow.events([{ type: "thoughts", live: { ...live, thoughts: 4 } }]);
  expect(terminal.isRaw).toBe(true);
  answerNow.events([tokens("thinking", "Hm"), { type: "thinkingEnd", reason: "model" }, tokens("answer", "Yes")]);
  expect([terminal.isRaw, hints]).toEqual([false, ["Enter: answer now", ""]]);
});

test("a line typed before the thought is not taken for the key", async () => {
  const terminal = new Terminal();
  terminal.write("ls\n");
  const { answerNow, asked } = ending(keysOf(terminal).keys);
  answerNow.events([tokens("thinking", "Hm")]);
  await settle();
  expect([asked(), terminal.isRaw]).toEqual([0, true]);
});

test("the terminal's own keys still do what they do", async () => {
  const terminal = new Terminal();
  const { keys, signals } = keysOf(terminal);
  const { answerNow, asked } = ending(keys);
  answerNow.events([tokens("thinking", "Hm")]);
  terminal.write("\x03");
  await settle();
  expect([signals, asked()]).toEqual([["SIGINT"], 0]);
  terminal.write("\x1a");
  await settle();
  // Stopped, the shell has the terminal; it is ours again when the program goes on.
  expect([signals, terminal.isRaw]).toEqual([["SIGINT", "SIGTSTP"], false]);
  process.emit("SIGCONT", "SIGCONT");
  expect(terminal.isRaw).toBe(true);
  answerNow.close();
  process.emit("SIGCONT", "SIGCONT");
  expect(terminal.isRaw).toBe(false);
});

test("in the background the terminal is left alone, and no key is offered", () => {
  const terminal = new Terminal();
  const { answerNow, hints } = ending(keysOf(terminal, { isOurs: false }).keys);
  answerNow.events([tokens("thinking", "Hm")]);
  expect([terminal.isRaw, hints]).toEqual([false, []]);
});

test("--answer-after counts from the first token of the thought", () => {
  vi.useFakeTimers();
  const { answerNow, asked } = ending(null, 5);
  vi.advanceTimersByTime(60_000);
  answerNow.events([tokens("thinking", "Hm")]);
  vi.advanceTimersByTime(4_999);
  expect(asked()).toBe(0);
  vi.advanceTimersByTime(1);
  expect(asked()).toBe(1);
  const early = ending(null, 5);
  early.answerNow.events([tokens("thinking", "Hm")]);
  early.answerNow.events([tokens("answer", "Yes")]);
  vi.advanceTimersByTime(10_000);
  expect(early.asked()).toBe(0);
});

test.each([
  [100, "Enter: answer now"],
  [24, ""],
])("the status line of %i columns keeps the hint while there is room, and stays one line", async (columns, hint) => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const screen = new VirtualScreen(columns, 12);
  const output = new LiveOutput(screen);
  output.events([tokens("thinking", "Hm")]);
  output.offer("Enter: answer now");
  vi.advanceTimersByTime(60);
  const lines = await screen.lines();
  const status = lines.at(-1) ?? "";
  expect(lines.filter((line) => line.includes("thinking"))).toEqual([status]);
  expect(status.endsWith(hint)).toBe(true);
  output.offer("");
  vi.advanceTimersByTime(60);
  expect((await screen.lines()).join("\n")).not.toContain("answer now");
  output.done({ ...result, thinkingEnd: "answerNow" });
  expect((await screen.lines()).join(" ")).toContain("ended as you");
});
