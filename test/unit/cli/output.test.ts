import { afterEach, expect, test, vi } from "vitest";
import { LiveOutput } from "../../../src/cli/output/live.ts";
import { PlainOutput } from "../../../src/cli/output/plain.ts";
import { footerLine, liveLine } from "../../../src/cli/wording.ts";
import { findModel } from "../../../src/models/catalogue.ts";
import { live, model, result, tokens } from "./samples.ts";
import { VirtualScreen } from "./terminal/virtualScreen.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("the footer says speed, gain, acceptance and tokens; what is not known is left out", () => {
  expect(footerLine(result)).toBe(
    "41 tok/s · 2.1x from speculation · 62 % of drafts accepted · 180 thinking + 240 answer tokens · first token after 1.2 s",
  );
  const plain = { ...result.stats, draftedTokens: 0, acceptedTokens: 0, thinkingTokens: 0, answerTokens: 1 };
  expect(footerLine({ ...result, stats: { ...plain, tokensPerSecond: 3.84 } })).toBe(
    "3.8 tok/s · 1 token · first token after 1.2 s",
  );
  const none = { ...plain, answerTokens: 0, timeToFirstTokenMs: 0, tokensPerSecond: 0 };
  expect(footerLine({ ...result, stats: none })).toBe("0.0 tok/s · 0 tokens");
});

test("the status line of a thought names its budget", () => {
  expect(liveLine(live, "thinking")).toBe(
    "thinking · 132 of at most 192 tokens · 24.1 tok/s · 61 % of drafts accepted",
  );
  expect(liveLine({ ...live, draftedTokens: 0, answerTokens: 5 }, "answer")).toBe("answering · 5 tokens · 24.1 tok/s");
});

function plainOutput() {
  const written = { out: "", err: "" };
  const output = new PlainOutput(
    (text) => {
      written.out += text;
    },
    (text) => {
      written.err += text;
    },
  );
  return { output, written };
}

test("plain: the answer alone on standard output, no codes, thought and figures beside", () => {
  const { output, written } = plainOutput();
  output.loading("tiny", 0);
  output.loaded(model);
  output.events([tokens("thinking", "Hm", ", \x1b[31mred.")]);
  output.events([tokens("answer", "Yes", "\n\nReally.")]);
  output.done({ ...result, stopReason: "length" });
  expect(written.out).toBe("Yes\n\nReally.\n");
  expect(written.err).toBe(`Loading tiny, 0 %
Tiny, 98.4 MB, on 2 threads of the processor, context of 2048 tokens

Thinking:

Hm, [31mred.

Answer:


Cut off at --max-tokens; raise it for a longer answer.

41 tok/s · 2.1x from speculation · 62 % of drafts accepted · 180 thinking + 240 answer tokens · first token after 1.2 s
`);
});

test("plain: the tabs of an answer stay, in a file they may mean something", () => {
  const { output, written } = plainOutput();
  output.events([tokens("answer", "all:\n", "\t", "cc \x1b[1mmain.c\r\n")]);
  output.done(result);
  expect(written.out).toBe("all:\n\tcc [1mmain.c\n");
});

test("plain: a failure keeps the text and ends its line", () => {
  const { output, written } = plainOutput();
  output.events([tokens("answer", "Half an ans")]);
  output.failed({ code: "engineCrashed", message: "The engine stopped.", hint: "Ask again." });
  expect(written.out).toBe("Half an ans\n");
  expect(written.err.endsWith("Error: The engine stopped.\nAsk again.\n")).toBe(true);
});

/** Writes to the clipboard and names the window, where it is let through. */
const hostile = "\x1b]52;c;cm0=\x07\x1b]0;title\x07";
const harmless = "]52;c;cm0=]0;title";
const hostileModel = {
  ...model,
  name: `T${hostile}`,
  draft: { id: `D${hostile}`, path: "/d.gguf" },
  notices: [{ code: "n", message: `N${hostile}` }],
};
const hostileError = { code: "backendFailed", message: `M${hostile}`, hint: `H${hostile}` } as const;

test("plain: words of models and servers come without their control characters", () => {
  const { output, written } = plainOutput();
  output.loaded(hostileModel);
  output.failed(hostileError);
  expect(written.err).toBe(
    `T${harmless}, 98.4 MB, draft model D${harmless}, on 2 threads of the processor, context of 2048 tokens
Note: N${harmless}
Error: M${harmless}
H${harmless}
`,
  );
});

test("live: words of models and servers come without their control characters", async () => {
  const screen = new VirtualScreen(200, 12);
  const output = new LiveOutput(screen);
  output.loaded(hostileModel);
  output.failed(hostileError);
  expect(await screen.lines()).toEqual([
    `T${harmless}, 98.4 MB, draft model D${harmless}, on 2 threads of the processor,`,
    "context of 2048 tokens",
    `note N${harmless}`,
    `Error: M${harmless}`,
    `H${harmless}`,
  ]);
  expect(screen.written).not.toContain("\x1b]");
});

test("plain: a download is told in steps, not at each report", () => {
  const { output, written } = plainOutput();
  const entry = findModel("smollm2-135m");
  output.downloadStarts(entry);
  const common = { phase: "downloading", totalBytes: 1000, bytesPerSecond: 10, secondsLeft: 5, source: "x" } as const;
  for (let receivedBytes = 0; receivedBytes <= 1000; receivedBytes++)
    output.download(entry, { ...common, receivedBytes });
  expect(written.err.split("\n").length).toBeLessThan(15);
  expect(written.err).toContain("98.4 MB");
  expect(written.err).toContain("500 bytes of 1 kB · 10 bytes/s · 5 s left · x");
});

test("live: the screen ends with thought, answer and figures, each line once, and the cursor back", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const screen = new VirtualScreen(70, 12);
  const output = new LiveOutput(screen);
  output.loading("tiny", 0.5);
  vi.advanceTimersByTime(100);
  expect((await screen.lines()).join("\n")).toContain("loading tiny, 50 %");
  output.loaded(model);
  const frame = () => vi.advanceTimersByTime(60);
  frame();
  for (let i = 0; i < 40; i++) {
    output.events([tokens("thinking", `thought ${i}.\n`)]);
    if (i % 3 === 0) frame();
  }
  for (const word of "Yes, **it is**:\n\n- one\n- two\n\n```js\nf();\n```\n".match(/\S*\s+/g) ?? []) {
    output.events([tokens("answer", word)]);
    frame();
  }
  output.done(result);
  const lines = await screen.lines();
  expect(lines).toEqual([
    "Tiny, 98.4 MB, on 2 threads of the processor, context of 2048 tokens",
    "",
    "Thinking",
    "",
    ...[...Array(40).keys()].map((i) => `thought ${i}.`),
    "",
    "Answer",
    "",
    "Yes, it is:",
    "",
    "• one",
    "• two",
    "",
    "  f();",
    "",
    "41 tok/s · 2.1x from speculation · 62 % of drafts accepted · 180",
    "thinking + 240 answer tokens · first token after 1.2 s",
  ]);
  expect(screen.written.endsWith("\x1b[?25h")).toBe(true);
});

test("live: after a crash the partial answer stays, and the error below it says what to do", async () => {
  const screen = new VirtualScreen(70, 12);
  const output = new LiveOutput(screen);
  output.events([tokens("answer", "Half an ans")]);
  output.failed({ code: "engineCrashed", message: "The engine stopped.", hint: "Ask again." });
  expect(await screen.lines()).toEqual([
    "",
    "Answer",
    "",
    "Half an ans",
    "",
    "Error: The engine stopped.",
    "Ask again.",
  ]);
});
