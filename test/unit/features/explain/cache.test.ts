import { describe, expect, it } from "vitest";
import { codeBehind } from "../../../../src/features/chat/attachedCode.ts";
import {
  type AttachedCode,
  applyEvent,
  ask,
  begin,
  finish,
  historyBefore,
  newConversation,
} from "../../../../src/features/chat/conversation.ts";
import { ExplanationCache, explanationKey } from "../../../../src/features/explain/cache.ts";
import { compose } from "../../../../src/prompts/compose.ts";
import { model, result, tokens } from "../support.ts";

function storage() {
  const values = new Map<string, unknown>();
  return {
    get: (key: string) => values.get(key),
    update: async (key: string, value: unknown) => void values.set(key, structuredClone(value)),
  };
}

function answered(text: string, part: Parameters<typeof result>[0] = {}, code: AttachedCode[] = []) {
  const conversation = newConversation("old");
  const turn = ask(conversation, { task: "explain", text: "Explain a.ts:1-2", code }, "auto");
  const base = begin(turn, "drop");
  if (text !== "") applyEvent(turn, tokens("answer", [text]), base);
  finish(turn, result(part), base);
  return conversation;
}

/** The same code wherever it stands. */
function codeAt(label: string, startLine: number): AttachedCode {
  const place = { label, languageId: "typescript", startLine, endLine: startLine };
  return { piece: { ...place, code: "f()" }, attachment: { ...place, uri: `file:///w/${label}` } };
}

const begins = { id: "new", title: "Explain a.ts:5-6" };

describe("ExplanationCache", () => {
  it("gives a copy that goes on as a conversation of its own", async () => {
    const cache = new ExplanationCache(storage());
    await cache.put("k", answered("It adds."));
    const copy = cache.get("k", begins);
    expect(copy).toMatchObject({ id: "new", title: "Explain a.ts:5-6" });
    expect(copy?.turns.map((turn) => turn.id)).toEqual(["new.0", "new.1"]);
    expect(Object.keys(copy?.inputs ?? {})).toEqual(["new.1"]);
    expect(copy?.turns[1]).toMatchObject({ answer: [{ text: "It adds." }], status: "done" });
    copy?.turns.pop();
    expect(cache.get("k", begins)?.turns).toHaveLength(2);
    expect(cache.get("other", begins)).toBeNull();
  });

  it("is about the code where it stands now", async () => {
    const cache = new ExplanationCache(storage());
    await cache.put("k", answered("It adds.", {}, [codeAt("a.ts", 1)]));
    const now = [codeAt("b.ts", 40)];
    const copy = cache.get("k", { ...begins, code: now });
    expect(copy && codeBehind(copy, "new.1")).toEqual(now);
    const asBefore = cache.get("k", begins);
    expect(asBefore && codeBehind(asBefore, "new.1")).toEqual([codeAt("a.ts", 1)]);
  });

  it("tells the model with the next question where the code stands now", async () => {
    const before = [codeAt("src/a.ts", 1), codeAt("a.ts", 1), codeAt("a.ts", 5)];
    const conversation = answered("It adds.", {}, before);
    const [, turn] = conversation.turns;
    const input = conversation.inputs[turn?.id ?? ""];
    const asked = { task: "explain", question: "", history: [], effort: "auto", format: model.thinking } as const;
    const sentFor = (code: readonly AttachedCode[]) =>
      compose({ ...asked, code: code.map(({ piece }) => piece) }).messages.at(-1)?.content;
    if (input) input.sent = sentFor(before) ?? "";
    const cache = new ExplanationCache(storage());
    await cache.put("k", conversation);
    // The last one stands where another stood.
    const now = [codeAt("src/b.ts", 1), codeAt("a.ts", 5), codeAt("a.ts", 9)];
    const copy = cache.get("k", { ...begins, code: now });
    expect(copy && historyBefore(copy, "next")[0]?.content).toBe(sentFor(now));
    const asBefore = cache.get("k", begins);
    expect(asBefore && historyBefore(asBefore, "next")[0]?.content).toBe(sentFor(before));
  });

  it("is there after a restart", async () => {
    const kept = storage();
    await new ExplanationCache(kept).put("k", answered("It adds."));
    expect(new ExplanationCache(kept).get("k", begins)).not.toBeNull();
  });

  it.each([
    ["cut off", answered("It", { stopReason: "length" })],
    ["stopped", answered("It", { stopReason: "cancelled" })],
    ["empty", answered("")],
  ])("keeps no answer that is %s", async (_name, conversation) => {
    const cache = new ExplanationCache(storage());
    await cache.put("k", conversation);
    expect(cache.get("k", begins)).toBeNull();
  });

  it("drops what was used longest ago when it is full", async () => {
    const cache = new ExplanationCache(storage(), { limit: 5_000 });
    for (const key of ["a", "b"]) await cache.put(key, answered("x".repeat(1_000)));
    cache.get("a", begins);
    await cache.put("c", answered("x".repeat(1_000)));
    expect(["a", "b", "c"].map((key) => cache.get(key, begins) !== null)).toEqual([true, false, true]);
  });

  it("takes anything odd in the storage for nothing", () => {
    const kept = { get: () => "odd", update: async () => {} };
    expect(new ExplanationCache(kept).get("k", begins)).toBeNull();
  });
});

describe("explanationKey", () => {
  const server = { backend: "openai", endpoint: "http://a", serverModel: "q" } as const;
  const sampling = { thinkingBudget: null, maxTokens: null, temperature: null } as const;
  const settings = { model: "m", ...server, effort: "auto", ...sampling } as const;
  const piece = { label: "a.ts", languageId: "typescript", startLine: 1, endLine: 1, code: "f()" };
  const input = { task: "explain", question: "", code: [piece], settings } as const;
  const key = explanationKey(input);

  it("is the same wherever the code stands", () => {
    expect(explanationKey({ ...input, code: [{ ...piece, label: "b.ts", startLine: 9, endLine: 9 }] })).toBe(key);
  });

  it.each([
    ["the code", { code: [{ ...piece, code: "g()" }] }],
    ["what it uses", { code: [piece, { ...piece, role: "reference" }] }],
    ["the task", { task: "findBugs" }],
    ["the question", { question: "why" }],
    ["the model", { settings: { ...settings, model: "n" } }],
    ["what runs it", { settings: { ...settings, backend: "auto" } }],
    ["the server", { settings: { ...settings, endpoint: "http://b" } }],
    ["the server's model", { settings: { ...settings, serverModel: "r" } }],
    ["the effort", { settings: { ...settings, effort: "high" } }],
    ["the temperature", { settings: { ...settings, temperature: 1 } }],
  ] as const)("is another when %s is", (_name, change) => {
    expect(explanationKey({ ...input, ...change })).not.toBe(key);
  });
});
