import { describe, expect, it } from "vitest";
import { LoopGuard } from "../../../../src/engine/thinking/loopGuard.ts";
import { TextContext } from "../../../../src/engine/thinking/textContext.ts";
import { loops, sound, tokensOf } from "./thoughts.ts";

/** Tokens until the guard speaks up; null when it does not. */
function firstAlarm(text: string): number | null {
  const guard = new LoopGuard();
  const context = new TextContext();
  for (const [i, token] of tokensOf(text).entries()) {
    context.feed(token);
    if (guard.push(token, context.inFence)) return i + 1;
  }
  return null;
}

describe("a sound thought", () => {
  it.each(Object.entries(sound))("is left alone: %s", (_name, text) => {
    expect(firstAlarm(text)).toBeNull();
  });

  it("is left alone when all of them follow each other", () => {
    expect(firstAlarm(Object.values(sound).join("\n\n"))).toBeNull();
  });
});

describe("a thought that goes in circles", () => {
  it.each(Object.entries(loops))("is noticed before it has been through all of it: %s", (_name, text) => {
    const at = firstAlarm(text);
    expect(at).not.toBeNull();
    expect(at).toBeLessThan(tokensOf(text).length);
  });

  it("needs more than saying a thing twice", () => {
    const twice = `${sound.prose}\n\n`.repeat(2);
    expect(firstAlarm(twice)).toBeNull();
  });

  it("is noticed in a very long thought too", () => {
    const long = Array.from(
      { length: 400 },
      (_, i) => `Step ${i} sets entry ${(i * 7919) % 1009} of the list to ${(i * 31) % 97}. `,
    ).join("");
    expect(firstAlarm(long)).toBeNull();
    expect(firstAlarm(long + loops["one sentence over and over"])).not.toBeNull();
  });
});
