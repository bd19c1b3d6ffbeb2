import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { GenerateParams } from "../../../src/common/protocol.ts";
import type { EngineModel } from "../../../src/engine/backends/embedded/engineModel.ts";
import type { StreamDecoder } from "../../../src/engine/backends/embedded/textCodec.ts";
import { Decoding } from "../../../src/engine/decoding.ts";
import { Output } from "../../../src/engine/output.ts";
import type { Decoder, OnToken } from "../../../src/engine/speculation/decoder.ts";
import { EchoBan } from "../../../src/engine/thinking/echoBan.ts";
import { formatOf } from "../../../src/engine/thinking/formats.ts";

const end = -1;

/** What a token takes, where a test has its own clock. */
const tokenMs = 10;

/** Texts that end with this are parts of characters. */
const partial = "\uFFFD";

function streamDecoderOf(texts: readonly string[]): StreamDecoder {
  let held = "";
  return {
    push: (token) => {
      const text = held + texts[token]!;
      held = text.endsWith(partial) ? text : "";
      return held === "" ? text : "";
    },
    end: () => {
      held = "";
      return "";
    },
  };
}

/** A generation whose model says these texts, a token each, null to end; behind them it ends, whatever was written for it. */
function generating(says: readonly (string | null)[], more: Partial<GenerateParams>, startsInside = false) {
  const texts: string[] = [];
  const encode = (text: string) =>
    text === "" ? [] : (text.match(/\s*\S+|\s+$/g) ?? []).map((t) => texts.push(t) - 1);
  const codec = {
    encodeText: encode,
    encodeBehind: encode,
    decode: ([token]: readonly number[]) => texts[token!]!,
    kindOf: () => "text",
    streamDecoder: () => streamDecoderOf(texts),
    isEndOfGeneration: (token: number) => token === end,
  };
  const model = { format: formatOf("elicited"), codec, target: { canRollBack: false } } as unknown as EngineModel;
  const rest = [...says];
  const next = () => {
    if (vi.isFakeTimers()) vi.advanceTimersByTime(tokenMs);
    const said = rest.shift() ?? null;
    return said === null ? end : texts.push(said) - 1;
  };
  const decoder = {
    room: 1_000,
    text: [],
    counts: { targetPasses: 0 },
    force: async () => {},
    defer: (work: () => void) => work(),
    likeliest: async () => next(),
    round: async (_kind: string, _most: number, onToken: OnToken) => void onToken(next(), "target"),
  };
  const params = {
    prompt: { kind: "chat", messages: [], thinking: "on" },
    maxTokens: 100,
    controls: { budget: null, loopGuard: false, earlyExit: "off" },
    ...more,
  } as unknown as GenerateParams;
  const output = new Output(model, { startsInside });
  const decoding = new Decoding({
    ...{ model, params, output, decoder: decoder as unknown as Decoder, echoBan: new EchoBan(codec) },
    ...{ signal: new AbortController().signal, notify: () => {}, beforeRound: async () => {}, onRound: () => {} },
  });
  return { decoding, output };
}

describe("an answer in place of a thought", () => {
  const first = {
    stats: { text: "6", probability: 1, stands: true },
    text: { lead: "```python\nassert f(3) ==", line: " 6", close: "\n```\n\n" },
    isWhole: true,
  };
  const assertion = "```python\nassert f(3) == 6\n```";

  it("that is whole ends there, unless it has to hold something else", async () => {
    const says = [" 6", "\n"];
    const plain = generating(says, {});
    await plain.decoding.answerDirectly(first);
    expect(await plain.decoding.run()).toBe("stop");
    plain.output.end();
    expect(plain.output.answer).toBe(assertion);

    const asked = generating(["So", " it", " is", ".", "\n", "Answer:", " 6"], {
      answerForm: { kind: "line", lead: "Answer:" },
    });
    await asked.decoding.answerDirectly(first);
    expect(await asked.decoding.run()).toBe("stop");
    asked.output.end();
    expect(asked.output.answer).toBe(`${assertion}\n\nSo it is.\nAnswer: 6`);

    const held = generating(says, { answerForm: { kind: "codeBlock" } });
    await held.decoding.answerDirectly(first);
    expect(await held.decoding.run()).toBe("stop");
    held.output.end();
    expect(held.output.answer).toBe(assertion);
  });
});

it("what Hunch ends a thought with is not counted, but from the second time on it is", async () => {
  const controls = { budget: 4, loopGuard: false, earlyExit: "off" } as const;
  const written = async (thoughts: number) => {
    const says = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 && i < 3 * thoughts ? "<think>\n" : "so\n"));
    const { decoding, output } = generating(says, { controls, maxTokens: 60 });
    expect(await decoding.run()).toBe("length");
    return { all: output.thinkingTokens + output.answerTokens, chosen: output.chosenTokens };
  };
  const [once, again] = [await written(1), await written(20)];
  expect(once.chosen).toBe(60);
  expect(once.all).toBeGreaterThan(65);
  // The last one's end may exceed it.
  expect(again.all).toBeLessThanOrEqual(once.all + once.all - once.chosen);
});

it("a part of a character at which Hunch ends a thought is not shown", async () => {
  const controls = { budget: 2, loopGuard: false, earlyExit: "off" } as const;
  const { decoding, output } = generating(["So", " it", partial, "4"], { controls }, true);
  expect(await decoding.run()).toBe("stop");
  output.end();
  expect(output.thinking).toBe("So it\n\nI have thought enough; now I write the answer.");
  expect(output.answer).toBe("4");
});

describe("an answer that ends with what a marker, or our sentence, begins with", () => {
  const controls = { budget: 3, loopGuard: false, earlyExit: "off" } as const;
  const thought = ["The", " loop", " counts", " with"];

  it.each(["<", "i", "I am"])("%s is one: none is begun for the model", async (said) => {
    for (const more of [{ controls }, { controls, answerForm: { kind: "line", lead: "Answer:", onlyIfCut: false } }]) {
      const lead = "answerForm" in more ? ["Answer:", " "] : [];
      const { decoding, output } = generating([...thought, ...lead, said, null, " more", null], more as never, true);
      expect(await decoding.run()).toBe("stop");
      output.end();
      expect([output.thinkingEnd, output.answer]).toEqual(["budget", lead.join("") + said]);
    }
  });

  it("the first word of one that was asked for is noted", async () => {
    const { decoding, output } = generating(["The", "i", null], {}, true);
    decoding.answerNow();
    expect(await decoding.run()).toBe("stop");
    expect(output.thinkingEnd).toBe("answerNow");
    expect(decoding.stats.answerNow).toBeDefined();
  });

  it("but most of the sentence is not, and a whole marker waits for what follows", async () => {
    const end = async (...said: string[]) => {
      const { decoding, output } = generating([...thought, ...said, null, " 4"], { controls }, true);
      expect(await decoding.run()).toBe("stop");
      output.end();
      return output.answer;
    };
    expect(await end("I have thought enough;")).toBe("Answer: 4");
    expect(await end("5", "\n", "<think>")).toBe("5");
  });
});

describe("a further thought behind the answer's beginning", () => {
  const begun = ["The", " loop", ".\n", "</think>", "\n\n", "So", ".\n", "<think>", "\n"];

  it("that is ended for the answer is told as such, and counted with the first", async () => {
    const { decoding, output } = generating([...begun, "It", "."], {}, true);
    expect(await decoding.think()).toBeNull();
    expect(output.thinkingEnd).toBe("model");
    decoding.answerNow();
    expect(await decoding.run()).toBe("stop");
    expect(output.thinkingEnd).toBe("answerNow");
    expect(decoding.stats.answerNow).toBeDefined();
    expect(output.ownThinkingTokens).toBe(5);
    expect(output.thinkingTokens).toBeGreaterThan(5);
  });

  it("that is ended at its budget leaves an answer which is given the form that was asked for", async () => {
    const { decoding, output } = generating(
      [...begun, "a", " b", " c", " d", "So", null, "x", null],
      {
        controls: { budget: 6, loopGuard: false, earlyExit: "off" },
        answerForm: { kind: "codeBlock", onlyIfCut: true },
      },
      true,
    );
    expect(await decoding.run()).toBe("stop");
    output.end();
    expect(output.thinkingEnd).toBe("budget");
    expect(output.answer).toMatch(/```\nx\n```$/);
  });

  it("that the model ends itself changes nothing but the count", async () => {
    const { decoding, output } = generating([...begun, "It", "\n", "</think>", "So"], {}, true);
    expect(await decoding.run()).toBe("stop");
    expect([output.thinkingEnd, output.ownThinkingTokens]).toEqual(["model", 8]);
  });

  it("adds the time that it took, whoever ends it, and not that of the answer before it", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const timed = async (further: string[], budget: number | null) => {
      const answer = ["\n\n", "So", ...Array<string>(30).fill(" so"), ".\n"];
      const controls = { budget, loopGuard: false, earlyExit: "off" } as const;
      const says = ["The", " loop", ".\n", "</think>", ...answer, ...further];
      const { decoding, output } = generating(says, { controls }, true);
      expect(await decoding.run()).toBe("stop");
      return [output.thinkingMs / tokenMs, output.thinkingEnd];
    };
    expect(await timed([], null)).toEqual([4, "model"]);
    expect(await timed(["<think>\n", "It", "\n", "</think>", "So"], null)).toEqual([4 + 3, "model"]);
    expect(await timed(["<think>\n", "a", " b", " c", " d", " e", "So"], 6)).toEqual([4 + 5, "budget"]);
  });
});
