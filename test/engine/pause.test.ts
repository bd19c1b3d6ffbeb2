/** A generation that waits while somebody types, in the real engine. */
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { TestEngine } from "./support/engine.ts";

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.start({ path: inject("scripted").chain });
});
afterAll(() => engine.stop());

/** Times at which tokens came (ms). */
function watch() {
  const times: number[] = [];
  const longestGap = () => Math.max(...times.slice(1).map((at, i) => at - times[i]!));
  return { times, longestGap };
}

it("waits between two passes, says the same, and does not count the wait as decoding", async () => {
  const plain = await engine.ask();
  const { times, longestGap } = watch();
  const began = performance.now();
  const paused = await engine.ask({
    onEvent: (event) => {
      if (event.type !== "tokens") return;
      times.push(performance.now());
      if (times.length === 1) engine.client.pause(1_500);
    },
  });
  const took = performance.now() - began;
  expect(longestGap()).toBeGreaterThan(1_200);
  expect(paused.thinking).toBe(plain.thinking);
  expect(paused.answer).toBe(plain.answer);
  expect(paused.stats.decodeMs).toBeLessThan(took - 1_200);
});

it("has told all that was written before it waits", async () => {
  const stop = new AbortController();
  let told = "";
  let toldBefore = "";
  const result = await engine.ask({
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type !== "tokens") return;
      told += event.tokens.map(({ text }) => text).join("");
      if (toldBefore !== "") return;
      engine.client.pause(2_000);
      // What comes after this was held back: the engine has waited for long, and ends now.
      setTimeout(() => {
        toldBefore = told;
        stop.abort();
      }, 1_000);
    },
  });
  expect(result.stopReason).toBe("cancelled");
  expect(toldBefore).toBe(result.thinking + result.answer);
});

it("waits before it reads the question, too", async () => {
  engine.client.pause(1_000);
  const began = performance.now();
  let firstTokenAt = 0;
  const messages = [{ role: "user" as const, content: "Another question, of which nothing has been read." }];
  const result = await engine.ask({
    prompt: { kind: "chat", messages, thinking: "on" },
    onEvent: (event) => {
      if (event.type === "tokens" && firstTokenAt === 0) firstTokenAt = performance.now();
    },
  });
  expect(firstTokenAt - began).toBeGreaterThan(800);
  expect(result.stats.prefillMs).toBeLessThan(firstTokenAt - began - 500);
  expect(result.stopReason).toBe("stop");
});

it("ends when it is stopped, however long somebody types", async () => {
  const typing = setInterval(() => engine.client.pause(2_000), 100);
  try {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 500);
    engine.client.pause(2_000);
    const result = await engine.ask({ signal: stop.signal });
    expect(result.stopReason).toBe("cancelled");
  } finally {
    clearInterval(typing);
  }
});
