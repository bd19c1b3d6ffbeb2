/** The commands that measure ways of thinking, as processes, with a model whose answers are known (and always wrong). */
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { writeScriptedModel } from "../support/scriptedModel.ts";
import { Cli, cli } from "./support/cli.ts";

const folder = () => join(inject("scratch"), "evaluation");
const data = () => {
  const path = join(inject("scratch"), "items.jsonl");
  const items = [1, 2, 3].map((i) => ({
    id: `i${i}`,
    question: `How much is ${i} + 1?`,
    answer: `So:\n#### ${i + 1}`,
  }));
  writeFileSync(path, items.map((item) => JSON.stringify(item)).join("\n"));
  return path;
};
const bench = () => [
  ...["bench", "thinking", "--data", data(), "--model", inject("scripted").chain, "--out", folder()],
  ...["--templates", "plain,none", "--controls", "off,guarded", "--plain-decoding", "--json"],
];
const result = (name: string) => readFileSync(join(folder(), name), "utf8");

describe("bench thinking", () => {
  test("stops at a signal with what is finished, and goes on from there", async () => {
    const first = new Cli([...bench(), "--name", "stopped"]);
    const records = () => {
      try {
        return result("stopped.records.jsonl")
          .split("\n")
          .filter((line) => line !== "");
      } catch {
        return [];
      }
    };
    while (records().length < 2) {
      expect(first.child.exitCode).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    first.child.kill("SIGINT");
    expect((await first.exited).status).toBe(130);
    const kept = records();
    const second = await cli([...bench(), "--name", "stopped"]);
    expect(second.status).toBe(0);
    expect(records().slice(0, kept.length)).toEqual(kept);
    expect(records()).toHaveLength(12);
    const done = second.json().at(-1);
    expect(done?.arms.map(({ arm, items, right }: Record<string, unknown>) => [arm, items, right])).toEqual([
      ["plain, no speculation", 3, 0],
      ["plain", 3, 0],
      ["plain, guarded", 3, 0],
      ["none", 3, 0],
    ]);
    expect(done?.arms[3].against.saved).toBe(1);
    expect(result("stopped.md")).toContain("| plain, guarded | 3 |");
    expect(result("stopped.svg")).toContain("</svg>");
  });

  test("says what is wrong with its options", async () => {
    const wrong = await cli(["bench", "thinking", "--data", data(), "--templates", "plain,odd"]);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain("odd");
    const missing = await cli(["bench", "thinking", "--data", "no-such-file"]);
    expect(missing).toMatchObject({ status: 1, stderr: expect.stringContaining("no-such-file") });
  });
});

test("bench speed goes on from its own results, but not from those of another file of that name, nor from damaged ones", async () => {
  const place = (name: string) => {
    const path = join(inject("scratch"), "speed", name, "model.gguf");
    mkdirSync(dirname(path), { recursive: true });
    writeScriptedModel(path, { thoughtTokens: 4, answerTokens: name.length });
    return path;
  };
  const prompts = join(inject("scratch"), "prompts.jsonl");
  writeFileSync(prompts, '{"prompt": "Once"}');
  const out = join(inject("scratch"), "speed");
  const measure = async (model: string) => {
    const exit = await cli([
      ...["bench", "speed", "--model", model, "--gpu", "off", "--prompts", prompts, "--arms", "hunch off"],
      ...["--rounds", "1", "--max-tokens", "16", "--out", out, "--json"],
    ]);
    expect(exit.status, exit.stderr).toBe(0);
    return { stderr: exit.stderr, done: exit.json().at(-1)! };
  };
  const [one, other] = [place("one"), place("other")];
  const first = await measure(one);
  expect(first.done.measured).toHaveLength(1);
  const again = await measure(one);
  expect(again.done).toEqual(first.done);
  expect(again.stderr).not.toContain("begun anew");
  const second = await measure(other);
  expect(second.stderr).toMatch(/speed\.json is of another model.*begun anew/);
  expect(second.done.made).not.toBe(first.done.made);
  expect(second.done.measured).toHaveLength(1);
  expect(JSON.stringify(second.done)).not.toContain(inject("scratch"));
  truncateSync(join(out, "speed.json"), 200);
  const third = await measure(other);
  expect(third.stderr).toMatch(/speed\.json is damaged.*begun anew/);
  expect(third.done.setup).toEqual(second.done.setup);
});

describe("calibrate", () => {
  test("runs the bundled tasks and says what came of it", async () => {
    const exit = await cli(["calibrate", "--model", inject("scripted").chain, "--limit", "2", "--json"]);
    expect(exit.status).toBe(0);
    const done = exit.json().at(-1);
    expect(done).toMatchObject({ type: "done", adopted: {}, missing: 0 });
    expect(readFileSync(done?.report, "utf8")).toContain("Nothing is adopted");
  });

  test("adopts nothing where a model has nothing right; what is adopted, effort auto uses for questions, and for nothing else", async () => {
    // Its answer is the same with and without a thought, and never right.
    const model = join(inject("scratch"), "calibrated.gguf");
    writeScriptedModel(model, { thoughtTokens: 12, answerTokens: 3 });
    const code = join(inject("scratch"), "calibrated.py");
    writeFileSync(code, Array.from({ length: 90 }, (_, i) => `x${i} = ${i}\n`).join(""));
    const thought = async (...asked: string[]) => {
      const exit = await cli(["ask", ...asked, "--model", model, "--json"]);
      expect(exit.status).toBe(0);
      return exit.json().at(-1)?.thinking;
    };
    const hard = "Why is a linked list slow here?";
    const whole = Array.from({ length: 12 }, (_, i) => `t${i}`).join(" ");
    expect(await thought(hard)).toBe(whole);
    const exit = await cli(["calibrate", "--model", model, "--json"]);
    expect(exit.status).toBe(0);
    const done = exit.json().at(-1);
    expect(done).toMatchObject({ adopted: {}, missing: 0 });
    expect(readFileSync(done?.report, "utf8")).toContain("too few to tell the templates apart");
    expect(await thought(hard)).toBe(whole);
    // As if it had been right: no text of a script is right for enough tasks.
    const decision = join(dirname(done?.report), "calibration.json");
    const adopted = { value: "none", reasoning: "none" };
    writeFileSync(decision, JSON.stringify({ ...JSON.parse(readFileSync(decision, "utf8")), adopted }));
    expect(await thought(hard)).toBe("");
    expect(await thought(hard, "--effort", "medium")).toBe(whole);
    // Code without a question is explained.
    expect(await thought("--file", code)).toBe(whole);
  });
});
