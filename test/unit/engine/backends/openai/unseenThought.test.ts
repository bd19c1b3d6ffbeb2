/** Thoughts that a server's prompt may have opened, out of sight: only their end is in the content. */
import { expect, test, vi } from "vitest";
import { ask, connect, fake, textOf } from "./asking.ts";
import { type Answer, delta, stream } from "./fakeServer.ts";

/** Its template opens the thought. */
const r1 = { id: "DeepSeek-R1-Distill-Qwen-7B" };

const says =
  (...pieces: string[]): Answer =>
  (_, response) =>
    stream(response, [...pieces.map((content) => delta({ content })), delta({}, "stop")]);

test("what came as a thought and was the answer is told again as the answer, in the events too", async () => {
  const server = await fake(says("Yes", ".\n\nNo", "."), { model: r1 });
  const { events, result } = await ask(await connect(server.url));
  expect(await result).toMatchObject({ thinking: "", answer: "Yes.\n\nNo.", thinkingEnd: "none" });
  expect(textOf(events, "answer")).toBe("Yes.\n\nNo.");
  expect(events.at(-1)).toMatchObject({ type: "tokens", live: { thinkingTokens: 0, answerTokens: 3 } });
});

test("a thought that was cut off is no answer, and neither is one that ended without an answer", async () => {
  const ends: [object[], "done" | "open", string][] = [
    [[], "open", "cancelled"],
    [[delta({}, "length")], "done", "length"],
    [[delta({ content: "\n</think>" }), delta({}, "stop")], "done", "stop"],
  ];
  for (const [last, end, stopReason] of ends) {
    const chunks = [delta({ content: "hm" }), ...last];
    const server = await fake((_, response) => stream(response, chunks, end), { model: r1 });
    const { events, result, abort } = await ask(await connect(server.url));
    await vi.waitFor(() => expect(textOf(events, "thinking")).toBe("hm"));
    if (end === "open") abort();
    expect(await result).toMatchObject({ stopReason, thinking: "hm", answer: "" });
    expect(textOf(events, "answer")).toBe("");
  }
});

test("a thought that the model opened itself and left open is one", async () => {
  const server = await fake(says("<think>\nhm"), { model: r1 });
  const { events, result } = await ask(await connect(server.url));
  expect(await result).toMatchObject({ thinking: "hm", answer: "" });
  expect(textOf(events, "answer")).toBe("");
});
