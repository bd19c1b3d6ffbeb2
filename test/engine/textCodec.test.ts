/** The text of tokens is that of the vocabulary, to the space and the byte. */
import type { Token } from "node-llama-cpp";
import { describe, expect, inject, it } from "vitest";
import { TextCodec } from "../../src/engine/backends/embedded/textCodec.ts";
import { generate, loadModel } from "./support/inProcess.ts";

const code = " x = a ? b ! c , d . it 's\n\té漢🙂";

describe.each(["ternary", "sentencePiece", "SmolLM2"] as const)("%s", (name) => {
  const load = () => loadModel(`textCodec-${name}`, name === "SmolLM2" ? inject("smolPath") : inject("scripted")[name]);

  it("text comes back as it was, at once and token by token", async () => {
    const model = await load();
    const { codec } = model;
    const tokens = codec.encodeText(code);
    expect(codec.decode(tokens, codec.encodeText("-"))).toBe(code);
    // Some tokenizers give the first token of a text without its space.
    const stream = codec.streamDecoder();
    const texts = [...codec.encodeText("-"), ...tokens].map((token) => stream.push(token));
    expect(texts.join("") + stream.end()).toBe(`-${code}`);
    await model.dispose();
  });

  it("a character is held back until it is whole, and dropped when it can not be", async () => {
    const model = await load();
    const { codec } = model;
    const [minus] = codec.encodeText("-");
    const bytes = codec.encodeText("漢");
    expect(bytes.length).toBeGreaterThan(1);

    const whole = codec.streamDecoder();
    whole.push(minus!);
    expect(bytes.map((token) => whole.push(token))).toEqual([...bytes.slice(1).map(() => ""), "漢"]);
    expect(whole.end()).toBe("");

    const cut = codec.streamDecoder();
    cut.push(minus!);
    const texts = [bytes[0]!, ...codec.encodeText("xxxxxxxxx")].map((token) => cut.push(token));
    expect((texts.join("") + cut.end()).replace(/^\uFFFD+/, "")).toBe("xxxxxxxxx");

    const ended = codec.streamDecoder();
    ended.push(minus!);
    ended.push(bytes[0]!);
    expect(ended.end()).toBe("");
    expect(ended.push(minus!)).toBe("-");
    await model.dispose();
  });
});

it("a text may have more tokens than a call takes arguments", async () => {
  const model = await loadModel("textCodec-long", inject("smolPath"));
  const text = "a b ".repeat(100_000);
  expect(model.codec.decode(model.codec.encode([{ text, special: false }]), [])).toBe(text);
  await model.dispose();
});

it("a token looked up beforehand is what it is when it is wanted, and whoever waits is let in", async () => {
  const model = await loadModel("textCodec-learnt", inject("smolPath"));
  const { model: native, sequence } = model.target;
  const size = sequence.vocabularySize;
  const codec = new TextCodec(native, size);
  let asked = 0;
  await codec.learnAll(() => ++asked > 3);
  expect(asked).toBe(4);
  expect(codec.knowsAll).toBe(false);
  await codec.learnAll(() => false);
  expect(codec.knowsAll).toBe(true);
  const fresh = new TextCodec(native, size);
  const [ofLearnt, ofFresh] = [codec.streamDecoder(), fresh.streamDecoder()];
  const all = (each: (token: number) => unknown) => Array.from({ length: size }, (_, token) => each(token));
  expect(all((token) => ofLearnt.push(token))).toEqual(all((token) => ofFresh.push(token)));
  expect(all((token) => codec.kindOf(token))).toEqual(all((token) => fresh.kindOf(token)));
  const ends = all((token) => codec.isEndOfGeneration(token) && token).filter((token) => token !== false);
  expect(ends).toEqual(all((token) => native.isEogToken(token as Token) && token).filter((token) => token !== false));
  expect(ends.length).toBeGreaterThan(0);
  await model.dispose();
});

it("spaces that llama.cpp tidies away stay, in what is read and in what is written", async () => {
  const model = await loadModel("textCodec-tidy", inject("scripted").ternary);
  const tidied = model.target.model.detokenize(model.codec.encodeText("a ? b") as Token[], true);
  expect(tidied, "llama.cpp does so no more: ByteLevelTokens may go").toBe("a? b");
  const messages = [{ role: "user" as const, content: "?" }];
  const { answer } = await generate(model, { prompt: { kind: "chat", messages, thinking: "on" } });
  expect(answer).toBe("a ? b : it 's ,");
  await model.dispose();
});

it("where the vocabulary's strings can not be had, llama.cpp's text has to do", async () => {
  const model = await loadModel("textCodec-without", inject("scripted").chain);
  const native = model.target.model;
  const without = new Proxy(native, {
    get: (target, key) => {
      if (key === "_model") return {};
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const codec = new TextCodec(without, model.target.sequence.vocabularySize);
  expect(codec.decode(codec.encodeText("x = 1"), [])).toBe("x = 1");
  await model.dispose();
});
