/** The command line as its users and measuring scripts meet it: a process, its output and its exit status. */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, openSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { contractErrors } from "../unit/cli/schema.ts";
import { Cli, type CliExit, cli, isGone, type JsonLine } from "./support/cli.ts";

const chain = () => ["--model", inject("scripted").chain];
const file = (name: string) => join(inject("scratch"), name);
const isToken = (line: JsonLine) => line.type === "token";
const textOf = (lines: JsonLine[], segment: string) =>
  lines
    .filter((line) => isToken(line) && line.segment === segment)
    .map((line) => line.text)
    .join("");

/** All lines follow the contract, the last one ends it. Returns the last one. */
function checked(exit: CliExit): JsonLine {
  const lines = exit.json();
  for (const line of lines) expect(contractErrors(line), JSON.stringify(line)).toBe("");
  const last = lines.at(-1);
  expect(["done", "error"]).toContain(last?.type);
  expect(lines.slice(0, -1).every((line) => line.type === "progress" || line.type === "token")).toBe(true);
  return last!;
}

describe("ask --json", () => {
  test("every line follows the contract; tokens make up the thought and the answer", async () => {
    const exit = await cli(["ask", "Why?", ...chain(), "--effort", "max", "--json", "--seed", "5"]);
    const done = checked(exit);
    expect(exit.status).toBe(0);
    const lines = exit.json();
    expect(lines.filter((line) => line.phase === "load").length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.phase === "prefill").at(-1)).toMatchObject({
      totalTokens: done.stats.promptTokens,
    });
    expect(done).toMatchObject({ stopReason: "stop", thinkingEnd: "model", seed: 5 });
    expect(done.thinking).toContain("t0 t1 t2");
    expect(done.answer).toMatch(/^a0 a1 .* a39$/);
    expect(textOf(lines, "thinking")).toBe(done.thinking);
    expect(textOf(lines, "answer")).toBe(done.answer);
    expect(done.stats.thinkingTokens + done.stats.answerTokens).toBe(lines.filter(isToken).length);
  });

  test("a thought with a budget ends there; --max-tokens holds", async () => {
    const budget = checked(await cli(["ask", "Why?", ...chain(), "--budget", "40", "--json"]));
    expect(budget).toMatchObject({ thinkingEnd: "budget", stopReason: "stop" });
    expect(budget.answer).toMatch(/a39$/);
    const short = checked(await cli(["ask", "Why?", ...chain(), "--effort", "off", "--max-tokens", "7", "--json"]));
    expect(short).toMatchObject({ stopReason: "length", thinking: "", thinkingEnd: "none" });
    expect(short.stats.answerTokens).toBe(7);
  });

  test("a model not trained to think has its thought begun in the template's form", async () => {
    const argv = ["ask", "Why is the sky blue?", "--model", inject("smolPath"), "--max-tokens", "60", "--json"];
    const sketch = checked(await cli([...argv, "--template", "sketch", "--budget", "16"]));
    expect(sketch.thinking).toMatch(/^-/);
    expect(sketch.answer).not.toBe("");
    const off = checked(await cli([...argv, "--effort", "off"]));
    expect([off.thinking, off.thinkingEnd]).toEqual(["", "none"]);
  });

  test("a model of the catalogue, by id, with its SHA-256; --raw sends the prompt as it is, from standard input", async () => {
    const argv = ["ask", "-", "--raw", "--model", "smollm2-135m", "--max-tokens", "12", "--json"];
    const exit = await cli(argv, { stdin: "Once upon a time" });
    const done = checked(exit);
    expect(done.model).toMatchObject({ id: "smollm2-135m", sha256: expect.stringMatching(/^b179c952/) });
    // Four words and no chat format around them.
    expect(done.stats.promptTokens).toBeLessThan(8);
    expect(done.answer.length).toBeGreaterThan(10);
    const again = checked(await cli(argv, { stdin: "Once upon a time" }));
    expect(again.answer).toBe(done.answer);
  });

  test("the same seed gives the same text at a temperature, another one does not", async () => {
    writeFileSync(file("prompt.txt"), "The ship sailed");
    const argv = ["--raw", "--model", inject("smolPath"), "--max-tokens", "12", "--temperature", "1.2", "--json"];
    const texts: string[] = [];
    for (const seed of ["1", "1", "2"])
      texts.push(checked(await cli(["ask", "--prompt-file", file("prompt.txt"), ...argv, "--seed", seed])).answer);
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).not.toBe(texts[0]);
  });
});

describe("errors are said, with the next step and an exit status", () => {
  test.each<[name: string, code: string, argv: () => string[]]>([
    ["a missing model file", "modelNotFound", () => ["--model", file("missing.gguf")]],
    ["a model unknown to the catalogue", "unknownModel", () => ["--model", "gpt-9"]],
    [
      "a file that is no GGUF",
      "notGguf",
      () => {
        writeFileSync(file("cli-text.gguf"), "hello\n".repeat(1000));
        return ["--model", file("cli-text.gguf")];
      },
    ],
    [
      "a truncated model",
      "modelTruncated",
      () => {
        copyFileSync(inject("smolPath"), file("cli-cut.gguf"));
        truncateSync(file("cli-cut.gguf"), 40_000_000);
        return ["--model", file("cli-cut.gguf")];
      },
    ],
    [
      "code longer than the context",
      "promptTooLong",
      () => {
        writeFileSync(file("long.ts"), "const a = 1;\n".repeat(2000));
        return [...chain(), "--context", "512", "--file", file("long.ts")];
      },
    ],
    ["an empty question", "emptyInput", () => ["", ...chain()]],
    ["a missing file", "fileNotFound", () => [...chain(), "--file", file("nothing.ts")]],
  ])("%s", async (_, code, argv) => {
    const args = argv();
    const question = args[0]?.startsWith("--") ? ["Why?"] : [];
    const exit = await cli(["ask", ...question, ...args, "--json"]);
    const error = checked(exit);
    expect(error).toMatchObject({ type: "error", code });
    expect(error.hint).not.toBe("");
    expect(exit.status).toBe(1);
    const plain = await cli(["ask", ...question, ...args]);
    expect(plain.status).toBe(1);
    expect(plain.stdout).toBe("");
    expect(plain.stderr).toContain(`Error: ${error.message}\n${error.hint}\n`);
  });

  test("a wrong command line has status 2, as text and as JSON", async () => {
    const text = await cli(["ask", "Why?", "--efort", "low"]);
    expect(text).toMatchObject({ status: 2, stdout: "" });
    expect(text.stderr).toContain("--effort");
    const exit = await cli(["ask", "Why?", "--top-k", "many", "--json"]);
    expect(checked(exit)).toMatchObject({ type: "error", code: "usage" });
    expect(exit.status).toBe(2);
    expect((await cli(["frobnicate"])).status).toBe(2);
    expect(await cli(["ask", "--help"])).toMatchObject({ status: 0, stdout: expect.stringContaining("--speculation") });
  });
});

describe("stopping", () => {
  const story = ["ask", "Once upon a time", "--raw", "--json", "--max-tokens", "3000"];

  test("Ctrl-C in mid-answer keeps the partial answer and its figures", async () => {
    const run = new Cli([...story, "--model", inject("smolPath")]);
    await run.until(isToken, 5);
    const pid = run.enginePid;
    run.child.kill("SIGINT");
    const exit = await run.exited;
    const done = checked(exit);
    expect(exit.status).toBe(130);
    expect(done.stopReason).toBe("cancelled");
    expect(done.answer).toBe(textOf(exit.json(), "answer"));
    expect(done.stats.answerTokens).toBeGreaterThanOrEqual(5);
    expect(await isGone(pid)).toBe(true);
  });

  test("a SIGTERM that reaches the engine first, as one to the process group may, is no crash", async () => {
    const run = new Cli([...story, "--model", inject("smolPath")]);
    await run.until(isToken, 5);
    const pid = run.enginePid;
    process.kill(pid, "SIGTERM");
    run.child.kill("SIGTERM");
    const exit = await run.exited;
    const done = checked(exit);
    expect(exit.status).toBe(143);
    expect(done.stopReason).toBe("cancelled");
    expect(done.stats.answerTokens).toBeGreaterThanOrEqual(5);
    expect(await isGone(pid)).toBe(true);
  });

  test("Ctrl-C before the model is loaded", async () => {
    const run = new Cli([...story, "--model", inject("smolPath")]);
    await run.until((line) => line.phase === "load");
    run.child.kill("SIGINT");
    const exit = await run.exited;
    checked(exit);
    expect(exit.status).toBe(130);
  });

  test("a second Ctrl-C ends at once, even beside an engine that hangs", async () => {
    const run = new Cli([...story, "--model", inject("smolPath")]);
    await run.until(isToken, 1);
    const pid = run.enginePid;
    process.kill(pid, "SIGSTOP");
    run.child.kill("SIGINT");
    // Two signals that arrive together would count as one.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(run.child.exitCode).toBeNull();
    run.child.kill("SIGINT");
    expect((await run.exited).status).toBe(130);
    expect(await isGone(pid)).toBe(true);
  });

  test("kill -9 on the engine in mid-answer: the text stays, then an error that says what happened", async () => {
    const run = new Cli([...story, "--model", inject("smolPath")]);
    await run.until(isToken, 5);
    process.kill(run.enginePid, "SIGKILL");
    const exit = await run.exited;
    const error = checked(exit);
    expect(exit.status).toBe(1);
    expect(error).toMatchObject({
      code: "engineCrashed",
      message: expect.stringContaining("in the middle of the answer"),
    });
    expect(textOf(exit.json(), "answer").length).toBeGreaterThan(5);
  });

  test("the engine ends when its command line is killed", async () => {
    const run = new Cli([...story, "--model", inject("smolPath")]);
    await run.until(isToken, 1);
    const pid = run.enginePid;
    run.child.kill("SIGKILL");
    await run.exited;
    expect(await isGone(pid)).toBe(true);
  });

  test("a reader that has enough ends the work", async () => {
    const run = new Cli([...story, "--model", inject("smolPath")]);
    await run.until(isToken, 1);
    const pid = run.enginePid;
    run.child.stdout?.destroy();
    const exit = await run.exited;
    expect(exit.status).toBe(141);
    expect(exit.stderr).toBe("");
    expect(await isGone(pid)).toBe(true);
  });

  test.skipIf(process.platform !== "linux")("a full disk ends the work, which says so", () => {
    // Without an end of its own within reason: it is the write that ends it.
    const argv = ["dist/cli.mjs", "ask", "Why?", "--model", inject("scripted").loop, "--no-loop-guard", "--json"];
    const { status, stderr } = spawnSync(process.execPath, [...argv, "--max-tokens", "1000000"], {
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
      encoding: "utf8",
    });
    expect(stderr).toBe("Error: The output can not be written: no space left on device.\n");
    expect(status).toBe(1);
  });
});

test("--answer-after ends a thought by the clock; with the loop guard off nothing else would", async () => {
  const endless = ["ask", "Why?", "--model", inject("scripted").loop, "--effort", "max", "--json"];
  const guarded = checked(await cli(endless));
  expect(guarded.thinkingEnd).toBe("loop");
  const done = checked(await cli([...endless, "--no-loop-guard", "--speculation", "off", "--answer-after", "0.2"]));
  expect(done).toMatchObject({ thinkingEnd: "answerNow", stopReason: "stop" });
  expect(done.answer).toMatch(/a39$/);
  expect(done.stats.answerNow.passes).toBeLessThanOrEqual(3);
});

test("several thoughts of a model that opens its thought itself are one, and that is said", async () => {
  const exit = await cli(["ask", "Why?", ...chain(), "--effort", "low", "--thoughts", "4", "--json"]);
  expect(checked(exit)).toMatchObject({ stopReason: "stop" });
  expect(exit.stderr).toContain("unmetOption: This model thinks one thought");
});

test.skipIf(process.platform !== "linux")("one signal ends the wait for a question on standard input", async () => {
  const child = spawn(process.execPath, ["dist/cli.mjs", "ask", "-"], { stdio: ["pipe", "ignore", "ignore"] });
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  // From when it has handlers of its own: Node has some for the others, but none for this one.
  const caught = () => /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? "0";
  await expect
    .poll(() => (BigInt(`0x${caught()}`) >> BigInt(constants.signals.SIGHUP - 1)) & 1n, { timeout: 20_000 })
    .toBe(1n);
  child.kill("SIGTERM");
  expect(await exited).toBe(143);
});

describe("keys at a terminal", () => {
  const words = () =>
    [process.execPath, "dist/cli.mjs", "ask", "Why?", "--model", inject("scripted").loop]
      .concat(["--effort", "max", "--no-loop-guard", "--early-exit", "off", "--speculation", "off"])
      .map((word) => `'${word}'`)
      .join(" ");

  /** Presses `key` when the thought is under way; the rest of a line that was typed before must do nothing. */
  async function press(key: string): Promise<{ status: number | null; screen: string }> {
    const child = spawn("script", ["-qec", words(), "/dev/null"], {
      env: { ...process.env, TERM: "xterm-256color", NO_COLOR: "" },
    });
    let screen = "";
    let pressed = false;
    child.stdin.write("too early\n");
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      screen += text;
      if (pressed || !screen.includes("Enter: answer now")) return;
      pressed = true;
      child.stdin.write(key);
    });
    const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { status, screen };
  }

  test("Enter ends the thought, and the answer comes", async () => {
    const { status, screen } = await press("\r");
    expect(status).toBe(0);
    expect(screen).toContain("The thought was ended as you asked");
    expect(screen.lastIndexOf("a39")).toBeGreaterThan(screen.lastIndexOf("Enter: answer now"));
  });

  test("Ctrl-C stops, as without the key", async () => {
    const { status, screen } = await press("\x03");
    expect(status).toBe(130);
    expect(screen).toContain("Stopped.");
    expect(screen).not.toContain("ended as you asked");
  });
});

test("in a pipe the answer stands alone; thought and figures go to standard error", async () => {
  const exit = await cli(["ask", "Why?", ...chain(), "--budget", "40"]);
  expect(exit.status).toBe(0);
  expect(exit.stdout.trim()).toMatch(/^a0 a1 .* a39$/);
  expect(exit.stderr).toContain("Thinking:");
  expect(exit.stderr).toContain("tok/s");
  expect(exit.stdout + exit.stderr).not.toContain("\x1b");
});

test("in a terminal the answer is rendered, and no status line is left", () => {
  // util-linux's script gives the command a terminal of its own.
  const words = [
    process.execPath,
    "dist/cli.mjs",
    "ask",
    "Why?",
    "--model",
    inject("scripted").chain,
    "--effort",
    "off",
  ];
  const command = words.map((word) => `'${word}'`).join(" ");
  const { stdout, status, error } = spawnSync("script", ["-qec", command, "/dev/null"], {
    encoding: "utf8",
    env: { ...process.env, TERM: "xterm-256color", NO_COLOR: "" },
  });
  expect(error).toBeUndefined();
  expect(status).toBe(0);
  expect(stdout).toContain("\x1b[?25l");
  expect(stdout).toContain("\x1b[?25h");
  expect(stdout.slice(stdout.lastIndexOf("\x1b[?2026h"))).toContain("tok/s");
  const inTerminal = (env: NodeJS.ProcessEnv) =>
    spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8", env: { ...process.env, ...env } });
  const uncoloured = inTerminal({ TERM: "xterm-256color", NO_COLOR: "1" });
  expect(uncoloured.status).toBe(0);
  expect(uncoloured.stdout).toContain("\x1b[?25l");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes of colours begin with one
  expect(uncoloured.stdout).not.toMatch(/\x1b\[[39]\dm/);
  const plain = inTerminal({ TERM: "dumb" });
  expect(plain.status).toBe(0);
  expect(plain.stdout).toContain("a39");
  expect(plain.stdout).not.toContain("\x1b");
});

test("doctor measures a model, and says why one does not work", async () => {
  const exit = await cli(["doctor", "--model", inject("scripted").chain, "--json"]);
  expect(exit.status).toBe(0);
  const [report] = exit.json();
  expect(report).toMatchObject({
    type: "doctor",
    node: process.version,
    engine: { works: true, error: null },
    models: [{ device: "cpu", costCurve: { "1": 1 } }],
  });
  expect(report?.models[0].exactSizes).toContain(1);
  expect(report?.models[0].threads.used).toBeLessThanOrEqual(report?.models[0].threads.free);
  const missing = await cli(["doctor", "--model", file("missing.gguf"), "--json"]);
  expect(missing.status).toBe(1);
  expect(missing.json()[0]?.models).toEqual([
    { id: file("missing.gguf"), error: expect.objectContaining({ code: "modelNotFound" }) },
  ]);
});
